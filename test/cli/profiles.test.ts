import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { dataPaths } from '../../src/base/paths.js';
import { openLedger } from '../../src/store/open.js';
import { EXAMPLE } from '../catalog/example.js';
import { interaction } from '../store/support.js';
import { temporaryFolder } from '../support/temporary.js';
import { done, pointsman } from './support.js';

function folder(t: TestContext): { data: string; profiles: string; write(name: string, text: string): void } {
  const { path: root, remove } = temporaryFolder();
  t.after(remove);
  const profiles = join(root, 'profiles');
  mkdirSync(join(profiles, 'more'), { recursive: true });
  return { data: join(root, 'data'), profiles, write: (name, text) => writeFileSync(join(profiles, name), text) };
}

describe('models apply', () => {
  test('shows a plan, declares what a folder has, and takes out what it has not where it is told to', async (t) => {
    const { data, profiles, write } = folder(t);
    write('mistral.yaml', EXAMPLE);
    write('more/ours.json', '[{"id": "a", "size_b": 7}, {"id": "b"}]');
    write('notes.txt', 'no profile');
    const apply = (...more: string[]): Promise<string> => done('models', 'apply', profiles, '--data', data, ...more);
    const plan = '+ a\n+ b\n+ mistral-7b-instruct-v0.2\n3 added, 0 changed, 0 removed, 0 unchanged\n';
    assert.equal(await apply('--dry-run'), `${plan}nothing was changed (--dry-run)\n`);
    assert.equal(await apply(), plan);
    assert.equal(await apply(), '0 added, 0 changed, 0 removed, 3 unchanged\n');

    write('more/ours.json', '{"id": "a", "size_b": 8}');
    write('mistral.yaml', EXAMPLE.replace('0.45', '0.5'));
    const change =
      '~ a\n    size_b: 7 → 8\n~ mistral-7b-instruct-v0.2\n' +
      '    task_types.summarization.metrics.rouge_l_score_avg: 0.45 → 0.5\n';
    const diff = await pointsman(['models', 'diff', profiles, '--data', data, '--exit-code']);
    assert.deepEqual(
      [diff.code, diff.stdout],
      [1, `${change}0 added, 2 changed, 0 removed, 0 unchanged, 1 not among them kept (--prune takes them out)\n`],
    );
    assert.deepEqual(JSON.parse(await apply('--prune', '--json')), {
      added: [],
      changed: [
        { id: 'a', fields: [{ field: 'size_b', before: 7, after: 8 }] },
        {
          id: 'mistral-7b-instruct-v0.2',
          fields: [{ field: 'task_types.summarization.metrics.rouge_l_score_avg', before: 0.45, after: 0.5 }],
        },
      ],
      removed: ['b'],
      unchanged: [],
    });
    assert.equal(await apply('--prune'), '0 added, 0 changed, 0 removed, 2 unchanged\n');
  });

  test('names all that is wrong in all files, and then applies nothing', async (t) => {
    const { data, profiles, write } = folder(t);
    write('a.yaml', 'id: a\nsize_b: big\n');
    write('b.yaml', 'id: b\n---\nid: b\n');
    write('c.yaml', EXAMPLE);
    for (const command of [
      ['apply', profiles, '--data', data],
      ['validate', profiles],
    ]) {
      const { code, stderr } = await pointsman(['models', ...command]);
      assert.equal(code, 1);
      assert.match(stderr, /a\.yaml:2:9: size_b: expected number, got "big"\n/);
      assert.match(stderr, /b\.yaml:3:1: id: expected each LLM once, got b again, after .*b\.yaml:1:1\n/);
    }
    rmSync(join(profiles, 'a.yaml'));
    rmSync(join(profiles, 'b.yaml'));
    assert.equal(
      await done('models', 'apply', profiles, '--data', data, '--dry-run', '--json'),
      `${JSON.stringify({ added: ['mistral-7b-instruct-v0.2'], changed: [], removed: [], unchanged: [] }, null, 2)}\n`,
    );
  });

  test('says what is there to read where there is nothing', async (t) => {
    const { profiles } = folder(t);
    const none = await pointsman(['models', 'validate', profiles]);
    assert.match(none.stderr, /expected \.yaml, \.yml or \.json files, got none/);
    const missing = await pointsman(['models', 'validate', join(profiles, 'nowhere')]);
    assert.match(missing.stderr, /nowhere: ENOENT/);
    assert.deepEqual([none.code, missing.code], [1, 1]);
  });
});

