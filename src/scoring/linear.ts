/** `x · W` for `x [n]` (zeros are skipped: encoded text is mostly zeros) and `W [n, m]` in row order. */
export function timesMatrix(x: ArrayLike<number>, w: Float32Array, m: number): Float32Array {
  const out = new Float32Array(m);
  for (let i = 0; i < x.length; i++) {
    const v = x[i]!;
    if (v === 0) continue;
    const row = i * m;
    for (let j = 0; j < m; j++) out[j]! += v * w[row + j]!;
  }
  return out;
}

export function dot(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[aFrom + i]! * b[bFrom + i]!;
  return sum;
}

/** Scales to unit length, as the decoder does. */
export function toUnit(x: Float32Array): Float32Array {
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
