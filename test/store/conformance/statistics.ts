import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { interaction, preference, profile } from '../support.js';
import type { StoreUnderTest } from './store-under-test.js';

/** What feedback sums up to, LLM by LLM. */
export function describeStatistics(store: StoreUnderTest): void {
  describe('statistics', () => {
    test('statistics are the means of what was reported, NaN where nothing was, deleted LLMs apart', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('idle'));
      await ledger.feedback.append([
        { records: [interaction('q', 'a', 1, { cost_usd: 0.5, latency_ms: 100 }), interaction('q', 'gone', 1)] },
      ]);
      await ledger.feedback.append([
        {
          records: [
            interaction('r', 'a', 0.5, { latency_ms: 300, prompt_tokens: 10, completion_tokens: 0 }),
            preference('q', 'a', 'b'),
            preference('r', 'a', 'gone'),
          ],
        },
      ]);
      await ledger.catalog.delete('gone');
      const nothing = {
        meanScore: NaN,
        interactions: 0,
        scored: 0,
        failed: 0,
        wins: 0,
        losses: 0,
        costUsd: NaN,
        now: { meanScore: NaN, scored: 0, weight: 0 },
        usage: [],
      };
      assert.deepEqual(await ledger.feedback.stats(), [
        {
          id: 'a',
          meanScore: 0.75,
          interactions: 2,
          scored: 2,
          failed: 0,
          wins: 2,
          losses: 0,
          costUsd: 0.5,
          now: { meanScore: 0.75, scored: 2, weight: 2 },
          usage: [
            {
              task: null,
              completionTokens: 0,
              completionTokensN: 1,
              logLatency: Math.log(100) + Math.log(300),
              logLatencySquares: Math.log(100) ** 2 + Math.log(300) ** 2,
              latencyN: 2,
            },
          ],
        },
        { id: 'b', ...nothing, losses: 1 },
        { id: 'idle', ...nothing },
      ]);
    });

    test('lengths and latencies are summed by task, of answers without an error', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([
        {
          records: [
            interaction('q', 'a', 1, { task: 'x', completion_tokens: 10, latency_ms: 0.5 }),
            interaction('q', 'a', 1, { task: 'y', completion_tokens: 20 }),
            interaction('q', 'a', 1, { task: 'x', completion_tokens: 30 }),
            interaction('q', 'a', 0, { task: 'x', completion_tokens: 1000, latency_ms: 9000, error: 'late' }),
          ],
        },
      ]);
      const { usage } = (await ledger.feedback.stats())[0]!;
      const nothing = { logLatency: 0, logLatencySquares: 0, latencyN: 0 };
      assert.deepEqual(
        usage.toSorted((a, b) => (a.task! < b.task! ? -1 : 1)),
        [
          { task: 'x', completionTokens: 40, completionTokensN: 2, ...nothing, latencyN: 1 },
          { task: 'y', completionTokens: 20, completionTokensN: 1, ...nothing },
        ],
      );
    });

    test('statistics say what an LLM is now, and what it has been', async (t) => {
      const { ledger } = await store.open(t);
      const stats = async () => (await ledger.feedback.stats()).find((llm) => llm.id === 'a')!;
      await ledger.feedback.append([
        { records: Array.from({ length: 32 }, (_, i) => interaction(`old ${i}`, 'a', 1, { task: 'x' })) },
      ]);
      assert.deepEqual((await stats()).now, { scored: 32, meanScore: 1, weight: 32 });
      await ledger.catalog.put(profile('a', { revision: '2' }));
      assert.deepEqual((await stats()).now, { scored: 0, meanScore: 1, weight: 32 });
      await ledger.feedback.append([{ records: [interaction('new', 'a', 0), interaction('newer', 'a', 0)] }]);
      const { now, interactions, meanScore } = await stats();
      assert.deepEqual(now, { scored: 2, meanScore: 0.5, weight: 4 });
      assert.deepEqual([interactions, meanScore], [34, 32 / 34]);
    });
  });
}
