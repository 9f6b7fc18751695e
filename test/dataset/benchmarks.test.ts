import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { declaredStrength, matchBenchmarks, type Benchmarks } from '../../src/dataset/benchmarks.js';
import { openStaticEncoder } from '../../src/encoder/static.js';
import { LlmProfile } from '../../src/schema/profile.js';

const encoder = openStaticEncoder();
const llm = (id: string, benchmarks?: Record<string, number>): LlmProfile => LlmProfile.parse({ id, benchmarks });
const matched = (tasks: string[], ...llms: LlmProfile[]): Promise<Benchmarks> =>
  matchBenchmarks(
    encoder,
    { llms },
    tasks.map((id) => ({ id, description: '' })),
  );

describe('declared benchmarks', () => {
  test('are matched to tasks by name, however it is written', async () => {
    const { names, match } = await matched(['human_eval', 'poetry'], llm('a', { 'Human-Eval': 0.5 }));
    assert.deepEqual(names, ['humaneval']);
    assert.deepEqual([...match.data], [1, 0]);
  });

  test('tell half as much of tasks about the same subject, named or in the name', async () => {
    const { match } = await matched(['gsm8k', 'mbpp', 'python-help'], llm('a', { HumanEval: 0.5 }));
    assert.deepEqual([...match.data], [0, 0.5, 0.5]);
  });

  test('tell of tasks whose words mean the same', async () => {
    const { match } = await matched(['the doctor and the patient'], llm('a', { 'patient and doctor': 0.5 }));
    assert.ok(match.data[0]! > 0.8, `${match.data[0]}`);
  });

  test('are held against what is usual: one that declares a hard one alone is not the worse for it', async () => {
    const [a, b, c] = [
      llm('a', { gsm8k: 0.9, mbpp: 0.3 }),
      llm('b', { gsm8k: 0.7, mbpp: 0.1 }),
      llm('c', { mbpp: 0.3 }),
    ];
    const benchmarks = await matched(['gsm8k', 'mbpp', 'poetry'], a, b, c);
    const strength = (of: LlmProfile): number[] => {
      const { overall, byTask } = declaredStrength(of, benchmarks);
      return [overall!, ...byTask].map((x) => Math.round(x * 1e4) / 1e4);
    };
    // By how much: gsm8k is usually .8, mbpp .2333; what all say is shrunk by one more that is as usual.
    assert.deepEqual(strength(a), [0.0556, 0.0444, 0.0111, 0]);
    assert.deepEqual(strength(b), [-0.0778, -0.0222, -0.0556, 0]);
    assert.deepEqual(strength(c), [0.0333, 0, 0.0333, 0]);
  });

  test('say nothing where nothing is declared', async () => {
    const benchmarks = await matched(['gsm8k'], llm('a', { gsm8k: 0 }));
    assert.deepEqual(declaredStrength(llm('n'), benchmarks), { overall: undefined, byTask: new Float32Array(1) });
    assert.equal(declaredStrength(llm('n', { gsm8k: 0.4 }), benchmarks).byTask[0]!.toFixed(3), '0.200');
    assert.deepEqual((await matched(['gsm8k'], llm('a'))).names, []);
  });

  test('that nobody had declared in training are held against the mean of what is usual, and count half', async () => {
    const some = await matched(['gsm8k', 'mbpp'], llm('a', { gsm8k: 0.6 }), llm('b', { mmlu: 0.4 }));
    const none = await matched(['gsm8k', 'mbpp'], llm('a'));
    for (const benchmarks of [some, none]) {
      const { overall, byTask } = declaredStrength(llm('n', { HumanEval: 0.9 }), benchmarks);
      assert.equal(overall!.toFixed(4), ((0.5 * 0.4) / 1.5).toFixed(4));
      // It is about the subject of mbpp, and of no sums.
      assert.deepEqual([byTask[0], byTask[1]! > 0.05], [0, true]);
      assert.ok(declaredStrength(llm('n', { HumanEval: 0.1 }), benchmarks).byTask[1]! < -0.05);
    }
  });

  test('of several names that are one count by their mean', async () => {
    const { usual } = await matched(['mbpp'], llm('a', { MBPP: 0.2, mbpp: 0.4 }));
    assert.equal(usual[0]!.toFixed(3), '0.300');
  });
});
