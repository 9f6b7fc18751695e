/**
 * Scales to unit length, in place; a zero vector stays zero, and one of very small or large numbers keeps its
 * direction.
 */
export function toUnit(x: Float32Array): Float32Array {
  const most = x.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  if (most === 0) return x;
  const length = most * Math.sqrt(x.reduce((sum, v) => sum + (v / most) ** 2, 0));
  for (let i = 0; i < x.length; i++) x[i] = x[i]! / length;
  return x;
}
