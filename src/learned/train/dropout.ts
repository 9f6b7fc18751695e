import type { Rng } from '../../base/rng.js';

/**
 * Inverted dropout of rows of some length: each entry becomes 0 with probability `rate`, else grows by 1 / (1 − rate).
 */
export interface Dropout {
  /** Drops entries of rows, in place. */
  drop(rows: Float32Array): void;
  /** What so many rows are multiplied by. */
  mask(rows: number): Float32Array;
}

/** Random entries that rows are cut from, at random places: to draw each entry by itself costs as much as a step. */
const POOL = 262_144;

export function createDropout(rng: Rng, cols: number, rate: number): Dropout {
  const pool = new Float32Array(POOL + cols);
  for (let i = 0; i < pool.length; i++) pool[i] = rng.next() < rate ? 0 : 1 / (1 - rate);
  return {
    drop(rows) {
      for (let row = 0; row < rows.length; row += cols) {
        const from = rng.int(POOL);
        // Encoded text is mostly zeros.
        for (let i = 0; i < cols; i++) if (rows[row + i] !== 0) rows[row + i]! *= pool[from + i]!;
      }
    },
    mask(rows) {
      const mask = new Float32Array(rows * cols);
      for (let row = 0; row < mask.length; row += cols) {
        const from = rng.int(POOL);
        mask.set(pool.subarray(from, from + cols), row);
      }
      return mask;
    },
  };
}
