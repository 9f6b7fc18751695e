import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { intoRange, scalesIn, scaleTable, scoreScales, standardised } from '../../src/learned/scale.js';
import { datasetOf } from '../support/learn.js';
import { smallLog } from '../support/log.js';

const ALL = Int32Array.from({ length: 60 }, (_, q) => q);

describe('the scale of scores', () => {
  test('makes the same of scores that were moved and squeezed', async () => {
    const rows = smallLog({ queries: 60 });
    const squeezed = { ...rows, scores: { ...rows.scores, score: rows.scores.score.map((s) => 0.97 + 0.03 * s) } };
    const [plain, moved] = await Promise.all([rows, squeezed].map((log) => datasetOf(log)));
    const of = (data: typeof plain): Float32Array => standardised(data!, scoreScales(data!, ALL)).evidence.score;
    of(plain).forEach((s, e) => assert.ok(Math.abs(s - of(moved)[e]!) < 1e-3, `${s} and ${of(moved)[e]}`));
  });

  test('keeps measured scores and those that stand in for comparisons apart', async () => {
    const rows = smallLog({ queries: 60 });
    const few = Int32Array.from({ length: 20 }, (_, q) => q);
    const scored = rows.scores.query.map((q, e) => (q < 20 ? -1 : e)).filter((e) => e >= 0);
    const { query, llm, score, count } = rows.scores;
    const mixed = await datasetOf({
      ...rows,
      scores: {
        query: scored.map((e) => query[e]!),
        llm: scored.map((e) => llm[e]!),
        score: Float32Array.from(scored, (e) => 0.97 + 0.03 * score[e]!),
        count: Float32Array.from(scored, (e) => count[e]!),
      },
      preferences: { query: few, better: few.map((i) => i % 3), worse: few.map((i) => (i + 1) % 3) },
    });
    const { measured, standIn } = scoreScales(mixed, ALL);
    assert.ok(measured.centre > 0.97 && measured.spread < 0.1, JSON.stringify(measured));
    assert.ok(standIn.centre > 0.2 && standIn.centre < 0.8 && standIn.spread > 0.5, JSON.stringify(standIn));
    const spread = Math.max(...standardised(mixed, { measured, standIn }).evidence.score.map(Math.abs));
    assert.ok(spread < 4, String(spread));
  });

  test('of scores that are all the same is their centre, and one', async () => {
    const rows = smallLog({ queries: 60 });
    const data = await datasetOf({ ...rows, scores: { ...rows.scores, score: rows.scores.score.map(() => 1) } });
    assert.deepEqual(scoreScales(data, ALL).measured, { centre: 1, spread: 1 });
  });

  test('is read as it was written', () => {
    const scales = { measured: { centre: 0.5, spread: 0.25 }, standIn: { centre: 0.75, spread: 2 } };
    assert.deepEqual(scalesIn(scaleTable(scales).data), scales);
  });
});

describe('an expected score', () => {
  test('is itself within a range, and keeps its order beyond', () => {
    for (const spread of [1, 0.03]) {
      const scale = { centre: 0.5, spread };
      assert.equal(intoRange(0.5, scale), 0.5);
      const scores = [-5, -0.1, 0, 0.01, 0.5, 0.97, 0.99, 1, 1.1, 7].map((s) => intoRange(s, scale));
      scores.forEach((s, i) => assert.ok(s > 0 && s < 1 && (i === 0 || s > scores[i - 1]!), scores.join(' ')));
    }
  });

  test('near 1 stays where scores lie that near', () =>
    assert.equal(intoRange(0.985, { centre: 0.98, spread: 0.03 }), 0.985));
});
