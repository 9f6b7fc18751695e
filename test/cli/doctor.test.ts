import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dataPaths } from '../../src/base/paths.js';
import { door } from '../../src/cli/doctor/folder.js';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { startService } from '../http/service.js';
import { freePort } from '../support/process.js';
import {
  done,
  HASHING,
  importKnown,
  jsonLines,
  pointsman,
  scoreRows,
  trainKnown,
  workplace,
  type Ran,
} from './support.js';

interface Told {
  state: string;
  findings: Finding[];
}

/** What it finds, by what was looked at; of one name, the last. */
const foundIn = ({ stdout, stderr }: Ran): Map<string, Finding> =>
  new Map(
    (JSON.parse(stdout || `{"findings": [], "error": ${JSON.stringify(stderr)}}`) as Told).findings.map((one) => [
      one.check,
      one,
    ]),
  );

const look = (data: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  pointsman(['doctor', '--json', '--data', data, ...HASHING], { env });

describe('doctor on a data folder', () => {
  test('finds all well after a training, and names what could be better', async (t) => {
    const place = workplace(t);
    await importKnown(place);
    await trainKnown(place.data);
    await done(
      'providers',
      'add',
      'lab',
      '--base-url',
      'http://127.0.0.1:9/v1',
      '--key-env',
      'LAB_KEY',
      '--data',
      place.data,
    );
    const before = readFileSync(dataPaths(place.data).ledger);
    const ran = await look(place.data, { LAB_KEY: 'a secret that is never shown', POINTSMAN_QEUE: 'redis://x' });
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    const found = foundIn(ran);
    for (const check of [
      'node',
      'pointsman',
      'encoder',
      'disk',
      'ledger',
      'schema',
      'LLMs',
      'version in force',
      'door',
      'queue',
    ])
      assert.equal(found.get(check)?.state, 'ok', `${check}: ${ran.stdout}`);
    assert.match(found.get('ledger')!.found, /interaction 72/);
    assert.equal(found.get('tensorflow')!.state, 'warning');
    assert.match(found.get('tensorflow')!.remedy!, /npm run setup:tensorflow/);
    assert.match(found.get('settings')!.found, /POINTSMAN_QEUE/);
    assert.match(found.get('provider lab')!.found, /LAB_KEY/);
    assert.doesNotMatch(ran.stdout, /a secret/);
    assert.deepEqual(readFileSync(dataPaths(place.data).ledger), before, 'it writes nothing');

    const missing = foundIn(await look(place.data)).get('provider lab')!;
    assert.equal(missing.state, 'warning');
    const { version } = JSON.parse(await done('weights', '--json', '--data', place.data)).weights[0] as {
      version: string;
    };
    rmSync(join(dataPaths(place.data).artifacts, version, 'weights.safetensors'));
    const damaged = await look(place.data);
    assert.equal(damaged.code, 1);
    assert.match(foundIn(damaged).get('version in force')!.found, /weights\.safetensors can't be read/);
  });

  test('tells a folder without a ledger, and one that is damaged', async (t) => {
    const { data, file } = workplace(t);
    const none = await look(data);
    assert.equal(none.code, 0);
    assert.match(foundIn(none).get('data folder')!.found, /no ledger yet/);
    await done('import', file('log.jsonl', jsonLines(scoreRows(40))), '--data', data);
    const path = dataPaths(data).ledger;
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 3 * 4096, 30 * 4096);
    writeFileSync(path, bytes);
    const damaged = await look(data);
    assert.equal(damaged.code, 1);
    const { state, remedy } = foundIn(damaged).get('ledger')!;
    assert.equal(state, 'fault');
    assert.match(remedy!, /backup|operations\.md/);
  });

  test('says that migrations wait, and makes none', async (t) => {
    const { data, file } = workplace(t);
    await done('import', file('log.jsonl', jsonLines(scoreRows(4))), '--data', data);
    const path = dataPaths(data).ledger;
    const { default: Database } = await import('better-sqlite3');
    const db = new Database(path);
    db.exec('DELETE FROM schema_migrations WHERE version = (SELECT max(version) FROM schema_migrations)');
    db.close();
    // The second time, too: the first made none.
    for (const ran of [await look(data), await look(data)]) {
      assert.equal(ran.code, 0, ran.stdout);
      assert.match(foundIn(ran).get('schema')!.found, /migrations to \d+ wait/);
    }
  });

  test('knows a queue that can’t be reached', async (t) => {
    const { data } = workplace(t);
    const url = `redis://127.0.0.1:${await freePort()}`;
    const ran = await pointsman(['doctor', '--json', '--data', data, '--queue', url, ...HASHING]);
    assert.equal(ran.code, 1);
    assert.equal(foundIn(ran).get('queue')!.state, 'fault');
  });

  test('knows a door that is open to others', async () => {
    const state = async (env: NodeJS.ProcessEnv): Promise<string> => (await door([], env)).state;
    assert.equal(await state({}), 'ok');
    assert.equal(await state({ POINTSMAN_HOST: '0.0.0.0' }), 'fault');
    assert.equal(await state({ POINTSMAN_HOST: '0.0.0.0', POINTSMAN_OPEN: 'true' }), 'fault');
  });
});

describe('doctor on a service', () => {
  test('says how it is, what is out of the rankings and who gets in', async (t) => {
    const service = await startService({ llms: ['m'] });
    t.after(() => service.remove());
    await service.ledger.breakers.override('m' as never, 'open', 'tired');
    const ran = await pointsman(['doctor', '--json', '--url', service.url]);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    const found = foundIn(ran);
    assert.equal(found.get('service')!.state, 'ok');
    assert.equal(found.get('queue')!.state, 'warning', 'this one has none');
    assert.match(found.get('breakers')!.found, /out of the rankings: m/);
    assert.equal(found.get('door')!.state, 'ok');
    const text = await pointsman(['doctor', '--url', service.url]);
    assert.match(text.stdout, /^warning +breakers +out of the rankings: m$/m);
    assert.match(text.stdout, /0 faults, \d+ warnings/);
  });

  test('says that none answers', async () => {
    const ran = await pointsman(['doctor', '--json', '--url', `http://127.0.0.1:${await freePort()}`]);
    assert.equal(ran.code, 1);
    assert.match(foundIn(ran).get('service')!.found, /none answers/);
  });
});
