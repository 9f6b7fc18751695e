/**
 * A process for one backend, since two copies of TensorFlow.js in one process quarrel. Answers one message, and ends.
 */
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { PointsmanError, messageOf } from '../../src/base/errors.js';
import { createRng } from '../../src/base/rng.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { sumRecords } from '../../src/dataset/records.js';
import { initialWeights } from '../../src/learned/parameters.js';
import { scoreScales, standardised } from '../../src/learned/scale.js';
import { querySpace } from '../../src/learned/space.js';
import { openBackend } from '../../src/tensor/backend.js';
import type { TensorFlow } from '../../src/tensor/types.js';
import { declaredTensors, toTensors } from '../../src/learned/train/batch.js';
import { gatherNeighbourhood } from '../../src/learned/train/neighbourhood.js';
import { modelShape } from '../../src/learned/train/options.js';
import { createOptimizer } from '../../src/tensor/optimizer.js';
import {
  drawStep,
  inputsOf,
  predictStep,
  stepLoss,
  stepTensors,
  type StepContext,
} from '../../src/learned/train/step.js';
import { datasetOf, QUICK } from '../support/learn.js';
import { smallLog } from '../support/log.js';

/** Numbers by name; every one is compared between backends. */
export type Numbers = Record<string, Float32Array>;

export type ChildAnswer =
  | { kind: 'opened'; name: string; description: string; numbers: Numbers }
  | { kind: 'failed'; code: string; message: string };

/** A log with scores on all of its queries, comparisons on the first ten, and benchmarks that tell tasks apart. */
function mixedLog(): GraphRows {
  const rows = smallLog({ queries: 60 });
  const first = Int32Array.from({ length: 10 }, (_, i) => i);
  const llms = [{ ...rows.llms[0]!, benchmarks: { arithmetic: 0.9, poetry: 0.2 } }, ...rows.llms.slice(1)];
  return {
    ...rows,
    llms,
    preferences: { query: first, better: first.map((i) => i % 3), worse: first.map((i) => (i + 1) % 3) },
  };
}

/**
 * Steps of the optimizer: where steps are compiled, the first runs operation by operation, and the others as a graph.
 */
const STEPS = 4;

/** Scores, loss and gradient of every weight, on fixed weights; and losses and weights of steps down the gradient. */
async function learningNumbers(tf: TensorFlow, rows: GraphRows): Promise<Numbers> {
  const logged = await datasetOf(rows);
  const everything = Int32Array.from({ length: 60 }, (_, i) => i);
  const data = standardised(logged, scoreScales(logged, everything));
  const weights = initialWeights(modelShape(data, QUICK), createRng(5));
  const variables = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data: values }]) => [
      name,
      tf.variable(tf.tensor(values, shape), true, name),
    ]),
  );
  const tables = querySpace(tf, data, everything, createRng(6));
  const space = { weights: tables, p: toTensors(tf, tables), places: new Map() };
  const target = everything.slice(0, 20);
  const records = sumRecords(data, everything);
  const { folds: anchors } = gatherNeighbourhood(tf, {
    data,
    space,
    queries: everything,
    records,
    folds: [target],
    spread: { variance: 1, directions: false },
    rng: createRng(8),
  });
  const context: StepContext = {
    data,
    declared: declaredTensors(tf, data),
    space,
    records,
    spread: { variance: 1, directions: false },
    anchors,
    options: { ...QUICK, support: 40, forget: 1 },
  };
  const drawn = drawStep(context, { train: everything, target, fold: 0, rng: createRng(7) });
  const tensors = stepTensors(tf, context, drawn, null);
  const { scores, taskLogits } = predictStep(tf, variables, context, tensors);
  const loss = (): Scalar => stepLoss(tf, variables, context, tensors);
  const { value, grads } = tf.variableGrads(loss);
  const out: Numbers = {};
  const keep = async (name: string, tensor: Tensor): Promise<void> =>
    void (out[name] = new Float32Array(await tensor.data()));
  await keep('scores', scores);
  await keep('taskLogits', taskLogits);
  await keep('loss', value);
  for (const [name, gradient] of Object.entries(grads)) await keep(`gradient of ${name}`, gradient);
  const optimizer = createOptimizer(tf, weights, 0.3);
  out['losses of steps'] = Float32Array.from({ length: STEPS }, () =>
    optimizer.step((w) => stepLoss(tf, w, context, tensors), 1e-3, inputsOf(tf, context, tensors)),
  );
  const stepped = await optimizer.weights();
  out['query/kernel after steps'] = stepped['query/kernel']!.data;
  optimizer.dispose();
  // TensorFlow.js keeps variables by name, for the whole process.
  tf.dispose(variables);
  return out;
}

/** Gradients of a matrix product, with each operand transposed or not. */
async function productNumbers(tf: TensorFlow): Promise<Numbers> {
  const rng = createRng(9);
  const made = (rows: number, cols: number): Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: rows * cols }, () => rng.normal()),
      [rows, cols],
    );
  const out: Numbers = {};
  for (const [transposeA, transposeB] of [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const) {
    const a = transposeA ? made(5, 3) : made(3, 5);
    const b = transposeB ? made(4, 5) : made(5, 4);
    const gradients = tf.grads((x, y) =>
      tf.sum(tf.square(tf.matMul(x as Tensor2D, y as Tensor2D, transposeA, transposeB))),
    )([a, b]);
    for (const [i, gradient] of gradients.entries())
      out[`product ${transposeA} ${transposeB}, operand ${i}`] = new Float32Array(await gradient.data());
  }
  return out;
}

async function allNumbers(tf: TensorFlow): Promise<Numbers> {
  // With no task known, one stands for all: states of a single row.
  const untasked = Object.entries(await learningNumbers(tf, smallLog({ queries: 60, untasked: true })));
  return {
    ...(await learningNumbers(tf, mixedLog())),
    ...Object.fromEntries(untasked.map(([name, values]) => [`without tasks: ${name}`, values])),
    ...(await productNumbers(tf)),
  };
}

async function answer(wanted: Parameters<typeof openBackend>[0], compute: boolean): Promise<ChildAnswer> {
  try {
    const { tf, name, description } = await openBackend(wanted);
    return { kind: 'opened', name, description, numbers: compute ? await allNumbers(tf) : {} };
  } catch (error) {
    return {
      kind: 'failed',
      code: error instanceof PointsmanError ? error.code : 'unexpected',
      message: messageOf(error),
    };
  }
}

process.once('message', ({ wanted, compute }: { wanted: Parameters<typeof openBackend>[0]; compute: boolean }) => {
  void answer(wanted, compute).then((reply) => process.send!(reply, () => process.exit(0)));
});
