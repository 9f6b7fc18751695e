import { NO_TASK, type Dataset } from '../dataset/dataset.js';
import { RESIDUAL } from './constants.js';

/** Where scores lie and how far they vary: what is learned is the same for scores of any range. */
export interface ScoreScale {
  centre: number;
  /** Scores of one LLM vary by `RESIDUAL · spread²` about their mean. */
  spread: number;
}

/** Scales of measured scores, and of those that stand in for comparisons. */
export interface ScoreScales {
  measured: ScoreScale;
  standIn: ScoreScale;
}

/** Under this variance scores are taken to be all the same. */
const LEAST_VARIANCE = 1e-8;

function scaleOf(data: Dataset, queries: Int32Array, kind: 0 | 1): ScoreScale | null {
  const { start, llm, score, measured, weight } = data.evidence;
  const sums = new Float64Array(data.numLlms);
  const counts = new Float64Array(data.numLlms);
  const squares = new Float64Array(data.numLlms);
  for (const q of queries)
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      if (measured[e] !== kind) continue;
      const l = llm[e]!;
      counts[l]! += weight[e]!;
      sums[l]! += weight[e]! * score[e]!;
      squares[l]! += weight[e]! * score[e]! ** 2;
    }
  let [centre, asked, about, freedom] = [0, 0, 0, 0];
  counts.forEach((count, l) => {
    if (count === 0) return;
    asked++;
    centre += sums[l]! / count;
    about += squares[l]! - sums[l]! ** 2 / count;
    freedom += Math.max(0, count - 1);
  });
  if (asked === 0) return null;
  const variance = freedom > 0 ? about / freedom : 0;
  return { centre: centre / asked, spread: variance > LEAST_VARIANCE ? Math.sqrt(variance / RESIDUAL) : 1 };
}

/** The scales of the answers to `queries`; where one kind is missing, it has the other's. */
export function scoreScales(data: Dataset, queries: Int32Array): ScoreScales {
  const measured = scaleOf(data, queries, 1);
  const standIn = scaleOf(data, queries, 0);
  const either = measured ?? standIn ?? { centre: 0.5, spread: 1 };
  return { measured: measured ?? either, standIn: standIn ?? either };
}

/** A dataset whose scores are in the units of `scales`, and whose queries have no task where no task is known. */
export function standardised(data: Dataset, { measured, standIn }: ScoreScales): Dataset {
  const { evidence } = data;
  const score = evidence.score.map((s, e) => {
    const { centre, spread } = evidence.measured[e] === 1 ? measured : standIn;
    return (s - centre) / spread;
  });
  const taskOf = data.tasks[0] === NO_TASK ? data.taskOf.map(() => -1) : data.taskOf;
  return { ...data, taskOf, evidence: { ...evidence, score } };
}

export const scaleTable = ({ measured, standIn }: ScoreScales): { shape: number[]; data: Float32Array } => ({
  shape: [2, 2],
  data: Float32Array.of(measured.centre, measured.spread, standIn.centre, standIn.spread),
});

/** Reads what {@link scaleTable} wrote. */
export function scalesIn(table: Float32Array): ScoreScales {
  return {
    measured: { centre: table[0]!, spread: table[1]! },
    standIn: { centre: table[2]!, spread: table[3]! },
  };
}

/** How near to 0 and 1 an expected score may come before it is bent, in units of a log's spread. */
const MARGIN = 0.1;

/**
 * An expected score as one in (0, 1): itself but near the ends, where it is bent so that what is expected to be better
 * stays better.
 */
export function intoRange(score: number, { spread }: ScoreScale): number {
  const margin = Math.min(MARGIN, MARGIN * spread);
  const bent = (over: number): number => margin / (1 + Math.max(0, over) / margin);
  if (score > 1 - margin) return 1 - bent(score - 1 + margin);
  return score < margin ? bent(margin - score) : score;
}
