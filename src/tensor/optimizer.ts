import type { Weights } from '../math/weights.js';
import type { TensorFlow, Scalar, Tensor } from './types.js';
import { createCompiled } from './compiled.js';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** All that an optimizer knows: weights and both moments, and how many steps there were. */
export interface OptimizerState {
  steps: number;
  weights: Weights;
  first: Weights;
  second: Weights;
}

/** AdamW (Loshchilov & Hutter, arXiv 1711.05101) whose whole state can be saved and taken up again. */
export interface Optimizer {
  /**
   * One step down the gradient of `loss`; answers its value.
   *
   * @param inputs all tensors but the weights that the loss reads, where it is nothing but operations on them: it is
   *   compiled
   *   then, see {@link createCompiled}
   */
  step(loss: (weights: Record<string, Tensor>) => Scalar, learningRate: number, inputs?: readonly Tensor[]): number;
  /** The weights, copied. */
  weights(): Promise<Weights>;
  /** Everything, copied. */
  state(): Promise<OptimizerState>;
  /** Goes on from a state of an optimizer of the same weights. */
  restore(state: OptimizerState): void;
  dispose(): void;
}

/**
 * Moments and weights are kept end to end in one tensor each: to update dozens of small ones takes longer than the
 * gradients of some models.
 *
 * @param decay weight decay per unit of learning rate, of matrices only
 */
export function createOptimizer(tf: TensorFlow, initial: Weights, decay: number): Optimizer {
  const names = Object.keys(initial);
  const shapes = names.map((name) => initial[name]!.shape);
  const sizes = names.map((name) => initial[name]!.data.length);
  const joined = (weights: Weights): Tensor => {
    const flat = new Float32Array(sizes.reduce((a, b) => a + b, 0));
    let at = 0;
    names.forEach((name, i) => {
      flat.set(weights[name]!.data, at);
      at += sizes[i]!;
    });
    return tf.tensor1d(flat);
  };
  const start = joined(initial);
  let held = { weights: start, first: tf.zerosLike(start) as Tensor, second: tf.zerosLike(start) as Tensor };
  let steps = 0;
  const compiled = createCompiled(tf);

  const hold = (next: typeof held): void => {
    tf.dispose(Object.values(held));
    held = next;
    for (const tensor of Object.values(held)) tf.keep(tensor);
  };
  const cut = (data: Float32Array): Float32Array[] => {
    let at = 0;
    return sizes.map((size) => data.slice(at, (at += size)));
  };
  // On wasm, tf.split would copy the whole for each part.
  const parts = (flat: Tensor): Tensor[] =>
    tf.getBackend() === 'wasm'
      ? cut(flat.dataSync<'float32'>()).map((part, i) => tf.tensor(part, shapes[i]))
      : tf.split(flat, sizes).map((part, i) => tf.reshape(part, shapes[i]!));
  async function read(from: Tensor): Promise<Weights> {
    const data = cut(await from.data<'float32'>());
    return Object.fromEntries(names.map((name, i) => [name, { shape: shapes[i]!, data: data[i]! }]));
  }

  return {
    step(loss, learningRate, inputs) {
      steps++;
      const { weights, first, second } = held;
      const rates = tf.tensor1d([
        (learningRate * Math.sqrt(1 - BETA2 ** steps)) / (1 - BETA1 ** steps),
        learningRate * decay,
      ]);
      const update = (): Tensor[] => {
        const from = parts(weights);
        const named = Object.fromEntries(names.map((name, i) => [name, from[i]!]));
        const { value: lost, grads } = tf.engine().gradients(() => loss(named), from, undefined, true);
        const flat = (tensors: readonly Tensor[], counts: (part: number) => boolean): Tensor =>
          tf.concat(from.map((part, i) => tf.reshape(counts(i) ? tensors[i]! : tf.zerosLike(part), [-1])));
        const isRead = (part: number): boolean => Boolean(grads[part]);
        const grad = flat(grads, isRead);
        const decaying = flat(from, (part) => isRead(part) && shapes[part]!.length === 2);
        const [rate, decayed] = tf.split(rates, 2) as [Tensor, Tensor];
        const nextFirst = tf.add(tf.mul(first, BETA1), tf.mul(grad, 1 - BETA1));
        const nextSecond = tf.add(tf.mul(second, BETA2), tf.mul(tf.square(grad), 1 - BETA2));
        const kept = tf.sub(weights, tf.mul(decaying, decayed));
        return [
          lost,
          tf.sub(kept, tf.mul(tf.div(nextFirst, tf.add(tf.sqrt(nextSecond), EPSILON)), rate)),
          nextFirst,
          nextSecond,
        ];
      };
      const made =
        inputs === undefined ? tf.tidy(update) : compiled.run([weights, first, second, rates, ...inputs], update);
      const [value, ...next] = made as [Tensor, Tensor, Tensor, Tensor];
      hold({ weights: next[0], first: next[1], second: next[2] });
      const [answer] = value.dataSync();
      tf.dispose([value, rates]);
      return answer!;
    },
    weights: () => read(held.weights),
    state: async () => ({
      steps,
      weights: await read(held.weights),
      first: await read(held.first),
      second: await read(held.second),
    }),
    restore(state) {
      steps = state.steps;
      hold({ weights: joined(state.weights), first: joined(state.first), second: joined(state.second) });
    },
    dispose() {
      tf.dispose(Object.values(held));
      compiled.dispose();
    },
  };
}
