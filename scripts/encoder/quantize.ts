/**
 * `table` `[count, dim]` as one byte a number and one scale a row: rows differ in length by a hundredfold, as common
 * words weigh little. The largest number of a row becomes ±127.
 */
export function quantize(table: Float32Array, dim: number): { rows: Int8Array; scales: Float32Array } {
  const count = table.length / dim;
  const rows = new Int8Array(table.length);
  const scales = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const row = table.subarray(i * dim, (i + 1) * dim);
    const most = row.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    if (most === 0) continue;
    scales[i] = most / 127;
    row.forEach((x, d) => (rows[i * dim + d] = Math.round((x / most) * 127)));
  }
  return { rows, scales };
}
