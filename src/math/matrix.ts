/** A dense matrix in row order. */
export interface Matrix {
  rows: number;
  cols: number;
  data: Float32Array;
}

export function matrix(rows: number, cols: number, data = new Float32Array(rows * cols)): Matrix {
  return { rows, cols, data };
}

export function fromRows(vectors: readonly Float32Array[], cols: number): Matrix {
  const out = matrix(vectors.length, cols);
  vectors.forEach((v, i) => out.data.set(v, i * cols));
  return out;
}
