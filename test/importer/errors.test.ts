import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { importFiles } from '../../src/importer/index.js';
import { desk } from './support.js';

const GOOD = { query: 'q', model: 'a', score: 1 };
const line = (value: unknown): string => JSON.stringify(value);

/** A file with good lines around a bad third one. */
const around = (bad: string): string => [line(GOOD), line(GOOD), bad, line(GOOD)].join('\n');

const BAD_LINES: [name: string, line: string, message: RegExp][] = [
  ['broken JSON', '{"query": "q", "model": ', /^f: line 3: expected JSON, got broken JSON/],
  ['two values on a line', `${line(GOOD)} ${line(GOOD)}`, /^f: line 3: expected JSON/],
  ['NaN', '{"query":"q","model":"a","score":NaN}', /^f: line 3: .*JSON has no NaN or Infinity/],
  [
    'score above one',
    line({ ...GOOD, score: 1.5 }),
    /^f, line 3: score: expected number to be <=1, got 1.5 \(scores are fractions from 0 to 1, not percent\)/,
  ],
  ['score in percent', line({ ...GOOD, score: 85 }), /got 85 \(scores are fractions/],
  ['score below zero', line({ ...GOOD, score: -0.1 }), /^f, line 3: score: expected number to be >=0, got -0.1$/],
  ['score as text', line({ ...GOOD, score: '0.5' }), /^f, line 3: score: expected number, got "0.5"$/],
  ['score null', line({ ...GOOD, score: null }), /^f, line 3: score: expected number, got null$/],
  [
    'signal without a value',
    line({ query: 'q', model: 'a', signal: 'thumb' }),
    /^f, line 3: value: expected a number from 0 to 1, true or false, got nothing$/,
  ],
  [
    'propensity of nothing',
    line({ ...GOOD, propensity: 0 }),
    /^f, line 3: propensity: expected number to be >0, got 0$/,
  ],
  ['no model', line({ query: 'q', score: 1 }), /^f, line 3: model: expected string, got nothing$/],
  ['no query', line({ model: 'a', score: 1 }), /^f, line 3: query: expected string, got nothing$/],
  [
    'blank query',
    line({ ...GOOD, query: ' \n' }),
    /^f, line 3: query: expected text that is not only white space, got/,
  ],
  [
    'unknown field of a score row',
    line({ query: 'q', scores: { a: 1 }, taks: 't' }),
    /^f, line 3: taks: expected no such field, got "t"$/,
  ],
  [
    'unknown field of a preference',
    line({ query: 'q', better_model: 'a', worse_model: 'b', taks: 't' }),
    /^f, line 3: taks: expected no such field, got "t"$/,
  ],
  ['empty model', line({ ...GOOD, model: '' }), /^f, line 3: model: /],
  ['model with a line break', line({ ...GOOD, model: 'a\nb' }), /^f, line 3: model: .*control characters/],
  [
    'latency below zero',
    line({ ...GOOD, latency_ms: -1 }),
    /^f, line 3: latency_ms: expected number to be >=0, got -1$/,
  ],
  ['cost as text', line({ ...GOOD, cost_usd: '$1' }), /^f, line 3: cost_usd: expected number, got "\$1"$/],
  ['half a token', line({ ...GOOD, prompt_tokens: 1.5 }), /^f, line 3: prompt_tokens: expected int, got 1.5$/],
  ['unknown field', line({ ...GOOD, latency: 5 }), /^f, line 3: latency: expected no such field, got 5$/],
  ['time without a zone', line({ ...GOOD, at: '2026-01-01 10:00' }), /^f, line 3: at: .*got "2026-01-01 10:00"$/],
  ['a day that is not', line({ ...GOOD, at: '2026-02-30T10:00:00Z' }), /^f, line 3: at: /],
  ['decision that is no UUID', line({ ...GOOD, decision_id: '7' }), /^f, line 3: decision_id: .*got "7"$/],
  [
    'score row out of range',
    line({ query: 'q', scores: { a: 1, b: 72.5 } }),
    /^f, line 3: scores\.b: expected number to be <=1, got 72.5 \(scores are fractions/,
  ],
  [
    'score row with text',
    line({ query: 'q', scores: { a: 'good' } }),
    /^f, line 3: scores\.a: expected number, got "good"$/,
  ],
  [
    'scores that are a list',
    line({ query: 'q', scores: [1, 0] }),
    /^f, line 3: scores: expected record, got an array of 2$/,
  ],
  [
    'preference without a loser',
    line({ query: 'q', better_model: 'a' }),
    /^f, line 3: worse_model: expected string, got nothing$/,
  ],
  [
    'preference over itself',
    line({ query: 'q', better_model: 'a', worse_model: 'a' }),
    /^f, line 3: worse_model: expected another LLM than better_model, got "a"$/,
  ],
  [
    'a record of no kind',
    line({ query: 'q', answer: 'x' }),
    /^f, line 3: expected "model" and "score".*got the fields "query", "answer"$/,
  ],
  ['a number', '17', /^f, line 3: expected a JSON object.*got 17$/],
  ['a list', '[1]', /^f, line 3: expected a JSON object.*got an array$/],
];

for (const [name, bad, message] of BAD_LINES)
  test(`refuses ${name}, saying where, and writes nothing`, async (t) => {
    const { file, refused } = await desk(t);
    assert.match(await refused(file('good.jsonl', [GOOD]), file('f', around(bad))), message);
  });

const BAD_FILES: [name: string, content: string | Buffer, message: RegExp][] = [
  ['an empty file', '', /^f: expected .*got an empty file$/],
  ['a blank file', ' \n\n', /got an empty file$/],
  ['a compressed nothing', gzipSync(''), /got an empty file$/],
  [
    'a truncated .gz',
    gzipSync(Array.from({ length: 5000 }, (_, i) => line({ ...GOOD, query: `q${i * 7919}` })).join('\n')).subarray(
      0,
      9000,
    ),
    /^f: expected a whole \.gz file, got a truncated one \(unexpected end of file\)$/,
  ],
  [
    'a damaged .gz',
    Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), Buffer.from('no deflate stream at all')]),
    /^f: expected a \.gz file, got a damaged one/,
  ],
  [
    'a picture',
    Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.alloc(64)]),
    /^f: expected JSON, YAML, CSV or Parquet, got a binary file$/,
  ],
  [
    'Latin-1',
    Buffer.from('{"query":"caf\xe9","model":"a","score":1}\n', 'latin1'),
    /^f: expected UTF-8 text, got other bytes$/,
  ],
  [
    'Latin-1 further down',
    Buffer.concat([
      Buffer.alloc(5_000_000, `${line(GOOD)}\n`),
      Buffer.from('\n{"query":"caf\xe9","model":"a","score":1}\n', 'latin1'),
    ]),
    /line \d+: expected UTF-8 text, got other bytes$/,
  ],
  [
    'prose',
    'Dear all,\nplease find the data attached.\n',
    /^f: expected interactions, score rows or preferences as JSON Lines/,
  ],
  [
    'CSV of other columns',
    'a,b\n1,2\n',
    /^f: expected columns of a known log, or ours \(query, model, score, …\), or --map COLUMN=FIELD; got "a", "b"$/,
  ],
  ['a JSON number', '17', /got 17$/],
  ['an empty JSON object', '{}', /got an object with the keys \(none\)$/],
  ['an empty JSON list', '[]', /got an array of 0$/],
  ['JSON of another kind', '{"rows": [1, 2], "n": 3}', /got an object with the keys "rows", "n"$/],
  [
    'broken JSON over many lines',
    '{\n "a": {\n  "size": "7B",\n  oops\n }\n}\n',
    /^f: line 4: expected JSON, got broken JSON/,
  ],
  [
    'a first line that is broken',
    `{"query": "q", "model": "a", "score": }\n${line(GOOD)}\n`,
    /^f: line 1: expected JSON, got broken JSON/,
  ],
  ['broken YAML', 'id: a\n  size_b: [1\n', /^f: line \d: expected JSON Lines, JSON or YAML, got broken YAML/],
  [
    'YAML that unfolds without end',
    [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefgh'.split('').map((name, i) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[i]}`).join(', ')}]`),
    ].join('\n'),
    /^f: expected YAML, got broken YAML \(Excessive alias count/,
  ],
  ['YAML with only a comment', '# nothing\n', /got an array of 0$/],
  ['a profile without an id', 'description: x\nfamily: y\n', /^f: id: expected the id of the LLM/],
  ['a profile with a wrong field', 'id: a\nprice: 3\n', /^f: price: expected no such field, got 3$/],
  [
    'a profile with benchmark scores in percent',
    'id: a\nbenchmarks: {mmlu: 71}\n',
    /^f: benchmarks\.mmlu: expected number to be <=1, got 71/,
  ],
  [
    'the second profile wrong',
    '[{"id":"a"},{"id":"b","size_b":-1}]',
    /^f, entry 2: size_b: expected number to be >0, got -1$/,
  ],
  ['a size without a unit', '{"a": {"size": "seven"}}', /^f, a: size: .*"7B".*got "seven"$/],
  [
    'a benchmark above 100 percent',
    '{"a": {"size": "7B", "detailed_scores": {"bbh": 101}}}',
    /^f, a: detailed_scores\.bbh: expected number to be <=100, got 101/,
  ],
  ['a negative price', '{"a": {"input_price": -1}}', /^f, a: input_price: expected number to be >=0, got -1$/],
  [
    'descriptions of things unknown',
    '{"foo": "some words", "bar": "others"}',
    /^f: expected descriptions of families, tasks or domains, got ids that are not known yet \(foo, bar\)/,
  ],
  [
    'a wrong entry in a JSON list of records',
    JSON.stringify([GOOD, { ...GOOD, score: 2 }], null, 1),
    /^f, entry 2: score: expected number to be <=1, got 2/,
  ],
  ['a line without an end', `{"query":"${'x'.repeat(5_000_000)}`, /^f: /],
];

