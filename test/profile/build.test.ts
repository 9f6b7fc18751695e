import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { buildProfiles } from '../../src/profile/build.js';
import { parseDesign, PROFILE_DESIGNS } from '../../src/profile/design.js';
import type { ProfileVectors } from '../../src/profile/vectors.js';
import { ProfileDesign } from '../../src/schema/design.js';
import type { LlmProfile } from '../../src/schema/profile.js';
import { datasetOf, encoder } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { handLog } from '../support/rows.js';

const OTHER = ['family', 'task', 'domain', 'query'];
const SUBSETS = Array.from({ length: 16 }, (_, bits) => OTHER.filter((_kind, k) => bits & (1 << k)));
const NORMALIZED = [
  'structured-embedding-2hop-none',
  'structured-embedding-4hop-none',
  'structured-embedding-2hop-random-walk',
  'structured-embedding-4hop-random-walk',
];
const UNTRAINED = [
  ...Object.keys(PROFILE_DESIGNS).filter((name) => PROFILE_DESIGNS[name]!.learning === 'training-free'),
  ...NORMALIZED,
];
/** Every set of kinds that a design can take. */
const withSubsets = (name: string): string[] =>
  SUBSETS.map((kinds) => `${name}:${kinds.join('+') || 'llm'}`).filter(
    (full) =>
      ProfileDesign.safeParse({
        ...parseDesign(name),
        kinds: [
          'llm',
          ...full
            .slice(name.length + 1)
            .split('+')
            .filter((k) => k !== 'llm'),
        ],
      }).success,
  );
const DESIGNS = [
  ...UNTRAINED,
  ...['flat-text', 'structured-text-3hop', 'structured-embedding-3hop'].flatMap(withSubsets),
];

const everyQuery = (rows: GraphRows): Int32Array => Int32Array.from({ length: rows.queries.length }, (_, q) => q);

async function build(rows: GraphRows, name: string, train = everyQuery(rows), seed = 1): Promise<ProfileVectors> {
  return buildProfiles({
    data: await datasetOf(rows),
    rows,
    train,
    design: parseDesign(name),
    encoder,
    rng: createRng(seed),
  });
}

/** The same log with the scores that `chosen` picks turned around: right is wrong and wrong is right. */
function turned(rows: GraphRows, chosen: (query: number, llm: number) => boolean): GraphRows {
  const { query, llm, score } = rows.scores;
  return { ...rows, scores: { ...rows.scores, score: score.map((s, e) => (chosen(query[e]!, llm[e]!) ? 1 - s : s)) } };
}

function assertProfiles(profiles: ProfileVectors, numLlms: number, what: string): void {
  assert.equal(profiles.llms.length, numLlms, what);
  for (const vector of [
    ...profiles.llms,
    profiles.place(encoder.encodeSync!('a query')),
    profiles.place(new Float32Array(encoder.dim)),
  ]) {
    assert.equal(vector.length, profiles.dim, what);
    assert.ok(vector.every(Number.isFinite), what);
  }
  for (const text of profiles.texts ?? []) assert.ok(text.length > 0, what);
  for (const vector of profiles.llms)
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-3 || vector.every((x) => x === 0), what);
}

const seesScores = (name: string): boolean => {
  const { form, kinds } = parseDesign(name);
  return (
    kinds.includes('query') ||
    (form === 'structured' && kinds.includes('task')) ||
    (form === 'flat' && kinds.includes('task'))
  );
};

describe('every design that is not trained', () => {
  const rows = smallLog({ queries: 40 });
  const train = Int32Array.from({ length: 30 }, (_, i) => i);

  for (const name of DESIGNS)
    test(name, async () => {
      const profiles = await build(rows, name, train);
      assertProfiles(profiles, rows.llms.length, name);
      const again = await build(rows, name, train);
      assert.deepEqual([again.llms, again.texts], [profiles.llms, profiles.texts], 'the same for a seed');
      const heldOut = await build(
        turned(rows, (q) => q >= 30),
        name,
        train,
      );
      assert.deepEqual(
        [heldOut.llms, heldOut.texts],
        [profiles.llms, profiles.texts],
        'knows nothing of what is held out',
      );
      const other = await build(
        turned(rows, (q, l) => q < 30 && l === 0),
        name,
        train,
      );
      if (seesScores(name)) assert.notDeepEqual(other.llms[0], profiles.llms[0], 'knows the scores it learns from');
      else assert.deepEqual(other.llms, profiles.llms);
    });

  test('differ from each other, and by hops', async () => {
    const texts = await Promise.all(UNTRAINED.map(async (name) => (await build(rows, name, train)).llms[0]!.join()));
    assert.equal(new Set(texts).size, texts.length);
  });

  test('refuse one that is trained, and one that is illegal', async () => {
    await assert.rejects(build(rows, 'structured-trainable'), {
      code: 'invalid_request',
      message: /^design\.learning: expected training-free, got trainable/,
    });
    const data = await datasetOf(rows);
    await assert.rejects(
      buildProfiles({
        data,
        rows,
        train,
        design: { ...parseDesign('flat-text'), hops: 2 },
        encoder,
        rng: createRng(1),
      }),
      { code: 'invalid_request', message: /hops: expected 0/ },
    );
  });
});

