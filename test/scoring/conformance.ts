import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { LlmProfile } from '../../src/schema/profile.js';
import type { Scorer } from '../../src/scoring/types.js';
import { smallLog } from '../support/log.js';

/** One kind of scorer, set up for the suite. */
export interface ScorerUnderTest {
  /** What the scorer says it is. */
  version: string | null;
  router: string;
  /** The scorer for a catalogue; the log of {@link LOG} is what it learned from, if it learns. */
  open(llms: LlmProfile[]): Promise<Scorer>;
}

/** The log that scorers of trained models learn from. */
export const LOG = smallLog({ queries: 60 });

const QUERIES = ['sum of two numbers', 'a verse about the moon', ''];
const NEWCOMER = { id: 'newcomer', description: 'came after training', family: 'bards' } as unknown as LlmProfile;

/** What every scorer keeps to. */
export function scorerConformance(name: string, setUp: () => Promise<ScorerUnderTest>): void {
  describe(`scorer ${name}`, () => {
    let under: ScorerUnderTest;
    let scorer: Scorer;
    before(async () => {
      under = await setUp();
      scorer = await under.open(LOG.llms);
    });

    test('says what it is, and of which LLMs', () => {
      assert.deepEqual([scorer.version, scorer.router], [under.version, under.router]);
      assert.deepEqual(
        scorer.models,
        LOG.llms.map((llm) => llm.id),
      );
      assert.deepEqual(scorer.profiles, LOG.llms);
    });

    test('scores every LLM in order, in [0, 1], with what an answer takes', async () => {
      for (const query of QUERIES)
        for (const task of [undefined, 'poetry', 'unheard of']) {
          const scored = scorer.score(query, await scorer.encode(query), task);
          assert.deepEqual(
            scored.map((s) => s.model),
            scorer.models,
          );
          for (const { quality, uncertainty, costUsd, latencyMs, latencyP90Ms } of scored) {
            assert.ok(quality >= 0 && quality <= 1, String(quality));
            assert.ok(uncertainty >= 0 && uncertainty <= 1, String(uncertainty));
            for (const amount of [costUsd, latencyMs, latencyP90Ms]) assert.ok(amount === null || amount >= 0);
          }
        }
    });

    test('says which LLMs it was made from, and shares of tasks and kinds that add up to one', async () => {
      for (const model of scorer.trainedOn) assert.ok(scorer.models.includes(model), model);
      assert.equal(scorer.trainedOn.size, scorer.version === null ? 0 : LOG.llms.length);
      for (const query of QUERIES) {
        const vector = await scorer.encode(query);
        for (const shares of [scorer.tasksOf(vector), scorer.kindsOf(vector)]) {
          const sum = shares.reduce((total, { probability }) => total + probability, 0);
          assert.ok(shares.length === 0 || Math.abs(sum - 1) < 1e-5, String(sum));
        }
        assert.deepEqual(scorer.tasksOf(vector, 'told'), [{ task: 'told', probability: 1 }]);
        assert.ok(scorer.embed(vector).every(Number.isFinite));
      }
    });

    test('scores a query the same again, whatever came between', async () => {
      const scoreOf = async (query: string) => structuredClone(scorer.score(query, await scorer.encode(query)));
      const first = await scoreOf(QUERIES[0]!);
      await scoreOf(QUERIES[1]!);
      scorer.score(QUERIES[0]!, await scorer.encode(QUERIES[0]!)).forEach((s) => (s.quality = 9));
      assert.deepEqual(await scoreOf(QUERIES[0]!), first);
    });

    test('asks no less for a longer prompt, and expects the same of it', async () => {
      const [query] = QUERIES as [string];
      const vector = await scorer.encode(query);
      const [short, long] = [10, 10_000].map((tokens) => scorer.score(query, vector, undefined, tokens));
      assert.deepEqual(
        long!.map((s) => s.quality),
        short!.map((s) => s.quality),
      );
      long!.forEach(({ costUsd }, i) => {
        assert.equal(costUsd === null, short![i]!.costUsd === null);
        assert.ok(costUsd === null || costUsd >= short![i]!.costUsd!);
      });
    });

    test('scores an LLM that came later, and none that went', async () => {
      const later = await under.open([NEWCOMER, LOG.llms[2]!]);
      for (const query of QUERIES) {
        const scored = later.score(query, await later.encode(query));
        assert.deepEqual(
          scored.map((s) => s.model),
          ['newcomer', 'poet'],
        );
        assert.ok(scored.every((s) => s.quality >= 0 && s.quality <= 1));
      }
      assert.deepEqual((await under.open([])).score('x', await scorer.encode('x')), []);
    });

    test('gives shares of tasks, and of one that is told all', async () => {
      const vector = await scorer.encode(QUERIES[1]!);
      assert.deepEqual(scorer.tasksOf(vector, 'poetry'), [{ task: 'poetry', probability: 1 }]);
      const shares = scorer.tasksOf(vector);
      assert.equal(new Set(shares.map((s) => s.task)).size, shares.length);
      const sum = shares.reduce((total, s) => total + s.probability, 0);
      assert.ok(shares.length === 0 || Math.abs(sum - 1) < 1e-4, String(sum));
    });

    test('explains by tasks, and by logged queries with scores of its LLMs', async () => {
      const { tasks, neighbours } = scorer.explain(QUERIES[1]!, await scorer.encode(QUERIES[1]!));
      assert.deepEqual(
        tasks.map((t) => t.probability),
        tasks.map((t) => t.probability).toSorted((a, b) => b - a),
      );
      for (const { queryHash, similarity, scores } of neighbours) {
        assert.ok(/^[0-9a-f]{64}$/.test(queryHash) && similarity >= 0);
        for (const [model, score] of Object.entries(scores))
          assert.ok(scorer.models.includes(model) && score >= 0 && score <= 1);
      }
    });

    test('lists the other LLMs by nearness, and none of one that it does not know', () => {
      for (const model of scorer.models) {
        const near = scorer.nearest(model);
        assert.deepEqual(
          near.map((n) => n.model).toSorted(),
          scorer.models.filter((other) => other !== model).toSorted(),
        );
        const similarities = near.map((n) => n.similarity);
        assert.ok(similarities.every(Number.isFinite));
        assert.deepEqual(
          similarities,
          similarities.toSorted((a, b) => b - a),
        );
      }
      assert.deepEqual(scorer.nearest('unheard of'), []);
    });
  });
}
