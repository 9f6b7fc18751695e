import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { createDecider, type DeciderParts } from '../../src/decision/decider.js';
import type { Assigned } from '../../src/live/experiments.js';
import { policiesOver } from '../../src/live/policies.js';
import { PolicyBody } from '../../src/schema/policy.js';
import { LlmProfile } from '../../src/schema/profile.js';
import type { Scorer, ScorerHolder } from '../../src/scoring/types.js';
import type { DecisionRecord } from '../../src/store/ports/decisions.js';
import type { Ledger } from '../../src/store/open.js';
import { keptLog, priorHolder, temporaryLedger } from './parts.js';

const POLICIES = {
  thrifty: PolicyBody.parse({ cost_weight: 100 }),
  alike: PolicyBody.parse({ cost_weight: 0.001 }),
  curious: PolicyBody.parse({ exploration: 0.1 }),
  none: PolicyBody.parse({ max_cost_usd: 1e-9 }),
};
const COSTS: Record<string, number> = { best: 0.01, weak: 0.0005 };
const CONTROL = { candidate: null, scorer: null };

let ledger: Ledger;
let remove: () => Promise<void>;
let prior: ScorerHolder;
before(async () => {
  ({ ledger, remove } = await temporaryLedger());
  for (const id of Object.keys(COSTS)) await ledger.catalog.put(LlmProfile.parse({ id }));
  prior = await priorHolder(ledger);
});
after(() => remove());

function scorerOf(qualities: Record<string, number>): Scorer {
  const scorer = prior.current();
  const score: Scorer['score'] = () =>
    scorer.models.map((model) => ({
      model,
      quality: qualities[model]!,
      uncertainty: 0.1,
      costUsd: COSTS[model]!,
      latencyMs: 100,
      latencyP90Ms: null,
    }));
  return { ...scorer, score };
}
/** What is logged of a query that one arm of a canary decides. */
async function logged(arm: Pick<Assigned, 'candidate' | 'scorer' | 'other'>): Promise<DecisionRecord> {
  const assigned: Assigned = {
    experiment: 'e',
    arm: arm.candidate === null ? 'control' : 'candidate',
    unit: 0,
    ...arm,
  };
  const inForce = scorerOf({ best: 0.9, weak: 0.5 });
  const appended: DecisionRecord[] = [];
  const parts: DeciderParts = {
    live: {
      scorer: { current: () => inForce },
      policies: policiesOver(new Map(Object.entries(POLICIES))),
      experiments: { assign: () => assigned, shadows: () => [] },
    },
    ledger: { ...ledger, decisions: { ...ledger.decisions, append: async (all) => void appended.push(...all) } },
    clock: Date.now,
    rng: createRng(1),
    log: keptLog().log,
  };
  const decider = createDecider(parts);
  await decider.decide({ query: 'q' });
  await decider.flush();
  return appended[0]!;
}

describe('a decision of a canary is told apart', () => {
  for (const [policy, apart] of [
    ['thrifty', true],
    ['alike', false],
    ['curious', true],
    ['none', true],
  ] as const)
    test(`by policy ${policy}, whichever arm decides: ${apart}`, async () => {
      const candidate = { candidate: { policy }, scorer: null };
      assert.equal((await logged({ ...CONTROL, other: candidate })).apart, apart);
      if (policy !== 'none') assert.equal((await logged({ ...candidate, other: CONTROL })).apart, apart);
    });

  test('by a version’s own scores', async () => {
    for (const [best, apart] of [
      [0.8, false],
      [0.3, true],
    ] as const) {
      const version = { candidate: { version: 'v' }, scorer: scorerOf({ best, weak: 0.5 }) };
      assert.equal((await logged({ ...CONTROL, other: version })).apart, apart);
      assert.equal((await logged({ ...version, other: CONTROL })).apart, apart);
    }
  });

  test('by LLMs that are the only candidates', async () => {
    const only = { candidate: { models: ['weak'] as never }, scorer: null };
    assert.equal((await logged({ ...CONTROL, other: only })).apart, true);
    assert.equal((await logged({ ...only, other: CONTROL })).apart, true);
  });

  test('nobody asks where there is no other arm', async () => {
    assert.equal((await logged({ ...CONTROL, other: null })).apart, null);
  });
});
