/** Most dimensions that are packed. */
const MAX_PACKED = 65_536;

/**
 * Vectors as the ledger keeps them: float32, little-endian; or, where most values are 0 and that is shorter, only those
 * that are not: the number of dimensions (uint32), those of the values (uint16 each), the values, and one byte more, so
 * that the length is odd, as that of no vector of the first form is.
 */
export function packVector(vector: Float32Array): Buffer {
  const { length } = vector;
  const used: number[] = [];
  for (let d = 0; d < length; d++) if (vector[d] !== 0 || Object.is(vector[d], -0)) used.push(d);
  const size = 4 + 6 * used.length + 1;
  if (size >= vector.byteLength || length > MAX_PACKED)
    return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(length);
  used.forEach((d, i) => {
    bytes.writeUInt16LE(d, 4 + 2 * i);
    bytes.writeFloatLE(vector[d]!, 4 + 2 * used.length + 4 * i);
  });
  return bytes;
}

/** `[dim]` */
export function unpackVector(bytes: Buffer): Float32Array {
  if (bytes.byteLength % 2 === 1) {
    const vector = new Float32Array(bytes.readUInt32LE());
    const count = (bytes.byteLength - 5) / 6;
    for (let i = 0; i < count; i++) vector[bytes.readUInt16LE(4 + 2 * i)] = bytes.readFloatLE(4 + 2 * count + 4 * i);
    return vector;
  }
  // SQLite's buffer need not begin at a multiple of four.
  const vector = new Float32Array(bytes.byteLength / 4);
  new Uint8Array(vector.buffer).set(bytes);
  return vector;
}
