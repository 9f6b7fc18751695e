/** `x · W` for `x [n]` (zeros are skipped: encoded text is mostly zeros) and `W [n, m]` in row order. */
export function timesMatrix(x: ArrayLike<number>, w: Float32Array, m: number): Float32Array {
  const out = new Float32Array(m);
  const rows: number[] = [];
  for (let i = 0; i < x.length; i++) if (x[i] !== 0) rows.push(i);
  let r = 0;
  // Four rows at a time: each sum is read and written a quarter as often.
  for (; r + 3 < rows.length; r += 4) {
    const [a, b, c, d] = [rows[r]! * m, rows[r + 1]! * m, rows[r + 2]! * m, rows[r + 3]! * m];
    const [va, vb, vc, vd] = [x[rows[r]!]!, x[rows[r + 1]!]!, x[rows[r + 2]!]!, x[rows[r + 3]!]!];
    for (let j = 0; j < m; j++) out[j]! += va * w[a + j]! + vb * w[b + j]! + vc * w[c + j]! + vd * w[d + j]!;
  }
  for (; r < rows.length; r++) {
    const [row, v] = [rows[r]! * m, x[rows[r]!]!];
    for (let j = 0; j < m; j++) out[j]! += v * w[row + j]!;
  }
  return out;
}

/** Adds `b` to `x` in place. */
export function addTo(x: Float32Array, b: Float32Array): Float32Array {
  for (let i = 0; i < x.length; i++) x[i]! += b[i]!;
  return x;
}

/** Inner product of two stretches of `n` numbers. Four sums at a time: one alone would wait for itself. */
export function dot(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += a[aFrom + i]! * b[bFrom + i]!;
    s1 += a[aFrom + i + 1]! * b[bFrom + i + 1]!;
    s2 += a[aFrom + i + 2]! * b[bFrom + i + 2]!;
    s3 += a[aFrom + i + 3]! * b[bFrom + i + 3]!;
  }
  for (; i < n; i++) s0 += a[aFrom + i]! * b[bFrom + i]!;
  return s0 + s1 + s2 + s3;
}

/** Sum of all numbers, four sums at a time. */
export function sumOf(x: Float32Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < x.length; i += 4) {
    s0 += x[i]!;
    s1 += x[i + 1]!;
    s2 += x[i + 2]!;
    s3 += x[i + 3]!;
  }
  for (; i < x.length; i++) s0 += x[i]!;
  return s0 + s1 + s2 + s3;
}

/** Divides by √(‖x‖² + 10⁻⁶), in place, as the decoder does: all but unit length, and a zero vector stays zero. */
export function toDampedUnit(x: Float32Array): Float32Array {
  const scale = 1 / Math.sqrt(dot(x, 0, x, 0, x.length) + 1e-6);
  for (let i = 0; i < x.length; i++) x[i]! *= scale;
  return x;
}

/** Softmax in place. */
export function toSoftmax(x: Float32Array): Float32Array {
  let max = -Infinity;
  for (const v of x) if (v > max) max = v;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] = Math.exp(x[i]! - max);
  for (let i = 0; i < x.length; i++) x[i]! /= sum;
  return x;
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** `[n, m]` in row order as `[m, n]`. */
export function transposed(x: Float32Array, n: number, m: number): Float32Array {
  const out = new Float32Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j * n + i] = x[i * m + j]!;
  return out;
}
