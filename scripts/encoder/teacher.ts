import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { openEncoder } from '../../src/encoder/index.js';
import { chunks } from '../../src/encoder/vectors.js';

/** Dimension of the teacher, the Universal Sentence Encoder Lite. */
export const TEACHER_DIM = 512;

/** Texts between two writes of the cache: the teacher puts texts of like length together. */
const BATCH = 256;

const KEY_BYTES = 16;
const RECORD_BYTES = KEY_BYTES + 4 * TEACHER_DIM;

const keyOf = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, KEY_BYTES);

/** The cache file: after one another, the first bytes of a text's SHA-256 and its vector `[512]`. */
function readCache(file: string): Map<string, Float32Array> {
  const known = new Map<string, Float32Array>();
  if (!existsSync(file)) return known;
  const bytes = readFileSync(file);
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    known.set(
      bytes.toString('hex', at, at + KEY_BYTES),
      new Float32Array(new Uint8Array(bytes.subarray(at + KEY_BYTES, at + RECORD_BYTES)).buffer),
    );
  }
  return known;
}

/**
 * The teacher's vectors of `texts`, `[512]` each of unit length, from `cache` where they are there; new ones are added
 * to it, so that a run may be broken off. About 40 texts a second on one core.
 */
export async function teach(
  texts: readonly string[],
  modules: string,
  cache: string,
  report: (done: number) => void,
): Promise<Float32Array[]> {
  const known = readCache(cache);
  const missing = texts.filter((text) => !known.has(keyOf(text).toString('hex')));
  const encoder = missing.length > 0 ? await openEncoder('energetic', { apiKey: '', modules }) : undefined;
  let done = texts.length - missing.length;
  for (const batch of chunks(missing, BATCH)) {
    const vectors = await encoder!.encode(batch);
    const records = batch.flatMap((text, i) => [
      keyOf(text),
      Buffer.from(vectors[i]!.buffer, vectors[i]!.byteOffset, vectors[i]!.byteLength),
    ]);
    appendFileSync(cache, Buffer.concat(records));
    batch.forEach((text, i) => known.set(keyOf(text).toString('hex'), vectors[i]!));
    report((done += batch.length));
  }
  return texts.map((text) => known.get(keyOf(text).toString('hex'))!);
}
