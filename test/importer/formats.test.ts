import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { packageRoot } from '../../src/base/paths.js';
import { importFiles } from '../../src/importer/index.js';
import { allRows } from '../store/support.js';
import { desk } from './support.js';

const DECISION = '01890000-0000-7000-8000-000000000001';

test('interactions, score rows and preferences, in one file and in any mixture', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const path = file('log.txt', [
    {
      query: 'one',
      model: 'a',
      score: 1,
      task: 't',
      domain: 'd',
      cost_usd: 0.01,
      latency_ms: 20,
      prompt_tokens: 1,
      completion_tokens: 2,
      error: 'e',
      at: '2026-01-01T00:00:00Z',
      decision_id: DECISION,
      query_id: 'q1',
      metric: 'em',
    },
    { query_id: 'q2', query: 'two', task: 't', metric: 'f1', scores: { a: 0.25, b: 0.5, c: 1 } },
    { query: 'one', better_model: 'a', worse_model: 'b', task: 't', metric: 'x' },
  ]);
  const report = await on.import(path);
  assert.deepEqual(report.files, [
    {
      path,
      format: 'records',
      status: 'imported',
      entries: 3,
      interactions: 4,
      preferences: 1,
      calls: 0,
      repeated: 0,
      ignored: 0,
      broken: 0,
    },
  ]);
  assert.deepEqual([report.interactions, report.preferences, report.new_models], [4, 1, ['a', 'b', 'c']]);
  assert.deepEqual(await ledger.feedback.counts(), { interactions: 4, preferences: 1, queries: 2 });
  assert.deepEqual(
    (await ledger.feedback.stats()).map((llm) => [llm.id, llm.meanScore, llm.costUsd, llm.wins]),
    [
      ['a', 0.625, 0.01, 1],
      ['b', 0.5, NaN, 0],
      ['c', 1, NaN, 0],
    ],
  );
  assert.deepEqual((await ledger.snapshot.read()).taskDomains, [[0, 0]]);
});

test('compressed files, a byte-order mark and line ends of Windows read the same', async (t) => {
  const lines = '{"query":"é 😀","model":"a","score":1}\n\n{"query":"two","model":"a","score":0}';
  for (const [name, content] of [
    ['a.jsonl', lines],
    ['b.jsonl.gz', lines],
    ['c.bin.gz', lines],
    ['d.jsonl', `\uFEFF${lines}`],
    ['e.jsonl', lines.replaceAll('\n', '\r\n')],
    ['f.jsonl', `${lines}\n`],
  ] as const) {
    const { ledger, file, ...on } = await desk(t);
    await on.import(file(name, content));
    assert.deepEqual((await allRows(ledger)).queries.map(({ text }) => text).toSorted(), ['two', 'é 😀'], name);
  }
});

test('a .gz of several members is read to its end', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const path = file(
    'joined',
    Buffer.concat(['one', 'two'].map((query) => gzipSync(`${JSON.stringify({ query, model: 'a', score: 1 })}\n`))),
  );
  assert.equal(gunzipSync(readFileSync(path)).toString().split('\n').length, 3);
  await on.import(path);
  assert.equal((await ledger.feedback.counts()).interactions, 2);
});

test('a file longer than any buffer keeps every line whole', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const queries = Array.from({ length: 9000 }, (_, i) => `${i} ${'ü😀x'.repeat(i % 97)}`);
  queries.push('y'.repeat(100_000));
  await on.import(
    file(
      'long.jsonl.gz',
      queries.map((query) => ({ query, model: 'a', score: 0.5 })),
    ),
  );
  assert.deepEqual(new Set((await allRows(ledger)).queries.map(({ text }) => text)), new Set(queries));
});

test('records may also stand in a JSON array, or alone', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  await on.import(
    file(
      'a.json',
      JSON.stringify(
        [
          { query: 'one', model: 'a', score: 1 },
          { query: 'two', scores: { b: 0 } },
        ],
        null,
        2,
      ),
    ),
    file('b.json', JSON.stringify({ query: 'three', better_model: 'a', worse_model: 'b' }, null, 1)),
  );
  assert.deepEqual(await ledger.feedback.counts(), { interactions: 2, preferences: 1, queries: 3 });
});

