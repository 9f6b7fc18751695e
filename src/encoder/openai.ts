import { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { createOpenAIClient, endpointUrl, type OpenAIClientOptions } from '../base/openai-client.js';
import { parse } from '../schema/parse.js';
import { createLimiter } from './limiter.js';
import type { Encoder } from './types.js';
import { chunks, encodeNonEmpty, unitVector } from './vectors.js';

export interface OpenAIEncoderOptions extends Pick<
  OpenAIClientOptions,
  'model' | 'baseUrl' | 'apiKey' | 'timeoutMs' | 'retries' | 'backoffMs' | 'random' | 'sleep'
> {
  /** Texts a request. */
  batchSize?: number;
  /** Characters of a text that are sent: endpoints refuse a request with one text too long for the model. */
  maxCharacters?: number;
  /** Requests at a time, over all callers. */
  concurrency?: number;
}

const ENDPOINT = {
  what: 'encoder',
  path: 'embeddings',
  keyName: 'POINTSMAN_ENCODER_API_KEY',
  code: 'encoder_unavailable',
} as const;

const answerSchema = z.object({
  data: z.array(z.object({ index: z.number().int().nonnegative(), embedding: z.array(z.number()).min(1) })),
});

/** The address to post to. Throws `invalid_config` for what is no http(s) URL, or one with a password in it. */
export const embeddingsUrl = (baseUrl: string): URL => endpointUrl({ ...ENDPOINT, baseUrl });

/**
 * Embeddings from any endpoint that speaks OpenAI's `POST /v1/embeddings`. The dimension is learned from
 * a first call, made here. Throws `encoder_unavailable`; no message ever holds the key.
 */
export async function openOpenAIEncoder(options: OpenAIEncoderOptions): Promise<Encoder> {
  const { batchSize = 64, maxCharacters = 8000, concurrency = 4, ...rest } = options;
  const { model } = rest;
  const { url, where, post } = createOpenAIClient({ ...rest, ...ENDPOINT });
  const limit = createLimiter(concurrency);

  /** One batch, in order; the answer may come in any. */
  async function embed(texts: string[], dim?: number): Promise<Float32Array[]> {
    const input = texts.map((text) => text.slice(0, maxCharacters));
    const answer = await limit(() => post(JSON.stringify({ model, input, encoding_format: 'float' })));
    const { data } = parse(answerSchema, answer, 'encoder_unavailable', where);
    const vectors: (Float32Array | undefined)[] = input.map(() => undefined);
    for (const { index, embedding } of data)
      if (index < input.length) vectors[index] = unitVector(embedding, where, dim);
    const whole = vectors.filter((vector) => vector !== undefined);
    if (whole.length !== input.length)
      throw new PointsmanError(
        'encoder_unavailable',
        `${where}: expected ${input.length} embeddings, got ${whole.length}`,
      );
    return whole;
  }

  const dim = (await embed(['ready']))[0]?.length ?? 0;
  return {
    id: `openai:${model}@${url.origin}${url.pathname.replace(/\/embeddings$/, '')}`,
    dim,
    encode: (texts) =>
      encodeNonEmpty(texts, dim, async (some) =>
        (await Promise.all(chunks(some, batchSize).map((batch) => embed(batch, dim)))).flat(),
      ),
  };
}
