/** What compiled computations do on TensorFlow’s library, in a process of its own. Answers one message, and ends. */
import type { Tensor } from '@tensorflow/tfjs';
import { messageOf } from '../../src/base/errors.js';
import { openBackend } from '../../src/tensor/backend.js';
import { createCompiled } from '../../src/tensor/compiled.js';

export interface CompiledAnswer {
  /** How often the body was run, in calls with inputs of two shapes. */
  bodies: number;
  answers: number[][];
  /** Tensors that are left after all. */
  left: number;
  refusals: string[];
}

async function answer(): Promise<CompiledAnswer> {
  const { tf } = await openBackend('tensorflow');
  const before = tf.memory().numTensors;
  const compiled = createCompiled(tf);
  let bodies = 0;
  const answers: number[][] = [];
  for (const values of [
    [1, 2],
    [3, 4],
    [5, 6, 7],
    [8, 9],
    [1, 1, 1],
  ]) {
    const [x, y] = [tf.tensor1d(values), tf.scalar(values.length)];
    const made = compiled.run([x, y], () => {
      bodies++;
      const { value, grad } = tf.valueAndGrad((at: Tensor) => tf.sum(tf.mul(tf.square(at), y)))(x);
      return [value, grad, tf.concat([x, tf.reshape(y, [1])])];
    });
    for (const tensor of made) answers.push([...(await tensor.data())]);
    tf.dispose([x, y, ...made]);
  }
  const refusals: string[] = [];
  const [x, other] = [tf.scalar(1), tf.scalar(2)];
  for (const body of [() => [tf.add(x, other)], () => [tf.scalar((x.dataSync() as Float32Array)[0]!)]]) {
    try {
      createCompiled(tf).run([x], body);
    } catch (error) {
      refusals.push(messageOf(error));
    }
  }
  tf.dispose([x, other]);
  compiled.dispose();
  return { bodies, answers, left: tf.memory().numTensors - before, refusals };
}

process.once('message', () => {
  void answer()
    .catch((error: unknown) => messageOf(error))
    .then((reply) => process.send!(reply, () => process.exit(0)));
});