const FEATURES = {
  first: {
    size: '7B',
    feature: 'the first',
    input_price: 0.2,
    output_price: 0.3,
    model: 'x/first',
    service: 'S',
    average_score: 35,
    detailed_scores: { ifeval: 75.85, bbh: null, WildBench: -7 },
    parameters: 7.616,
    architecture: 'QwenArch',
    tags: ['chat'],
    languages: ['en'],
    role: 'primary',
  },
  mixture: {
    size: '8x7B',
    feature: null,
    input_price: null,
    output_price: null,
    architecture: null,
    detailed_scores: { ifeval: null },
    parameters: null,
    tags: [],
  },
  small: { size: '350M' },
  unknown: { size: null, feature: 'no size' },
};

test('LLM features become profiles', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const report = await on.import(file('models.json', JSON.stringify(FEATURES, null, 1)));
  assert.deepEqual(
    report.files.map(({ format, entries }) => ({ format, entries })),
    [{ format: 'llm-features', entries: 4 }],
  );
  assert.deepEqual(report.new_models, ['first', 'mixture', 'small', 'unknown']);
  assert.deepEqual(await ledger.catalog.list(), [
    {
      id: 'first',
      description: 'the first',
      family: 'QwenArch',
      size_b: 7.616,
      input_price: 0.2,
      output_price: 0.3,
      benchmarks: { WildBench: 0, ifeval: 0.7585 },
      tags: ['chat'],
    },
    { id: 'mixture', size_b: 56 },
    { id: 'small', size_b: 0.35 },
    { id: 'unknown', description: 'no size' },
  ]);
});

test('importing features again changes only what they name', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  await on.import(file('models.json', JSON.stringify(FEATURES)));
  const again = await on.import(
    file('later.json', JSON.stringify({ first: { input_price: 0.1, detailed_scores: { bbh: 50, ifeval: null } } })),
  );
  assert.deepEqual(again.new_models, []);
  assert.deepEqual((await ledger.catalog.get('first'))!.benchmarks, { WildBench: 0, bbh: 0.5, ifeval: 0.7585 });
  assert.equal((await ledger.catalog.get('first'))!.input_price, 0.1);
  assert.equal((await ledger.catalog.get('first'))!.description, 'the first');
});

test('declared profiles come as YAML or JSON, one or many', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const facts = { description: 'declared', family: 'f', size_b: 8, benchmarks: { gsm8k: 0.5 }, tags: ['a'] };
  const report = await on.import(
    file('one.yaml', `# one profile\n${stringify({ id: 'one', ...facts })}`),
    file('two.yml', stringify([{ id: 'two', ...facts }, { id: 'three' }])),
    file('four.json', JSON.stringify({ id: 'four', ...facts })),
    file('five.json', JSON.stringify([{ id: 'five' }], null, 2)),
    file('six.yaml', `---\n${stringify({ id: 'six' })}---\n${stringify({ id: 'seven' })}`),
    file('eight.jsonl', JSON.stringify({ id: 'eight' })),
  );
  assert.ok(report.files.every((each) => each.format === 'llm-profiles'));
  assert.deepEqual(
    (await ledger.catalog.list()).map((llm) => llm.id),
    ['eight', 'five', 'four', 'one', 'seven', 'six', 'three', 'two'],
  );
  for (const id of ['one', 'two', 'four']) assert.deepEqual(await ledger.catalog.get(id), { id, ...facts });
});

const FAMILIES = { QwenArch: 'A family of decoders.' };
const TASKS = { ifeval: 'A benchmark of instructions.', math: 'Competition problems.', bbh: 'Evaluates hard things.' };
const DOMAINS = { math: 'Tasks requiring arithmetic.', following: 'Tasks evaluating obedience.' };
const TASKS_OF = { math: ['math'], following: ['ifeval', 'bbh'] };

test('descriptions are told apart by their wording when nothing is known yet', async (t) => {
  for (const [content, format] of [
    [FAMILIES, 'family-descriptions'],
    [TASKS, 'task-descriptions'],
    [DOMAINS, 'domain-descriptions'],
    [TASKS_OF, 'domain-tasks'],
  ] as const) {
    const { file, ...on } = await desk(t);
    assert.equal((await on.import(file('x.json', JSON.stringify(content)))).files[0]!.format, format);
  }
});

/** Descriptions whose wording tells nothing. */
function plain(ids: object): string {
  return JSON.stringify(Object.fromEntries(Object.keys(ids).map((id) => [id, `about ${id}`])));
}

