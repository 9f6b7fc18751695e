import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBackend } from '../../src/tensor/backend.js';
import { createCompiled } from '../../src/tensor/compiled.js';
import { lackingTensorFlow } from './ask-backend.js';
import type { CompiledAnswer } from './compiled-child.js';

const skip = await lackingTensorFlow();

describe('a compiled computation', () => {
  test(
    'runs its body once for inputs of the same shapes, then as a graph, with the same answers',
    { skip },
    async () => {
      const child = fork(fileURLToPath(new URL('compiled-child.js', import.meta.url)));
      child.send({});
      const [answer] = (await once(child, 'message')) as [CompiledAnswer];
      assert.equal(answer.bodies, 2, JSON.stringify(answer));
      assert.deepEqual(answer.answers, [
        [10],
        [4, 8],
        [1, 2, 2],
        [50],
        [12, 16],
        [3, 4, 2],
        [330],
        [30, 36, 42],
        [5, 6, 7, 3],
        [290],
        [32, 36],
        [8, 9, 2],
        [9],
        [6, 6, 6],
        [1, 1, 1, 3],
      ]);
      assert.equal(answer.left, 0);
      assert.deepEqual(answer.refusals, [
        'A computation that is to be compiled reads a tensor that is not among its inputs',
        'A computation that is to be compiled reads the values of a tensor',
      ]);
    },
  );

  test('runs its body every time on wasm', async () => {
    const { tf } = await openBackend('wasm');
    const compiled = createCompiled(tf);
    const before = tf.memory().numTensors;
    let bodies = 0;
    for (let i = 0; i < 3; i++) {
      const [sum] = compiled.run([], () => [tf.scalar(++bodies)]);
      assert.equal(sum!.dataSync()[0], i + 1);
      sum!.dispose();
    }
    compiled.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});
