import { PANEL, kernelMemory, plainKernel } from './kernel.js';

/** A matrix as it is given. */
export interface MatrixSource {
  rows: number;
  columns: number;
  /** Of row `r` and column `c`. */
  at(r: number, c: number): number;
}

/** Rows of numbers in row order. */
export function rowMajor(data: Float32Array, columns: number): MatrixSource {
  return { rows: columns === 0 ? 0 : data.length / columns, columns, at: (r, c) => data[r * columns + c]! };
}

/** The same, columns as rows. */
export function transpose({ rows, columns, at }: MatrixSource): MatrixSource {
  return { rows: columns, columns: rows, at: (r, c) => at(c, r) };
}

/** The vector that products read, kept as the columns where it is not zero. */
export interface SparseVector {
  /** Makes it `x` `[columns]`. */
  set(x: Float32Array): void;
}

/** A matrix that stays, to multiply vectors with. */
export interface Matrix {
  /** The last product `[rows]`; the next one overwrites it. */
  readonly out: Float32Array;
  /** `W x`, in `out`. `x` is the vector that all matrices made together read. */
  multiply(): Float32Array;
  /** The same for rows from `from` (a multiple of {@link PANEL}) to `to` alone. */
  multiplyRows(from: number, to: number): void;
}

const FLOAT = 4;
/** Rows that fill whole panels. */
export const padded = (rows: number): number => PANEL * Math.ceil(rows / PANEL);

/**
 * Matrices in one piece of memory, and the vector that they multiply. Products run on WebAssembly's vectors where there
 * are any, else on plain arrays, to the same bits. Not to be used from two places at once: all write where they wrote
 * before.
 */
export function createMatrices<Name extends string>(
  sources: Record<Name, MatrixSource>,
  vectors = true,
): { x: SparseVector; matrices: Record<Name, Matrix> } {
  const list = Object.entries<MatrixSource>(sources);
  const columns = Math.max(0, ...list.map(([, source]) => source.columns));
  const sizes = list.map(([, source]) => padded(source.rows) * (source.columns + 1));
  // Panels are aligned to lines of the cache, as memory begins at one.
  const bytes = FLOAT * (2 * padded(columns) + sizes.reduce((sum, size) => sum + size, 0));
  const plain = (): { buffer: ArrayBuffer; kernel: ReturnType<typeof plainKernel> } => {
    const buffer = new ArrayBuffer(bytes);
    return { buffer, kernel: plainKernel(buffer) };
  };
  const { buffer, kernel } = (vectors ? kernelMemory(bytes) : null) ?? plain();

  const [indicesAt, valuesAt] = [0, FLOAT * padded(columns)];
  const indices = new Int32Array(buffer, indicesAt, columns);
  const values = new Float32Array(buffer, valuesAt, columns);
  let size = 0;
  const x: SparseVector = {
    set(vector) {
      let count = 0;
      for (let i = 0; i < vector.length; i++) {
        // Without a branch, which would be guessed wrong often; what is written of a zero is written over.
        const value = vector[i]!;
        indices[count] = i;
        values[count] = value;
        count += Number(value !== 0);
      }
      size = count;
    },
  };

  let end = 2 * FLOAT * padded(columns);
  function place(source: MatrixSource): Matrix {
    const outAt = end;
    const weightsAt = outAt + FLOAT * padded(source.rows);
    const panelBytes = FLOAT * PANEL * source.columns;
    end = weightsAt + FLOAT * padded(source.rows) * source.columns;
    const weights = new Float32Array(buffer, weightsAt, padded(source.rows) * source.columns);
    for (let r = 0; r < source.rows; r++) {
      const first = (r - (r % PANEL)) * source.columns + (r % PANEL);
      for (let c = 0; c < source.columns; c++) weights[first + c * PANEL] = source.at(r, c);
    }
    const out = new Float32Array(buffer, outAt, source.rows);
    const multiplyRows = (from: number, to: number): void => {
      if (size === 0) out.fill(0, from, to);
      else if (to > from)
        kernel(
          weightsAt + (from / PANEL) * panelBytes,
          panelBytes,
          indicesAt,
          valuesAt,
          size,
          outAt + FLOAT * from,
          Math.ceil((to - from) / PANEL),
        );
    };
    return {
      out,
      multiplyRows,
      multiply() {
        multiplyRows(0, source.rows);
        return out;
      },
    };
  }
  return {
    x,
    matrices: Object.fromEntries(list.map(([name, source]) => [name, place(source)])) as Record<Name, Matrix>,
  };
}
