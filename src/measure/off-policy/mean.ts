import { studentQuantile } from '../../machines/student.js';

/** An estimate, and the ends of its interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/**
 * The 95% interval around `value` of an estimate that is the mean of what each decision adds to it. Those of one query
 * are taken together (Liang & Zeger 1986). Few large ones among many small ones say little of how far they vary: by
 * that, the interval is Student's (Satterthwaite 1946).
 *
 * @param influence how far each decision is from the estimate `[n]`
 * @param query names the query of each `[n]`
 */
export function intervalAround(value: number, influence: Float64Array, query: ArrayLike<number>): Estimate {
  const sums = new Map<number, number>();
  influence.forEach((u, i) => sums.set(query[i]!, (sums.get(query[i]!) ?? 0) + u));
  const clusters = sums.size;
  if (clusters < 2) return { value, low: -Infinity, high: Infinity };
  let [second, fourth] = [0, 0];
  for (const sum of sums.values()) {
    second += sum ** 2;
    fourth += sum ** 4;
  }
  if (second === 0) return { value, low: value, high: value };
  const error = Math.sqrt((second * clusters) / (clusters - 1)) / influence.length;
  const [m2, m4] = [second / clusters, fourth / clusters];
  const freedom = m4 > m2 ** 2 ? (2 * clusters * m2 ** 2) / (m4 - m2 ** 2) : clusters - 1;
  const reach = studentQuantile(Math.min(freedom, clusters - 1)) * error;
  return { value, low: value - reach, high: value + reach };
}
