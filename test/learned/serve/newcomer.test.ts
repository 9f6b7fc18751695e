import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { GraphRows } from '../../../src/graph/rows.js';
import { encodeFacts } from '../../../src/dataset/facts.js';
import { LlmProfile } from '../../../src/schema/profile.js';
import { DESIGN_NAMES, type DesignName } from '../../../src/schema/training.js';
import { profileNewcomer } from '../../../src/learned/serve/newcomer.js';
import { benchmarksIn } from '../../../src/learned/tables.js';
import { openBackend } from '../../../src/tensor/backend.js';
import type { TensorFlow } from '../../../src/tensor/types.js';
import { encoder } from '../../support/learn.js';
import { smallLog } from '../../support/log.js';
import { randomModel } from '../../support/model.js';

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('wasm'));
});

/** Profiles an LLM without interactions both ways, and holds one against the other. */
async function assertSameProfile(
  facts: object,
  rows: GraphRows = smallLog({ queries: 40 }),
  design?: DesignName,
): Promise<void> {
  const newcomer = LlmProfile.parse({ id: 'newcomer', ...facts });
  const { model } = await randomModel(
    tf,
    { ...rows, llms: [...rows.llms, newcomer] },
    design === undefined ? {} : { design },
  );
  const { names, tables } = model;
  const row = names.llms.indexOf('newcomer');
  const of = (table: string): Float32Array =>
    tables[table]!.data.subarray(
      (row * tables[table]!.data.length) / names.llms.length,
      ((row + 1) * tables[table]!.data.length) / names.llms.length,
    );
  const [encoded] = await encodeFacts(encoder, { llms: [newcomer] }, benchmarksIn(model));
  const profile = profileNewcomer(model, { llm: newcomer, facts: encoded!, meanScore: NaN, interactions: 0 });
  const near = (actual: number, expected: number, what: string): void =>
    assert.ok(Math.abs(actual - expected) < 1e-4, `${what}: ${actual} for ${expected}`);
  assert.equal(profile.embedding.length, of('embedding/llm').length);
  profile.embedding.forEach((x, i) => near(x, of('embedding/llm')[i]!, `embedding[${i}]`));
  near(profile.record, of('record/llm')[0]!, 'record');
  profile.taskRecord.forEach((x, t) => near(x, of('record/task')[t]!, `record of ${names.tasks[t]}`));
}

const FACTS = {
  description: 'rhymes and adds',
  family: 'bards',
  size_b: 30,
  input_price: 0.5,
  output_price: 1,
  context_tokens: 8000,
  benchmarks: { poetry: 0.9, arithmetic: 0.3 },
  tags: ['verse'],
};

describe('an LLM without interactions gets the same profile after training as in it', () => {
  for (const design of DESIGN_NAMES) test(`in the design ${design}`, () => assertSameProfile(FACTS, undefined, design));

  const cases: Record<string, [facts: object, rows?: GraphRows]> = {
    'with nothing declared': [{}],
    'with kinds of work': [
      { task_types: [{ task: 'poetry', metrics: { rouge_l: 0.4, tokens_per_sec: 90 }, domains: ['verse'] }] },
    ],
    'without a family': [{ ...FACTS, family: undefined }],
    'of a family that the snapshot has no entry for': [{ ...FACTS, family: 'strangers' }],
    'with one benchmark': [{ ...FACTS, benchmarks: { poetry: 0.7 } }],
    'with benchmarks by other names, and about the same': [{ ...FACTS, benchmarks: { POETRY: 0.8, gsm8k: 0.2 } }],
    'with benchmarks of tasks that nobody logs': [{ ...FACTS, benchmarks: { chess: 0.7, constructor: 0.2 } }],
    'without families at all': [{ ...FACTS }, { ...smallLog({ queries: 40 }), families: [] }],
    'without task labels': [{ ...FACTS }, smallLog({ queries: 40, untasked: true })],
    'beside comparisons': [{ ...FACTS }, smallLog({ queries: 40, preferences: true })],
  };
  for (const [what, [facts, rows]] of Object.entries(cases)) test(what, () => assertSameProfile(facts, rows));

  test('other facts make another profile', async () => {
    const { model } = await randomModel(tf, smallLog({ queries: 40 }));
    const [one, other] = [
      LlmProfile.parse({ id: 'n', ...FACTS }),
      LlmProfile.parse({ id: 'n', ...FACTS, benchmarks: { poetry: 0.1, arithmetic: 0.9 } }),
    ];
    const facts = await encodeFacts(encoder, { llms: [one, other] }, benchmarksIn(model));
    assert.notDeepEqual(
      profileNewcomer(model, { llm: one, facts: facts[0]!, meanScore: NaN, interactions: 0 }).embedding,
      profileNewcomer(model, { llm: other, facts: facts[0]!, meanScore: NaN, interactions: 0 }).embedding,
    );
  });
});