for (const [name, content, message] of BAD_FILES)
  test(`refuses ${name}, and writes nothing`, async (t) => {
    const { file, refused } = await desk(t);
    assert.match(await refused(file('good.jsonl', [GOOD]), file('f', content)), message);
  });

test('refuses what is not a file, or not there', async (t) => {
  const { file, refused } = await desk(t);
  const good = file('good.jsonl', [GOOD]);
  mkdirSync(join(dirname(good), 'folder'));
  assert.match(await refused(good, join(dirname(good), 'folder')), /^folder: expected a file, got a folder/);
  assert.match(
    await refused(good, join(dirname(good), 'missing')),
    /^missing: expected a file, got nothing: there is no such file$/,
  );
  assert.match(await refused('/dev/null'), /^\/dev\/null: expected a file, got something that is not a plain file$/);
});

test('an error in the last of many lines undoes all the others of its file', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  await on.import(file('before.jsonl', [{ ...GOOD, query: 'kept' }]));
  const lines = Array.from({ length: 30_000 }, (_, i) => line({ query: `q${i}`, model: `m${i % 9}`, score: 1 }));
  const message = await on.refused(
    file('models.json', '{"fresh": {"size": "7B"}}'),
    file('f', [...lines, '{"query": 1}'].join('\n')),
  );
  assert.match(message, /^f, line 30001: /);
  assert.deepEqual(await ledger.catalog.list(), [{ id: 'a' }, { id: 'fresh', size_b: 7 }]);
  // Corrected, it goes through: the failed attempt was not remembered as imported.
  await on.import(file('f', lines.join('\n')));
  assert.equal((await ledger.feedback.counts()).interactions, 30_001);
});

test('nothing is lost of the error: its issues name field, expectation and value', async (t) => {
  const { ledger, file } = await desk(t);
  const path = file('f', line({ ...GOOD, score: 85 }));
  await assert.rejects(importFiles(ledger, [path]), {
    code: 'invalid_file',
    issues: [{ field: 'score', expected: 'number to be <=1', received: '85' }],
  });
});
