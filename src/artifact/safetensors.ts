import { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { parse } from '../schema/parse.js';
import type { Weights } from '../math/weights.js';

/** Longest header that is read: against files that only claim to be one. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

const Entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int()]),
});
type Entry = z.infer<typeof Entry>;

const Header = z.object({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(Entry);

/**
 * Writes tensors in the safetensors format (https://github.com/huggingface/safetensors): eight bytes of header length,
 * a JSON header, then the tensors' bytes, little-endian float32, one after another.
 */
export function encodeSafetensors(tensors: Weights, metadata: Record<string, string> = {}): Buffer {
  const header: Record<string, Entry | Record<string, string>> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let json = JSON.stringify(header);
  // The data begin at a multiple of eight bytes, so that readers may map them.
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8);
  const head = Buffer.from(json);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.byteLength));
  const bodies = Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.concat([length, head, ...bodies]);
}

const damaged = (why: string): PointsmanError => new PointsmanError('artifact_damaged', `weights.safetensors: ${why}`);

/** Reads what {@link encodeSafetensors} wrote. Throws `artifact_damaged` for anything else. */
export function decodeSafetensors(file: Buffer): Weights {
  if (file.byteLength < 8) throw damaged(`expected a header, got ${file.byteLength} bytes`);
  const headerBytes = Number(file.readBigUInt64LE());
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > file.byteLength)
    throw damaged(`its header claims ${headerBytes} bytes, and the file has ${file.byteLength}`);
  let json: unknown;
  try {
    json = JSON.parse(file.toString('utf8', 8, 8 + headerBytes));
  } catch (error) {
    throw new PointsmanError('artifact_damaged', 'weights.safetensors: its header is not JSON', { cause: error });
  }
  const { __metadata__: _metadata, ...entries } = parse(
    Header,
    json,
    'artifact_damaged',
    'weights.safetensors, header',
  );
  const body = file.subarray(8 + headerBytes);
  const tensors: Weights = {};
  for (const [name, entry] of Object.entries(entries)) {
    const [from, to] = entry.data_offsets;
    const size = entry.shape.reduce((a, b) => a * b, 1);
    if (entry.dtype !== 'F32' || to - from !== size * 4 || to > body.byteLength)
      throw damaged(`tensor ${name} does not fit its shape [${entry.shape.join(', ')}] as float32`);
    // Copied, so that the numbers are aligned and the file's memory can go.
    tensors[name] = { shape: entry.shape, data: new Float32Array(new Uint8Array(body.subarray(from, to)).buffer) };
  }
  return tensors;
}
