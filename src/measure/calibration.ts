import { isCurrent } from '../dataset/dataset.js';
import type { HeldOut } from './predictions.js';

const BINS = 10;

/**
 * Predicted scores of about the same height: how many, and the means predicted and observed (NaN where there is none).
 */
export interface Bin {
  from: number;
  to: number;
  count: number;
  predicted: number;
  observed: number;
}

export interface Calibration {
  bins: Bin[];
  /** Expected calibration error over the bins (Naeini et al. 2015); NaN where no score was measured. */
  error: number;
  /** Mean squared error of the predictions. */
  brier: number;
}

/** Whether scores can be read as probabilities, or as expected scores: all are in [0, 1]. */
export const areProbabilities = (scores: Float32Array): boolean => scores.every((s) => s >= 0 && s <= 1);

/**
 * How far predicted scores `[n · numLlms]` are from the measured ones of what LLMs are now, over ten bins of equal
 * width.
 */
export function calibrationOf({ data, queries }: HeldOut, scores: Float32Array): Calibration {
  const sums = Array.from({ length: BINS }, () => ({ count: 0, predicted: 0, observed: 0 }));
  const { start, llm, score, measured } = data.evidence;
  let squares = 0;
  queries.forEach((q, i) => {
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      if (!measured[e] || !isCurrent(data.evidence, e)) continue;
      const predicted = scores[i * data.numLlms + llm[e]!]!;
      const bin = sums[Math.min(BINS - 1, Math.max(0, Math.floor(predicted * BINS)))]!;
      bin.count++;
      bin.predicted += predicted;
      bin.observed += score[e]!;
      squares += (predicted - score[e]!) ** 2;
    }
  });
  const total = sums.reduce((sum, bin) => sum + bin.count, 0);
  return {
    bins: sums.map((bin, b) => ({
      from: b / BINS,
      to: (b + 1) / BINS,
      count: bin.count,
      predicted: bin.predicted / bin.count,
      observed: bin.observed / bin.count,
    })),
    error: sums.reduce((sum, bin) => sum + Math.abs(bin.predicted - bin.observed), 0) / total,
    brier: squares / total,
  };
}
