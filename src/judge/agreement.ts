import type { JudgeAgreement } from '../schema/judge.js';
import type { LlmId } from '../schema/ids.js';
import type { JudgedPair } from '../store/ports/judge.js';

/** Standard deviations to each side of an interval of 95%. */
const HALF_WIDTH = 1.96;

export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** Mean with its 95% interval, by the normal; null of fewer than two values. */
export function meanOf(values: readonly number[]): Estimate | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = HALF_WIDTH * Math.sqrt(variance / n);
  return { value: mean, low: mean - half, high: mean + half };
}

/** Pearson's correlation with its 95% interval (Fisher 1921); null of fewer than four pairs, or without variance. */
export function correlationOf(x: readonly number[], y: readonly number[]): Estimate | null {
  const n = x.length;
  if (n < 4) return null;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / n;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [x[i]! - mx, y[i]! - my];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  if (xx < 1e-12 || yy < 1e-12) return null;
  const value = Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
  const z = Math.atanh(Math.max(-1 + 1e-9, Math.min(1 - 1e-9, value)));
  const half = HALF_WIDTH / Math.sqrt(n - 3);
  return { value, low: Math.tanh(z - half), high: Math.tanh(z + half) };
}

const biasOf = (pairs: readonly JudgedPair[], said: 'raw' | 'value'): Estimate | null =>
  meanOf(pairs.map((pair) => pair[said] - pair.people));

/** How far a judge and people agree on answers that both scored. */
export function agreementOf(pairs: readonly JudgedPair[]): JudgeAgreement {
  const byModel = new Map<string, JudgedPair[]>();
  for (const pair of pairs) {
    const own = byModel.get(pair.model);
    if (own === undefined) byModel.set(pair.model, [pair]);
    else own.push(pair);
  }
  return {
    pairs: pairs.length,
    correlation: correlationOf(
      pairs.map(({ raw }) => raw),
      pairs.map(({ people }) => people),
    ),
    difference: meanOf(pairs.map(({ raw, people }) => Math.abs(raw - people))),
    bias: biasOf(pairs, 'raw'),
    posted_bias: biasOf(pairs, 'value'),
    models: [...byModel]
      .toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
      .map(([model, own]) => ({
        model: model as LlmId,
        pairs: own.length,
        bias: biasOf(own, 'raw'),
        posted_bias: biasOf(own, 'value'),
      })),
  };
}
