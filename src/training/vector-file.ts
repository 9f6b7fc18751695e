import { openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueryVectors } from '../profile/structured/dataset.js';

/** Bytes gathered before they are written. */
const BUFFERED = 1 << 20;

/**
 * Vectors on disk, for logs whose vectors memory should not hold. Of each, only what is not 0 is kept: the hashed words
 * that make most of the built-in encoder's dimensions are rarely any. The file has no name and goes with the process.
 *
 * A vector of n values that are not 0 is n (uint16), then their dimensions (uint16), then the values (float32).
 */
export interface VectorFile extends QueryVectors {
  append(vector: Float32Array): void;
}

/** @param dim at most 65,536 */
export function createVectorFile(dim: number, capacity: number): VectorFile {
  const path = join(tmpdir(), `pointsman-vectors-${randomUUID()}`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  const starts = new Float64Array(capacity + 1);
  const longest = 2 + 6 * dim;
  const pending = new DataView(new ArrayBuffer(BUFFERED + longest));
  const record = new DataView(new ArrayBuffer(longest));
  let [length, written, filled] = [0, 0, 0];
  const flush = (): void => {
    for (let done = 0; done < filled; ) done += writeSync(file, pending, done, filled - done, written + done);
    written += filled;
    filled = 0;
  };
  return {
    get length() {
      return length;
    },
    append(vector) {
      let count = 0;
      for (let d = 0; d < dim; d++) if (vector[d] !== 0) pending.setUint16(filled + 2 + 2 * count++, d, true);
      pending.setUint16(filled, count, true);
      const values = filled + 2 + 2 * count;
      for (let i = 0; i < count; i++) pending.setFloat32(values + 4 * i, vector[pending.getUint16(filled + 2 + 2 * i, true)]!, true);
      filled = values + 4 * count;
      starts[++length] = written + filled;
      if (filled >= BUFFERED) flush();
    },
    at(place) {
      if (place < 0 || place >= length) return undefined;
      const [from, size] = [starts[place]!, starts[place + 1]! - starts[place]!];
      if (from + size > written) flush();
      for (let done = 0; done < size; ) done += readSync(file, record, done, size - done, from + done);
      const vector = new Float32Array(dim);
      const count = record.getUint16(0, true);
      const values = 2 + 2 * count;
      for (let i = 0; i < count; i++) vector[record.getUint16(2 + 2 * i, true)] = record.getFloat32(values + 4 * i, true);
      return vector;
    },
  };
}
