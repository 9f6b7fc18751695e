import type { Rng } from '../../base/rng.js';
import { fitByAdam, type Schedule } from '../fit/adam.js';
import { projectAll } from '../fit/projected.js';
import { scoreLoss } from '../fit/row-loss.js';
import { compute } from '../../tensor/compute.js';
import { MAX_FITTED } from '../fit/rows.js';
import { sampleInOrder } from '../../math/sample.js';
import type { ProfileRouter } from '../types.js';
import { supportOf } from './edges.js';
import { gather, HIDDEN, initialWeights, predictEdges } from './network.js';
import { edgePredictor } from './serve.js';

const SCHEDULE: Schedule = { epochs: 8, batch: 128, rate: 0.006, decay: 1, dropout: 0.3 };
/** Logged queries that LLM nodes gather from in a step, and at serving. */
const SUPPORT = 256;
const SERVED_SUPPORT = 4_096;
/** Share of steps in which one LLM's edges are forgotten, so that one that arrives later is scored from its profile. */
const FORGETTING = 0.2;

/** Rows that are not among `picked`, at most `limit` of them, by chance. */
function others(numRows: number, picked: Int32Array, limit: number, rng: Rng): Int32Array {
  const taken = new Set(picked);
  const rest = Int32Array.from({ length: numRows }, (_, i) => i).filter((i) => !taken.has(i));
  return rng.shuffle(rest).subarray(0, limit);
}

/**
 * A bipartite graph of queries and LLMs: LLM nodes gather, by attention, from the queries they answered; a query
 * attends to LLM nodes; then its edge to each LLM is predicted. The queries whose edges are predicted carry no message.
 */
export const bipartite: ProfileRouter = {
  name: 'graph',
  title: 'graph',
  async fit(data, train, profiles, { tf, rng }) {
    const queries = sampleInOrder(train, MAX_FITTED, rng);
    const { llms, queries: x, place } = projectAll(data, queries, profiles);
    const profileRows = tf.tensor2d(llms.data, [llms.rows, llms.cols]);
    const chance = rng.fork('support');
    const weights = await fitByAdam(tf, {
      x,
      queries,
      initial: initialWeights(x.cols, rng),
      predict: (p, rows, picked) => {
        const forgotten = chance.next() < FORGETTING ? chance.int(data.numLlms) : -1;
        const from = others(queries.length, picked, SUPPORT, chance);
        const support = supportOf(tf, { data, x, queries, picked: from, forgotten });
        return predictEdges(tf, p, rows, gather(tf, p, profileRows, support));
      },
      loss: scoreLoss(data),
      schedule: SCHEDULE,
      rng: rng.fork('batches'),
    });
    const states = compute(tf, () => {
      const p = Object.fromEntries(
        Object.entries(weights).map(([name, { shape, data: values }]) => [name, tf.tensor(values, shape)]),
      );
      const served = others(queries.length, Int32Array.of(), SERVED_SUPPORT, chance);
      return gather(tf, p, profileRows, supportOf(tf, { data, x, queries, picked: served, forgotten: -1 }));
    });
    profileRows.dispose();
    const predict = edgePredictor(weights, { rows: llms.rows, cols: HIDDEN, data: states });
    return { score: ({ vector }) => predict(place(vector)) };
  },
};
