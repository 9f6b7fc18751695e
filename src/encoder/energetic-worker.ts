/**
 * The thread that runs EnergeticAI. It brings a TensorFlow.js of its own, which would share globals with
 * ours and switch the whole process to its wasm backend; a thread has its own globals.
 */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../base/errors.js';
import { createLimiter } from './limiter.js';
import { chunks } from './vectors.js';

interface EmbeddingsModel {
  tokenizer: { encode(text: string): number[] };
  embed(texts: string[]): Promise<number[][]>;
}

/** Paths of the two packages, as the main thread found them. */
export interface EnergeticFiles {
  embeddings: string;
  weights: string;
}

export interface EncodeRequest {
  id: number;
  texts: string[];
}

/** `vectors` `[texts, 512]`, a zero-length one for a text without tokens. */
export type EncodeReply = { id: number; vectors: number[][] } | { id: number; error: string };

/** Texts a call: the model's memory grows with texts × the longest text's tokens, squared. */
const BATCH = 16;

/** Characters that count: past a page the vector hardly moves, while memory grows with the square. */
const MAX_CHARACTERS = 2000;

const files = workerData as EnergeticFiles;
const load = createRequire(files.embeddings);
const { initModel } = load(files.embeddings) as { initModel(source: unknown): Promise<EmbeddingsModel> };
const { modelSource } = load(files.weights) as { modelSource: unknown };
const model = initModel(modelSource);

async function embed(texts: readonly string[]): Promise<number[][]> {
  const { tokenizer } = await model;
  const cut = texts.map((text) => text.slice(0, MAX_CHARACTERS));
  const vectors: number[][] = cut.map(() => []);
  const places = cut.flatMap((text, place) => (tokenizer.encode(text).length > 0 ? [place] : []));
  // Texts of like length together: a batch is as wide as its longest.
  places.sort((a, b) => (cut[a] as string).length - (cut[b] as string).length);
  for (const batch of chunks(places, BATCH)) {
    const encoded = await (await model).embed(batch.map((place) => cut[place] as string));
    batch.forEach((place, i) => (vectors[place] = encoded[i] as number[]));
  }
  return vectors;
}

async function answer({ id, texts }: EncodeRequest): Promise<EncodeReply> {
  try {
    return { id, vectors: await embed(texts) };
  } catch (error) {
    return { id, error: messageOf(error) };
  }
}

// One request at a time: two at once would need the memory of both.
const limit = createLimiter(1);
parentPort?.on('message', (request: EncodeRequest) => {
  void limit(async () => {
    const reply = await answer(request);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, no window
    parentPort?.postMessage(reply);
  });
});
