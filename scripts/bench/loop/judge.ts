import type { Rng } from '../../../src/base/rng.js';

/**
 * How a judge grades: its verdicts follow the truth, drawn towards the middle, with chance, and it is a little in love
 * with the style of one LLM.
 */
const JUDGE = { offset: 0.15, slope: 0.7, deviation: 0.15, likes: { 'loop/prose': 0.05 } as Record<string, number> };

/** What the judge says of an answer of `quality`, in [0, 1]. */
export function verdictOn(rng: Rng, model: string, quality: number): number {
  const { offset, slope, deviation, likes } = JUDGE;
  const verdict = offset + slope * quality + (likes[model] ?? 0) + deviation * rng.normal();
  return Math.round(100 * Math.min(1, Math.max(0, verdict))) / 100;
}