describe('models settings', () => {
  test('shows and sets what becomes of LLMs that nobody declared; list names these', async (t) => {
    const { data, profiles, write } = folder(t);
    mkdirSync(data);
    const file = (name: string, text: string): string => {
      write(name, text);
      return join(profiles, name);
    };
    const settings = async (...more: string[]): Promise<unknown> =>
      JSON.parse(await done('models', 'settings', '--data', data, ...more));
    const ledger = await openLedger(dataPaths(data).ledger, { clock: Date.now });
    const records = ['x', 'y'].map((model) => interaction('q', model, 1));
    await ledger.feedback.append([{ records }], { unknown: 'as_set' });
    await ledger.close();
    assert.deepEqual(await settings(), { register_unknown: 'known', max_models: 1000 });
    assert.match(await done('models', '--data', data), /no candidates, as .* nobody declared them: x, y\n$/);
    await done('models', 'put', file('x.yaml', 'id: x\n'), '--data', data);
    assert.equal(await done('models', 'delete', 'y', '--data', data), 'y deleted\n');
    assert.doesNotMatch(await done('models', '--data', data), /no candidates/);

    assert.deepEqual(await settings('--max-models', '1'), { register_unknown: 'known', max_models: 1 });
    const wanted = { register_unknown: 'candidate', max_models: 1 };
    assert.deepEqual(await settings('--register-unknown', 'candidate'), wanted);
    assert.deepEqual(await settings(), wanted);
    const full = await pointsman(['models', 'put', file('z.yaml', 'id: z\n'), '--data', data]);
    assert.equal(full.code, 1);
    assert.match(full.stderr, /max_models of the catalogue allows \(1\).*pointsman models settings --max-models/);
    const log = file('log.jsonl', '{"query": "q", "model": "z", "score": 1}\n');
    assert.match((await pointsman(['import', log, '--data', data])).stderr, /allows \(1\)/);
    assert.equal((await pointsman(['models', 'settings', '--max-models', '0', '--data', data])).code, 2);
  });
});

describe('models validate', () => {
  test('says what is kept without a field, and which metrics nobody knows', async (t) => {
    const { profiles, write } = folder(t);
    write('m.yaml', EXAMPLE.replace('rouge_l_score_avg', 'gut_feeling').concat('owner: me\n'));
    const { code, stdout, stderr } = await pointsman(['models', 'validate', profiles]);
    assert.deepEqual([code, stdout], [0, '1 profile in 1 file: valid\n']);
    assert.match(stderr, /m\.yaml:1:1: owner: unknown, kept under extra\n/);
    assert.match(stderr, /m\.yaml:1:1: gut_feeling: not a known metric/);
  });
});

describe('models export', () => {
  test('gives back what was applied, in both forms, one LLM or all', async (t) => {
    const { data, profiles, write } = folder(t);
    write('m.yaml', EXAMPLE);
    write('o.yaml', 'id: org/x:y\nsize_b: 7\n');
    await done('models', 'apply', profiles, '--data', data);
    const id = 'mistral-7b-instruct-v0.2';
    assert.deepEqual(
      parse(await done('models', 'export', id, '--format', 'routeprofile', '--data', data)),
      parse(EXAMPLE),
    );
    for (const format of ['routeprofile', 'pointsman']) {
      const output = join(profiles, '..', format);
      await done('models', 'export', '--format', format, '--output', output, '--data', data);
      assert.deepEqual(readdirSync(output).toSorted(), [`${id}.yaml`, 'org%2Fx%3Ay.yaml']);
      assert.match(await done('models', 'diff', output, '--data', data), /^0 added, 0 changed, 0 removed, 2 unchanged/);
    }
    const unknown = await pointsman(['models', 'export', 'nobody', '--data', data]);
    assert.deepEqual([unknown.code, /known LLM, got "nobody"/.test(unknown.stderr)], [1, true]);
    assert.equal((await pointsman(['models', 'export', '--data', data])).code, 2);
  });
});
