import type { Scalar, Tensor, Variable } from '../tensor/types.js';
import type { Weights } from '../profile/structured/parameters.js';
import type { TensorFlow } from '../tensor/backend.js';

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
  readonly variables: Record<string, Variable>;
  /** One step down the gradient of `loss`; answers its value. */
  step(loss: () => Scalar, learningRate: number): number;
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
  const length = sizes.reduce((a, b) => a + b, 0);
  const joined = (weights: Weights): Float32Array => Float32Array.from(names.flatMap((name) => [...weights[name]!.data]));
  const variable = (start: Tensor, trainable: boolean, name: string): Variable => {
    const made = tf.variable(start, trainable, `${name}#${serial++}`);
    start.dispose();
    return made;
  };
  const variables = Object.fromEntries(names.map((name, i) => [name, variable(tf.tensor(initial[name]!.data, shapes[i]), true, name)]));
  const flat = variable(tf.tensor1d(joined(initial)), false, 'weights');
  const first = variable(tf.zeros([length]), false, 'first');
  const second = variable(tf.zeros([length]), false, 'second');
  const unread = new Set<string>();
  let decaying = decays();
  let steps = 0;

  /** 1 where a weight decays: in matrices that the loss reads. */
  function decays(): Tensor {
    return tf.tensor1d(Float32Array.from(names.flatMap((name, i) => [...new Float32Array(sizes[i]!).fill(shapes[i]!.length === 2 && !unread.has(name) ? 1 : 0)])));
  }
  async function read(from: Tensor): Promise<Weights> {
    const data = (await from.data()) as Float32Array;
    let at = 0;
    return Object.fromEntries(names.map((name, i) => [name, { shape: shapes[i]!, data: data.slice(at, (at += sizes[i]!)) }]));
  }
  function share(): void {
    tf.split(flat, sizes).forEach((part, i) => variables[names[i]!]!.assign(tf.reshape(part, shapes[i]!)));
  }

  return {
    variables,
    step(loss, learningRate) {
      steps++;
      return tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss, Object.values(variables));
        const gradients = names.map((name) => grads[variables[name]!.name] as Tensor | undefined);
        const missing = names.filter((name, i) => gradients[i] === undefined && !unread.has(name));
        if (missing.length > 0) {
          for (const name of missing) unread.add(name);
          decaying.dispose();
          decaying = tf.keep(decays());
        }
        const gradient = tf.concat(gradients.map((g, i) => (g === undefined ? tf.zeros([sizes[i]!]) : tf.reshape(g, [-1]))));
        const rate = (learningRate * Math.sqrt(1 - BETA2 ** steps)) / (1 - BETA1 ** steps);
        first.assign(tf.add(tf.mul(first as Tensor, BETA1), tf.mul(gradient, 1 - BETA1)));
        second.assign(tf.add(tf.mul(second as Tensor, BETA2), tf.mul(tf.square(gradient), 1 - BETA2)));
        const kept = tf.mul(flat as Tensor, tf.sub(1, tf.mul(decaying, learningRate * decay)));
        flat.assign(tf.sub(kept, tf.mul(tf.div(first as Tensor, tf.add(tf.sqrt(second as Tensor), EPSILON)), rate)));
        share();
        return value.dataSync()[0]!;
      });
    },
    weights: () => read(flat),
    state: async () => ({ steps, weights: await read(flat), first: await read(first), second: await read(second) }),
    restore(state) {
      steps = state.steps;
      tf.tidy(() => {
        flat.assign(tf.tensor1d(joined(state.weights)));
        first.assign(tf.tensor1d(joined(state.first)));
        second.assign(tf.tensor1d(joined(state.second)));
        share();
      });
    },
    dispose() {
      for (const held of [...Object.values(variables), flat, first, second]) held.dispose();
      decaying.dispose();
    },
  };
}

// TensorFlow.js keeps variables by name, for the whole process.
let serial = 0;
