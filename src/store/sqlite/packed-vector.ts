/**
 * Vectors as the ledger keeps them: float32, little-endian; or, where most values are 0 and that is shorter, only those
 * that are not: the dimensions in all (uint32), the dimensions of the values (uint32 each), the values, and one byte
 * more, so that no vector of the first form has such a length.
 */
export function packVector(vector: Float32Array): Buffer {
  const { length } = vector;
  const used: number[] = [];
  for (let d = 0; d < length; d++) if (vector[d] !== 0 || Object.is(vector[d], -0)) used.push(d);
  const size = 4 + 8 * used.length + 1;
  if (size >= vector.byteLength) return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(length);
  used.forEach((d, i) => {
    bytes.writeUInt32LE(d, 4 + 4 * i);
    bytes.writeFloatLE(vector[d]!, 4 + 4 * (used.length + i));
  });
  return bytes;
}

/** `[dim]` */
export function unpackVector(bytes: Buffer): Float32Array {
  if (bytes.byteLength % 4 === 1) {
    const vector = new Float32Array(bytes.readUInt32LE());
    const count = (bytes.byteLength - 5) / 8;
    for (let i = 0; i < count; i++) vector[bytes.readUInt32LE(4 + 4 * i)] = bytes.readFloatLE(4 + 4 * (count + i));
    return vector;
  }
  // SQLite's buffer need not begin at a multiple of four.
  const vector = new Float32Array(bytes.byteLength / 4);
  new Uint8Array(vector.buffer).set(bytes);
  return vector;
}
