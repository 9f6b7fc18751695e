import { createRng } from '../../src/base/rng.js';
import type { JsonObject } from '../../src/protocol/types.js';
import { numberIn, required, textIn, tokensOf } from './read.js';

const DIMENSIONS = 16;

/** A vector of unit length, the same for the same seed, LLM and input. */
function vectorOf(seed: number, model: string, input: unknown, dimensions: number): Float32Array {
  const rng = createRng(seed).fork(`${model}\n${JSON.stringify(input)}`);
  const vector = Float32Array.from({ length: dimensions }, () => rng.normal());
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

/** OpenAI's embeddings. Throws `Refusal`. */
export function embed(body: JsonObject, seed: number): JsonObject {
  required(body, 'model', 'input');
  const { input } = body;
  const model = textIn(body['model']);
  const isOne = typeof input === 'string' || (Array.isArray(input) && typeof input[0] === 'number');
  const inputs = isOne ? [input] : (input as unknown[]);
  const dimensions = numberIn(body['dimensions']) ?? DIMENSIONS;
  const tokens = inputs.reduce<number>((sum, one) => sum + (Array.isArray(one) ? one.length : tokensOf(one)), 0);
  return {
    object: 'list',
    data: inputs.map((one, index) => {
      const vector = vectorOf(seed, model, one, dimensions);
      const embedding =
        body['encoding_format'] === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
      return { object: 'embedding', index, embedding };
    }),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
