import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { describe, test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths } from '../../src/base/paths.js';
import type { Readiness } from '../../src/http/resources/readiness.js';
import { openLedger } from '../../src/store/open.js';
import { Database } from '../../src/store/sqlite/database.js';
import { smallDisk } from '../support/small-disk.js';
import { eventually } from '../support/wait.js';
import { ask, postJson, problemIn, rowsIn, startService, type Service } from './service.js';

async function started(t: TestContext, folder?: string): Promise<Service> {
  const before = process.env['TMPDIR'];
  if (folder !== undefined) process.env['TMPDIR'] = folder;
  const service = await startService().finally(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  t.after(() => service.remove());
  return service;
}

const posted = (service: Service, text = 'q'): Promise<Response> =>
  postJson(`${service.url}/v1/feedback`, { query: text, model: 'a/small', score: 1 });

async function readiness({ url }: Service): Promise<Readiness & { status: number }> {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, ...((await response.json()) as Readiness) };
}

/** Feedback and readiness are refused with `code`, saying `what`; nothing is written. */
async function assertUnfit(service: Service, code: string, what: RegExp, text?: string): Promise<void> {
  const rows = await rowsIn(service.ledger).catch(() => null);
  const response = await posted(service, text);
  const problem = await problemIn(response);
  assert.equal(problem.code, code, problem.detail);
  assert.match(problem.detail, what);
  assert.ok(problem.detail.startsWith(dataPaths(service.folder).ledger), problem.detail);
  if (response.status === 503) assert.equal(response.headers.get('retry-after'), '5');
  const { status, ready, checks } = await readiness(service);
  assert.deepEqual([status, ready, checks!.ledger.ok], [503, false, false]);
  assert.match(checks!.ledger.detail, what);
  if (rows !== null) assert.equal(await rowsIn(service.ledger), rows);
}

async function assertFit(service: Service): Promise<void> {
  await eventually('readiness', async () => (await readiness(service)).status === 200);
  const rows = await rowsIn(service.ledger);
  assert.equal((await posted(service)).status, 201);
  assert.equal(await rowsIn(service.ledger), rows + 1);
}

test('a full disk: feedback is refused with its reason, decisions wait, and all goes on by itself', async (t) => {
  const disk = smallDisk(16);
  if (disk === undefined) return t.skip('a disk can be mounted by root alone');
  t.after(() => disk.remove());
  const service = await started(t, disk.folder);
  const long = 'x'.repeat(90_000);
  let stored = 0;
  for (; stored < 5; stored++) assert.equal((await posted(service, `${stored} ${long}`)).status, 201);
  disk.fill();
  let last: Response;
  do {
    last = await posted(service, `${stored} ${long}`);
    if (last.status === 201) stored++;
  } while (last.status === 201);
  await assertUnfit(
    service,
    'ledger_full',
    /the disk is full, so nothing was written; make room on the disk of /,
    long,
  );
  const many = await Promise.all(Array.from({ length: 20 }, (_, i) => posted(service, `many ${i} ${long}`)));
  assert.ok(many.every(({ status }) => status === 503));
  const { body } = await ask(service, 'POST', '/v1/route', { query: `a decision ${long}` });
  const { decision_id: id } = body as { decision_id: string };
  assert.equal(await service.decider.flush(), false, 'it waits for room');
  assert.equal((await ask(service, 'GET', `/v1/decisions/${id}`)).status, 200, 'and is found all the same');
  const db = new Database(dataPaths(service.folder).ledger, { readonly: true });
  const count = (): unknown => db.prepare("SELECT count(*) FROM query WHERE text LIKE '%xxx'").pluck().get();
  assert.equal(count(), stored, 'what was acknowledged is there, and nothing else');
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();

  disk.empty();
  await assertFit(service);
  assert.equal(await service.decider.flush(), true);
  assert.ok((await service.ledger.decisions.get([id])).has(id), 'the decision is logged now');
});

describe('a ledger that is somewhere else', () => {
  test('moved: refused at once, and taken again once it is back', async (t) => {
    const service = await started(t);
    await assertFit(service);
    const { ledger } = dataPaths(service.folder);
    renameSync(ledger, `${ledger}.moved`);
    await assertUnfit(service, 'ledger_gone', /is not there any more, so nothing is written; put it back/);
    renameSync(`${ledger}.moved`, ledger);
    await assertFit(service);
  });

  test('the whole folder moved, and back; limits and imports make no other ledger meanwhile', async (t) => {
    const service = await started(t);
    await ask(service, 'PUT', '/v1/models/a/limited', { limits: { requests_per_minute: 100 } });
    renameSync(service.folder, `${service.folder}.moved`);
    await assertUnfit(service, 'ledger_gone', /put it back/);
    assert.equal((await ask(service, 'POST', '/v1/route', { query: 'q' })).status, 200, 'routing goes on');
    assert.equal((await ask(service, 'POST', '/v1/route', { query: 'q', models: ['a/limited'] })).status, 200);
    await assert.rejects(service.ledger.imports.begin(), { code: 'ledger_gone' });
    assert.equal(statSync(service.folder, { throwIfNoEntry: false }), undefined);
    renameSync(`${service.folder}.moved`, service.folder);
    await assertFit(service);
  });

  test('removed with its folder', async (t) => {
    const service = await started(t);
    rmSync(service.folder, { recursive: true });
    await assertUnfit(service, 'ledger_gone', /restore a backup and restart the service/);
    mkdirSync(service.folder);
    await assertUnfit(service, 'ledger_gone', /restore a backup and restart the service/);
  });

  test('replaced by a copy: it takes a restart', async (t) => {
    const service = await started(t);
    const { ledger } = dataPaths(service.folder);
    copyFileSync(ledger, `${ledger}.copy`);
    renameSync(`${ledger}.copy`, ledger);
    await assertUnfit(service, 'ledger_gone', /another file than the one that was opened.*start it again/);
  });

  for (const part of ['-wal', '-shm'])
    test(`${part} removed alone`, async (t) => {
      const service = await started(t);
      await assertFit(service);
      unlinkSync(dataPaths(service.folder).ledger + part);
      await assertUnfit(service, 'ledger_gone', new RegExp(`ledger.sqlite${part}: the file is not there any more`));
      const rows = await rowsIn(service.ledger);
      // As a stop does: it writes back what it holds.
      await service.ledger.close();
      const again = await openLedger(dataPaths(service.folder).ledger, { clock: systemClock });
      assert.equal(await rowsIn(again), rows);
      await again.close();
    });
});

test('a ledger that is damaged while it is served is said to be, with what to do', async (t) => {
  const service = await started(t);
  await assertFit(service);
  const { ledger } = dataPaths(service.folder);
  const other = new Database(ledger);
  other.exec('CREATE TABLE other (x); INSERT INTO other VALUES (1)');
  other.pragma('wal_checkpoint(TRUNCATE)');
  const file = openSync(ledger, 'r+');
  for (let at = 4096; at < statSync(ledger).size; at += 4096) writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, at);
  closeSync(file);
  other.close();
  await assertUnfit(service, 'ledger_damaged', /the file is damaged \(SQLITE_\w+\).*sqlite3 .*ledger\.sqlite .recover/);
});
