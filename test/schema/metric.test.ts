import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_METRICS, meaningOf, MetricSettings, qualityOf } from '../../src/schema/metric.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { strengthAt, strengthsOf } from '../../src/schema/strength.js';

const read = (name: string, value: number, settings = DEFAULT_METRICS): [number, number] | undefined => {
  const meaning = meaningOf(name, settings);
  const quality = meaning && qualityOf(value, meaning);
  return quality === undefined ? undefined : [Math.round(1e4 * quality) / 1e4, meaning!.weight];
};

describe('metrics of declared profiles', () => {
  test('mean what their names say, however they are written', () => {
    assert.deepEqual(read('rouge_l_score_avg', 0.45), [0.45, 0.6]);
    assert.deepEqual(read('pass_rate_unit_tests', 0.7), [0.7, 1]);
    assert.deepEqual(read('Pass@1', 70), [0.7, 1]);
    assert.deepEqual(read('error-rate', 0.1), [0.9, 1]);
    assert.deepEqual(read('MT-Bench', 10), [1, 0.8]);
    assert.deepEqual(read('elo', 1150), [0.5, 0.8]);
    assert.equal(read('avg_tokens_per_sec', 85)![1], 0);
    assert.equal(read('mystery', 1), undefined);
  });

  test('say nothing where a value may be a grade or a percentage, until its range is told', () => {
    assert.equal(read('judge_score', 8.5), undefined);
    assert.deepEqual(read('judge_score', 85), [0.85, 0.7]);
    const told = MetricSettings.parse({ metrics: { judge_score: { range: [1, 10] } } });
    assert.deepEqual(read('judge_score', 8.5, told), [0.8333, 1]);
  });

  test('stay within 0 and 1', () => {
    assert.deepEqual(read('elo', 9000), [1, 0.8]);
    assert.deepEqual(read('accuracy', -3), [0, 1]);
    assert.deepEqual(read('accuracy', 1), [1, 1]);
  });

  test('mean what a team says first', () => {
    const own = MetricSettings.parse({
      metrics: { 'Happy Customers': { range: [1, 5], weight: 0.5 }, elo: { range: [0, 10] } },
    });
    assert.deepEqual(read('happy_customers', 3, own), [0.5, 0.5]);
    assert.deepEqual(read('elo', 5, own), [0.5, 1]);
    assert.throws(() => MetricSettings.parse({ metrics: { x: { range: [1, 1] } } }), /two numbers that differ/);
  });

  test('are strengths at their kind of work beside benchmarks, as far as they mean quality', () => {
    const llm = LlmProfile.parse({
      id: 'a',
      benchmarks: { MBPP: 0.5, gsm8k: 0.25 },
      task_types: [{ task: 'mbpp', metrics: { pass_rate: 1, rouge: 0.5, tokens_per_sec: 80, mystery: 3 } }],
    });
    const strengths = strengthsOf(llm);
    assert.deepEqual(
      strengths.map(({ id, score, weight }) => [id, score, weight]),
      [
        ['mbpp', 0.5, 1],
        ['gsm8k', 0.25, 1],
        ['mbpp passrate', 1, 1],
        ['mbpp rouge', 0.5, 0.6],
      ],
    );
    const at = strengthAt(strengths, 'Mbpp')!;
    assert.deepEqual([at.score.toFixed(4), at.weight], [((0.5 + 1 + 0.3) / 2.6).toFixed(4), 2.6]);
    assert.equal(strengthAt(strengths, 'chess'), undefined);
  });
});
