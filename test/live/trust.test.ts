import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distrust, openLiveTrust, type Distrusting } from '../../src/live/trust.js';
import { keptLog, temporaryLedger } from '../decision/parts.js';
import type { ScoredLlm } from '../../src/scoring/types.js';

const LLM: ScoredLlm = {
  model: 'm',
  quality: 0.8,
  uncertainty: 0.03,
  costUsd: 0.001,
  latencyMs: 400,
  latencyP90Ms: 900,
};
const OTHER: ScoredLlm = { ...LLM, model: 'n', quality: 0.7, latencyMs: null, latencyP90Ms: null };
const DROP = { task: 'math', signal: 'score', before: 0.8, after: 0.5 } as const;

const adjusted = (
  alerts: Distrusting['alerts'],
  shares: { group: string; probability: number }[],
  llm = LLM,
): ScoredLlm => distrust([llm, OTHER], { alerts, groups: shares, follows: () => false })[0]!;
const near = (actual: number | null, expected: number): void =>
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('expected quality falls by the drop, as far as the query is of the task, and its uncertainty widens', () => {
  const alerts = new Map([['m', [DROP]]]);
  const sure = adjusted(alerts, [{ group: 'math', probability: 1 }]);
  near(sure.quality, 0.5);
  near(sure.uncertainty, Math.hypot(0.03, 0.15));
  near(sure.recovery!.gain, 0.3);
  assert.equal(sure.recovery!.chance, 0.1, 'chance goes by it');
  near(
    adjusted(alerts, [
      { group: 'math', probability: 0.25 },
      { group: 'law', probability: 0.75 },
    ]).quality,
    0.725,
  );
  assert.deepEqual(adjusted(alerts, [{ group: 'law', probability: 1 }]), LLM);
  assert.deepEqual(adjusted(alerts, []), LLM, 'nothing is known of the query');
  assert.deepEqual(
    distrust([LLM, OTHER], { alerts, groups: [{ group: 'math', probability: 1 }], follows: () => false })[1],
    OTHER,
  );
  near(adjusted(alerts, [{ group: 'math', probability: 1 }], { ...LLM, quality: 0.1 }).quality, 0);
});

test('errors take the share of answers that fail, latency is scaled, and alerts add up', () => {
  const shares = [{ group: 'math', probability: 1 }];
  const failing = { task: 'math', signal: 'error', before: 0.01, after: 0.51 } as const;
  near(adjusted(new Map([['m', [failing]]]), shares).quality, 0.4);
  const slow = { task: 'math', signal: 'latency', before: 400, after: 1000 } as const;
  const late = adjusted(new Map([['m', [slow]]]), [{ group: 'math', probability: 0.5 }]);
  near(late.latencyMs, 700);
  near(late.latencyP90Ms, 1575);
  near(late.quality, 0.8);
  const both = adjusted(new Map([['m', [DROP, failing, slow]]]), shares);
  near(both.quality, 0.25);
  near(both.latencyMs, 1000);
  assert.equal(
    adjusted(new Map([['m', [slow]]]), shares, { ...LLM, latencyMs: null, latencyP90Ms: null }).latencyMs,
    null,
  );
});

test('an alert on queries of no known task counts where none is known', () => {
  const alerts = new Map([['m', [{ ...DROP, task: 'unknown' }]]]);
  near(adjusted(alerts, []).quality, 0.5);
  assert.deepEqual(adjusted(alerts, [{ group: 'math', probability: 1 }]), LLM);
});

test('where expected scores follow answers by themselves, alerts of errors count, of scores not', async (t) => {
  const { ledger, remove } = await temporaryLedger();
  t.after(remove);
  await ledger.catalog.put({ id: 'm' } as never);
  for (const [signal, values] of [
    ['score', [1, 0]],
    ['error', [0, 1]],
  ] as const)
    for (const value of values)
      await ledger.alerts.observe(
        Array.from({ length: 60 }, (_, i) => ({
          model: 'm',
          task: 'math',
          signal,
          value: signal === 'error' ? value * (i % 2) : value,
          predicted: null,
          version: null,
          at: Date.now() + i,
        })),
      );
  const trust = await openLiveTrust({ ledger, log: keptLog().log });
  const of = (follows: boolean) =>
    trust.adjust(
      [LLM],
      () => follows,
      () => [{ group: 'math', probability: 1 }],
    );
  assert.deepEqual((await ledger.alerts.open()).map(({ signal }) => signal).toSorted(), ['error', 'score']);
  const [untrained, trained] = [of(false)[0]!, of(true)[0]!];
  near(trained.quality, 0.4);
  near(untrained.quality, 0);
});