const many = handLog(
  ['a', 'b'],
  Array.from({ length: 10_000 }, () => ({ text: 'the same again', task: 'x', scores: { a: 1, b: 0 } })),
);
const bare = handLog(['a'], [{ text: 'only one', scores: { a: 1 } }]);
const DEGENERATE: Record<string, GraphRows> = {
  'one LLM, one query': bare,
  'all scores equal': handLog(
    ['a', 'b'],
    [
      { text: 'one', task: 'x', scores: { a: 0.5, b: 0.5 } },
      { text: 'two', task: 'x', scores: { a: 0.5, b: 0.5 } },
    ],
  ),
  'no tasks': smallLog({ queries: 8, untasked: true }),
  'preferences only': smallLog({ queries: 8, preferences: true }),
  'contradictory preferences': handLog(
    ['a', 'b'],
    [
      {
        text: 'one',
        pairs: [
          ['a', 'b'],
          ['b', 'a'],
        ],
      },
    ],
  ),
  'an LLM that nobody asked, and an empty query': handLog(
    ['a', 'b', 'unasked'],
    [{ text: '', task: 'x', scores: { a: 1, b: 0 } }],
  ),
  'very long texts': handLog(
    ['a', 'b'],
    [
      { text: 'long '.repeat(50_000), task: 'x', scores: { a: 1, b: 0 } },
      { text: ' '.repeat(300_000), scores: { a: 1, b: 1 } },
    ],
  ),
};

describe('degenerate logs', () => {
  for (const [what, rows] of Object.entries(DEGENERATE))
    test(what, async () => {
      for (const name of [...UNTRAINED, 'flat-text:family+task+domain+query'])
        assertProfiles(await build(rows, name), rows.llms.length, name);
    });

  test('ten thousand times the same query', async () => {
    const data = await datasetOf(many);
    for (const name of [
      'flat-text',
      'structured-text-4hop',
      'structured-embedding-4hop',
      'structured-embedding-4hop-none',
    ])
      assertProfiles(
        await buildProfiles({
          data,
          rows: many,
          train: everyQuery(many),
          design: parseDesign(name),
          encoder,
          rng: createRng(1),
        }),
        2,
        name,
      );
  });

  test('nothing to learn from: profiles are of what is declared', async () => {
    const rows = smallLog({ queries: 10 });
    const [none, hidden] = [
      await build(rows, 'structured-text-2hop', new Int32Array()),
      await build(
        turned(rows, () => true),
        'structured-text-2hop',
        new Int32Array(),
      ),
    ];
    assert.deepEqual(none.texts, hidden.texts);
    assert.match(none.texts![0]!, /solves arithmetic.*Family machines/);
  });
});

describe('a new LLM', () => {
  const withNew = (): GraphRows => {
    const rows = smallLog({ queries: 30 });
    const llms = [
      ...rows.llms,
      {
        id: 'new',
        description: 'just arrived',
        family: 'bards',
        benchmarks: { poetry: 0.95, arithmetic: 0.1 },
      } as unknown as LlmProfile,
    ];
    return { ...rows, llms };
  };

  test('has a profile of its facts, family, benchmarks and tasks', async () => {
    const text = (await build(withNew(), 'structured-text-2hop')).texts![3]!;
    assert.match(text, /^new: just arrived/);
    assert.match(
      text,
      /Better than the other LLMs on the public benchmark poetry \(score 0\.95, \+0\.45\): the task of poetry/,
    );
    assert.match(text, /Worse than the other LLMs on the public benchmark arithmetic \(score 0\.10, −0\.40\)/);
    assert.match(text, /Family bards: /);
  });

  test('lies nearer to what its benchmarks say it does well', async () => {
    const { llms } = await build(withNew(), 'structured-embedding-2hop');
    const likeness = (text: string): number =>
      encoder.encodeSync!(text).reduce((sum, x, i) => sum + x * llms[3]![i]!, 0);
    assert.ok(likeness('rhyme verse moon sonnet stanza') > likeness('sum minus multiply digits equals'));
  });
});

describe('routing by likeness', () => {
  test('to propagated profiles sends each kind of query to the LLM that is better at it', async () => {
    const rows = smallLog({ queries: 60 });
    for (const name of [
      'structured-embedding-1hop',
      'structured-embedding-2hop',
      'structured-embedding-3hop-random-walk',
      'structured-embedding-4hop-none',
    ]) {
      const { llms, place } = await build(rows, name);
      const better = (text: string): string => {
        const query = place(encoder.encodeSync!(text));
        const [calculator, , poet] = llms.map((llm) => llm.reduce((sum, x, i) => sum + x * query[i]!, 0));
        return calculator! > poet! ? 'calculator' : 'poet';
      };
      assert.deepEqual(
        [better('digits divide total sum'), better('sonnet metaphor rose heart')],
        ['calculator', 'poet'],
        name,
      );
    }
  });
});
