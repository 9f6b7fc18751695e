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

/** @param decay weight decay per unit of learning rate, of matrices only */
export function createOptimizer(tf: TensorFlow, initial: Weights, decay: number): Optimizer {
  const make = (suffix: string, zero: boolean): Record<string, Variable> =>
    Object.fromEntries(
      Object.entries(initial).map(([name, { shape, data }]) => {
        const start = zero ? tf.zeros(shape) : tf.tensor(data, shape);
        const variable = tf.variable(start, !zero, `${name}${suffix}#${serial++}`);
        start.dispose();
        return [name, variable];
      }),
    );
  const variables = make('', false);
  const first = make('/m', true);
  const second = make('/v', true);
  const names = Object.keys(variables);
  const byVariable = new Map(names.map((name) => [variables[name]!.name, name]));
  let steps = 0;

  async function read(set: Record<string, Variable>): Promise<Weights> {
    const copies = await Promise.all(names.map(async (name) => [name, { shape: set[name]!.shape, data: new Float32Array(await set[name]!.data()) }] as const));
    return Object.fromEntries(copies);
  }
  function write(set: Record<string, Variable>, values: Weights): void {
    for (const name of names) tf.tidy(() => set[name]!.assign(tf.tensor(values[name]!.data, values[name]!.shape)));
  }

  return {
    variables,
    step(loss, learningRate) {
      steps++;
      return tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss, Object.values(variables));
        const rate = (learningRate * Math.sqrt(1 - BETA2 ** steps)) / (1 - BETA1 ** steps);
        for (const [variableName, gradient] of Object.entries(grads)) {
          const name = byVariable.get(variableName)!;
          const m = first[name]!;
          const v = second[name]!;
          m.assign(tf.add(tf.mul(m, BETA1), tf.mul(gradient, 1 - BETA1)));
          v.assign(tf.add(tf.mul(v, BETA2), tf.mul(tf.square(gradient), 1 - BETA2)));
          const variable = variables[name]!;
          const kept = variable.rank === 2 ? tf.mul(variable as Tensor, 1 - learningRate * decay) : variable;
          variable.assign(tf.sub(kept, tf.mul(tf.div(m, tf.add(tf.sqrt(v), EPSILON)), rate)));
        }
        return value.dataSync()[0]!;
      });
    },
    weights: () => read(variables),
    state: async () => ({ steps, weights: await read(variables), first: await read(first), second: await read(second) }),
    restore(state) {
      steps = state.steps;
      write(variables, state.weights);
      write(first, state.first);
      write(second, state.second);
    },
    dispose() {
      for (const set of [variables, first, second]) for (const variable of Object.values(set)) variable.dispose();
    },
  };
}

// TensorFlow.js keeps variables by name, for the whole process.
let serial = 0;
