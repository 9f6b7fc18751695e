import { dot, sigmoid, timesMatrix } from '../../math/linear.js';
import { fitByAdam, type Schedule } from '../fit/adam.js';
import { projectAll } from '../fit/projected.js';
import { comparisonLoss } from '../fit/row-loss.js';
import { MAX_FITTED } from '../fit/rows.js';
import { sampleInOrder } from '../../math/sample.js';
import type { ProfileRouter } from '../types.js';
import { calibrate } from './calibration.js';
import { hiddenKernels, HIDDEN, initialWeights, utilities } from './network.js';

const SCHEDULE: Schedule = { epochs: 10, batch: 128, rate: 0.003, decay: 1, dropout: 0 };
/** Share of the queries that calibration looks at, and the network doesn't learn from. */
const CALIBRATION = 0.1;

/**
 * A perceptron of two layers reads the query's place, the LLM's profile and their product. It learns which of two LLMs
 * does better on a query (RouteProfile's ranking loss); its utilities are then scaled to expected scores.
 */
export const mlp: ProfileRouter = {
  name: 'mlp',
  title: 'MLP',
  async fit(data, train, profiles, { tf, rng }) {
    const { numLlms } = data;
    const queries = rng.fork('split').shuffle(sampleInOrder(train, MAX_FITTED, rng).slice());
    const { llms, queries: x, place } = projectAll(data, queries, profiles);
    const kept = Math.floor(queries.length * CALIBRATION);
    const learned = { rows: queries.length - kept, cols: x.cols, data: x.data.subarray(kept * x.cols) };
    const profileRows = tf.tensor2d(llms.data, [numLlms, x.cols]);
    const weights = await fitByAdam(tf, {
      x: learned,
      queries: queries.subarray(kept),
      initial: initialWeights(x.cols, rng),
      predict: (p, rows) => utilities(tf, p, rows, profileRows),
      loss: comparisonLoss(data),
      schedule: SCHEDULE,
      rng: rng.fork('batches'),
    });
    profileRows.dispose();

    const { kernel, bias } = hiddenKernels(weights, llms);
    const out = weights['out/kernel']!.data;
    const utility = (placed: Float32Array): Float32Array => {
      const hidden = timesMatrix(placed, kernel, bias.length).map((h, i) => Math.max(0, h + bias[i]!));
      return Float32Array.from({ length: numLlms }, (_, l) => dot(hidden, l * HIDDEN, out, 0, HIDDEN));
    };
    const watched = Array.from(queries.subarray(0, kept), (query, i) => ({
      query,
      utilities: utility(x.data.subarray(i * x.cols, (i + 1) * x.cols)),
    }));
    const { slope, offset } = calibrate(data, watched);
    return { score: ({ vector }) => utility(place(vector)).map((u) => sigmoid(slope * u + offset)) };
  },
};
