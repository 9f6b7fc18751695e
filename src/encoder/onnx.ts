import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline as streamTo } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { PointsmanError, messageOf } from '../base/errors.js';
import { createLimiter } from './limiter.js';
import { findOptional } from './optional.js';
import type { Encoder } from './types.js';
import { chunks, encodeNonEmpty, unitVector } from './vectors.js';

export const ONNX_INSTALL =
  'npm install @huggingface/transformers@4 (with ONNXRUNTIME_NODE_INSTALL=skip in the environment where only ' +
  'npm can be reached)';

/** Texts a call of the model. */
const BATCH = 32;

/** Weights that are looked for, in this order, with the name that transformers.js has for their kind. */
const WEIGHTS: readonly (readonly [file: string, dtype: string])[] = [
  ['model.onnx', 'fp32'],
  ['model_fp16.onnx', 'fp16'],
  ['model_quantized.onnx', 'q8'],
  ['model_int8.onnx', 'int8'],
  ['model_uint8.onnx', 'uint8'],
];

interface Tensor {
  tolist(): number[][];
}

type Extractor = (texts: string[], options: { pooling: 'mean' | 'cls'; normalize: boolean }) => Promise<Tensor>;

/** The little of `@huggingface/transformers` that is used. */
interface Transformers {
  env: { allowRemoteModels: boolean; allowLocalModels: boolean };
  pipeline(task: 'feature-extraction', model: string, options: Record<string, unknown>): Promise<Extractor>;
}

interface Weights {
  file: string;
  dtype: string;
  /** Folder below the model's; empty for the model's own. */
  subfolder: string;
}

/** Finds the model's weights. Throws `encoder_unavailable`, naming what a model folder holds. */
function findWeights(folder: string): Weights {
  const expected =
    'expected a folder with config.json, tokenizer.json and onnx/model.onnx, as sentence-transformers and ' +
    'Optimum export it';
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new PointsmanError('encoder_unavailable', `onnx encoder: ${expected}; there is no folder ${folder}`);
  const missing = ['config.json', 'tokenizer.json'].filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0)
    throw new PointsmanError(
      'encoder_unavailable',
      `onnx encoder: ${expected}; ${folder} lacks ${missing.join(' and ')}`,
    );
  for (const subfolder of ['onnx', ''])
    for (const [name, dtype] of WEIGHTS)
      if (existsSync(join(folder, subfolder, name))) return { file: join(folder, subfolder, name), dtype, subfolder };
  throw new PointsmanError(
    'encoder_unavailable',
    `onnx encoder: ${expected}; ${folder} lacks the weights (${WEIGHTS.map(([name]) => name).join(', ')})`,
  );
}

/** How the model was trained to be pooled: `1_Pooling/config.json` tells, else the mean over tokens. */
function poolingOf(folder: string): 'mean' | 'cls' {
  const file = join(folder, '1_Pooling/config.json');
  if (!existsSync(file)) return 'mean';
  return (JSON.parse(readFileSync(file, 'utf8')) as { pooling_mode_cls_token?: boolean }).pooling_mode_cls_token ===
    true
    ? 'cls'
    : 'mean';
}

async function digest(...files: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) await streamTo(createReadStream(file), hash, { end: false });
  return hash.digest('hex').slice(0, 16);
}

/** The loaded model: texts to vectors `[dim]`. */
async function load(
  folder: string,
  weights: Weights,
  modules: string,
): Promise<(texts: string[]) => Promise<number[][]>> {
  const entry = findOptional('@huggingface/transformers', ONNX_INSTALL, modules);
  try {
    const { env, pipeline } = (await import(pathToFileURL(entry).href)) as Transformers;
    env.allowRemoteModels = false;
    env.allowLocalModels = true;
    // Scaled to unit length by us: transformers.js would turn a zero vector into NaNs.
    const options = { pooling: poolingOf(folder), normalize: false } as const;
    const extract = await pipeline('feature-extraction', folder, {
      dtype: weights.dtype,
      subfolder: weights.subfolder,
      local_files_only: true,
    });
    return async (texts) => (await extract(texts, options)).tolist();
  } catch (error) {
    throw new PointsmanError('encoder_unavailable', `onnx encoder: ${folder} can't be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * A sentence-transformer in ONNX form, in the folder `path`, run in this process by onnxruntime through
 * `@huggingface/transformers`; nothing is ever downloaded. Its id is the hash of weights and tokenizer.
 * Throws `encoder_unavailable`; `modules` as in {@link findOptional}.
 */
export async function openOnnxEncoder(path: string, modules = ''): Promise<Encoder> {
  const folder = resolve(path);
  const weights = findWeights(folder);
  const extract = await load(folder, weights, modules);
  // onnxruntime uses every core for one batch.
  const limit = createLimiter(1);

  async function embed(texts: string[], dim?: number): Promise<Float32Array[]> {
    try {
      return (await limit(() => extract(texts))).map((vector) => unitVector(vector, 'onnx encoder', dim));
    } catch (error) {
      if (error instanceof PointsmanError) throw error;
      throw new PointsmanError('encoder_unavailable', `onnx encoder: ${messageOf(error)}`, { cause: error });
    }
  }

  const dim = (await embed(['ready']))[0]?.length ?? 0;
  return {
    id: `onnx:${await digest(weights.file, join(folder, 'tokenizer.json'))}`,
    dim,
    encode: (texts) =>
      encodeNonEmpty(texts, dim, async (some) =>
        (await Promise.all(chunks(some, BATCH).map((batch) => embed(batch, dim)))).flat(),
      ),
  };
}
