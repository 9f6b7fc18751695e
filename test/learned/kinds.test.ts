import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { TrainedModel } from '../../src/artifact/model.js';
import { PointsmanError } from '../../src/base/errors.js';
import { createRng } from '../../src/base/rng.js';
import { discoverKinds, withKinds } from '../../src/learned/kinds.js';
import { nameKinds } from '../../src/learned/kind-names.js';
import { createKindReader } from '../../src/learned/serve/kinds.js';
import { openBackend } from '../../src/tensor/backend.js';
import type { TensorFlow } from '../../src/tensor/types.js';
import { checkModel, openScorer } from '../../src/serving/routers.js';
import { encoder } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { randomModel, type RandomModel } from '../support/model.js';

const ROWS = smallLog({ queries: 320, untasked: true });
let tf: TensorFlow;
let random: RandomModel;
let model: TrainedModel;

async function kindsOf(queries: Int32Array) {
  return discoverKinds(tf, {
    data: random.data,
    queries,
    textsOf: async (places) => places.map((q) => ROWS.queries.textOf(q)),
    space: random.weights,
    rng: createRng(5),
  });
}

before(async () => {
  ({ tf } = await openBackend('wasm'));
  random = await randomModel(tf, ROWS);
  model = withKinds(random.model, await kindsOf(random.evidence));
});

const likeliest = (of: TrainedModel, query: string): string =>
  createKindReader(of)
    .kindsOf(encoder.encodeSync!(query))
    .reduce((a, b) => (b.probability > a.probability ? b : a)).kind;

describe('kinds', () => {
  test('are discovered without labels, and named by their words', () => {
    assert.equal(model.names.kinds.length, 4);
    assert.equal(new Set(model.names.kinds).size, 4);
    const words = {
      sums: /sum|minus|multiply|digits|equals|total|divide|number/,
      verse: /rhyme|verse|moon|sonnet|stanza|heart|metaphor|rose/,
    };
    for (const kind of model.names.kinds) assert.notEqual(words.sums.test(kind), words.verse.test(kind), kind);
    assert.match(likeliest(model, 'divide the sum by the total number of digits, minus one'), words.sums);
    assert.match(likeliest(model, 'a sonnet: the heart, the moon, a metaphor in verse'), words.verse);
  });

  test('are none where few queries are logged', async () => {
    const few = await kindsOf(random.evidence.slice(0, 149));
    assert.equal(few, null);
    assert.deepEqual(withKinds(random.model, few).names.kinds, []);
    assert.deepEqual(createKindReader(random.model).kindsOf(encoder.encodeSync!('sum')), []);
  });

  test('a baseline’s artifact tells the same ones, and embeds the same', async () => {
    const baseline = withKinds(
      {
        names: { ...random.model.names, router: 'best-single' },
        tables: { mean: { shape: [3], data: Float32Array.of(0.2, 0.5, 0.9) } },
      },
      { names: model.names.kinds, tables: Object.fromEntries(Object.entries(model.tables)) },
    );
    const parts = { version: 'v', encoder, llms: ROWS.llms, stats: [] };
    const learned = await openScorer({ ...parts, model });
    const simple = await openScorer({ ...parts, model: baseline });
    for (const query of ['multiply digits', 'a rose is a rose', '']) {
      const vector = encoder.encodeSync!(query);
      assert.deepEqual(simple.kindsOf(vector), learned.kindsOf(vector));
      assert.deepEqual(simple.embed(vector), learned.embed(vector));
      const shares = learned.kindsOf(vector);
      assert.ok(Math.abs(shares.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-6);
      const explained = learned.explain(query, vector).kinds;
      assert.equal(explained.length, 3);
      assert.ok(explained[0]!.probability >= explained[2]!.probability);
    }
  });

  test('tables that do not fit are refused, with the tensor’s name', () => {
    const names = { ...model.names, router: 'best-single' };
    const mean = { shape: [3], data: new Float32Array(3) };
    for (const [name, tables] of [
      ['words/basis', { ...model.tables, 'words/basis': undefined }],
      ['embedding/kind', { ...model.tables, 'embedding/kind': { shape: [4, 2], data: new Float32Array(8) } }],
    ] as const)
      assert.throws(
        () => checkModel({ names, tables: { ...tables, mean } as unknown as TrainedModel['tables'] }, 'version x'),
        (error) => error instanceof PointsmanError && error.code === 'artifact_damaged' && error.message.includes(name),
      );
  });
});

describe('names of kinds', () => {
  test('are the most typical words, in any script; a kind without any has its number', () => {
    const texts = [
      ...['solve the equation', 'solve this integral', 'the integral equation'].map((text) => ({ text, kind: 0 })),
      ...['写一首诗', '写一首关于月亮的诗', '一首诗'].map((text) => ({ text, kind: 1 })),
      { text: '123 !!', kind: 2 },
    ];
    const [maths, verse, none] = nameKinds(texts, 3);
    assert.deepEqual(new Set(maths!.split(', ')), new Set(['solve', 'equation', 'integral']));
    assert.match(verse!, /诗/);
    assert.equal(none, 'kind 3');
  });

  test('differ, where words are the same', () => {
    const same = Array.from({ length: 4 }, (_, i) => ({ text: 'one two', kind: i % 2 }));
    assert.deepEqual(nameKinds(same, 2), ['kind 1', 'kind 2']);
    const other = Array.from({ length: 4 }, () => ({ text: 'three', kind: 2 }));
    const [a, b, c] = nameKinds([...same, ...other], 3);
    assert.equal(a, 'one, two');
    assert.equal(b, 'one, two (2)');
    assert.equal(c, 'three');
  });
});