test('descriptions are told apart by the ids that other files bring, in whatever order they are named', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const report = await on.import(
    file('1.json', plain(FAMILIES)),
    file('2.json', plain(DOMAINS)),
    file('3.json', plain(TASKS)),
    file('4.json', JSON.stringify(TASKS_OF)),
    file('5.json', JSON.stringify(FEATURES)),
  );
  assert.deepEqual(
    report.files.map((each) => each.format),
    ['family-descriptions', 'domain-descriptions', 'task-descriptions', 'domain-tasks', 'llm-features'],
  );
  const rows = await ledger.snapshot.read();
  assert.deepEqual(rows.families, [{ id: 'QwenArch', description: 'about QwenArch' }]);
  assert.deepEqual(rows.domains, [
    { id: 'following', description: 'about following' },
    { id: 'math', description: 'about math' },
  ]);
  assert.deepEqual(
    rows.tasks.find((task) => task.id === 'bbh'),
    { id: 'bbh', description: 'about bbh' },
  );
  const pairs = rows.taskDomains.map(([task, domain]) => `${rows.tasks[task]!.id} in ${rows.domains[domain]!.id}`);
  assert.deepEqual(pairs, ['bbh in following', 'ifeval in following', 'math in math']);
});

test('the same interactions are not taken twice: not the file, a copy, compressed or in one command', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const lines = [{ query: 'one', model: 'a', score: 1 }];
  const path = file('a.jsonl', lines);
  const first = await on.import(path, path);
  assert.deepEqual(
    first.files.map((each) => each.status),
    ['imported', 'skipped'],
  );
  for (const again of [path, file('copy.jsonl', lines), file('copy.jsonl.gz', lines)]) {
    const report = await on.import(again);
    assert.deepEqual(report.files, [
      {
        path: again,
        format: 'records',
        status: 'skipped',
        notice: 'already imported at 2026-01-01T00:00:00.000Z',
        entries: 0,
        interactions: 0,
        preferences: 0,
        calls: 0,
        repeated: 0,
        ignored: 0,
        broken: 0,
      },
    ]);
    assert.equal(report.interactions, 0);
  }
  assert.equal((await ledger.feedback.counts()).interactions, 1);
  // Of a file that grew only what is new is taken: the same line again is new, too, if it stands there once more.
  const grown = [...lines, { query: 'two', model: 'a', score: 1 }, ...lines];
  const report = await on.import(file('longer.jsonl', grown));
  assert.deepEqual(
    report.files.map(({ entries, repeated, interactions }) => [entries, repeated, interactions]),
    [[3, 1, 2]],
  );
  assert.equal((await ledger.feedback.counts()).interactions, 3);
  assert.equal((await on.importWith({ again: true }, path)).interactions, 1);
});

test('profiles are applied again: they may restore what was changed since', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const path = file('one.yaml', stringify({ id: 'one', size_b: 8 }));
  await on.import(path);
  await ledger.catalog.put({ ...(await ledger.catalog.get('one'))!, size_b: 9 });
  assert.equal((await on.import(path)).files[0]!.status, 'imported');
  assert.equal((await ledger.catalog.get('one'))!.size_b, 8);
});

test('progress grows to the whole of each phase', async (t) => {
  const { ledger, file } = await desk(t);
  const paths = [
    file(
      'a.jsonl.gz',
      Array.from({ length: 5000 }, (_, i) => ({ query: `q${i}`, model: 'a', score: 1 })),
    ),
    file('m.yaml', 'id: m\n'),
  ];
  const seen: { phase: string; bytesDone: number; bytesTotal: number; interactions: number }[] = [];
  await importFiles(ledger, paths, { onProgress: (progress) => seen.push({ ...progress }) });
  for (const phase of ['check', 'import']) {
    const done = seen.filter((each) => each.phase === phase).map((each) => each.bytesDone);
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b),
    );
    assert.equal(done.at(-1), seen[0]!.bytesTotal, phase);
  }
  assert.equal(seen.at(-1)!.interactions, 5000);
});

test('the catalogue that comes with the package', async (t) => {
  const { ledger, ...on } = await desk(t);
  const path = join(packageRoot, 'models/catalog/llms.yaml');
  const report = await on.import(path);
  assert.deepEqual(report.files[0]?.format, 'llm-profiles');
  assert.ok(report.new_models.length >= 60);
  for (const llm of await ledger.catalog.list()) assert.ok(llm.context_tokens! > 0 && llm.family !== undefined, llm.id);
});
