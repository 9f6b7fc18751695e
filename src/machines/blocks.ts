import { studentQuantile } from './student.js';

export interface TimedValue {
  at: number;
  value: number;
}

/** The mean of some values that follow one another, with its 95% interval; of one value there is none. */
export interface Block {
  from: number;
  to: number;
  n: number;
  mean: number;
  low: number | null;
  high: number | null;
}

/** The interval of a share (Wilson 1927): it has a width where all values are the same, too. */
function shareInterval(share: number, n: number): [low: number, high: number] {
  const z2 = 1.959964 ** 2;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = Math.sqrt((z2 * share * (1 - share)) / n + z2 ** 2 / (4 * n ** 2)) / (1 + z2 / n);
  return [centre - half, centre + half];
}

/** Values of a block, in order of time; of none there is no block. */
export function blockOf(values: readonly TimedValue[]): Block | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, { value }) => sum + value, 0) / n;
  const block = { from: values[0]!.at, to: values[n - 1]!.at, n, mean };
  if (n === 1) return { ...block, low: null, high: null };
  if (values.every(({ value }) => value === 0 || value === 1)) {
    const [low, high] = shareInterval(mean, n);
    return { ...block, low, high };
  }
  const squares = values.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  const half = studentQuantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { ...block, low: mean - half, high: mean + half };
}

/** Blocks of about `size` values each, which are all about as large. */
export function blocksOf(values: readonly TimedValue[], size: number): Block[] {
  const count = Math.min(values.length, Math.max(1, Math.round(values.length / size)));
  const end = (i: number): number => Math.floor((i * values.length) / count);
  return Array.from({ length: count }, (_, i) => blockOf(values.slice(end(i), end(i + 1)))!);
}
