import type { Encoder } from '../encoder/types.js';
import type { LlmProfile } from '../schema/profile.js';

/** Declared numbers and, for each, whether it is declared: a missing one is masked, not guessed. */
const NUMBERS: ((llm: LlmProfile) => number | undefined)[] = [
  (llm) => log10(llm.size_b, 1),
  (llm) => log10(llm.input_price, 0),
  (llm) => log10(llm.output_price, 0),
  (llm) => log10(llm.context_tokens, 4.5),
  (llm) => {
    const scores = Object.values(llm.benchmarks ?? {});
    return scores.length === 0 ? undefined : 2 * (scores.reduce((a, b) => a + b, 0) / scores.length - 0.5);
  },
];

function log10(value: number | undefined, centre: number): number | undefined {
  return value === undefined ? undefined : Math.log10(value + 0.01) - centre;
}

/** Length of a vector of facts for an encoder of dimension `dim`. */
export const factsLength = (dim: number): number => dim + 2 * NUMBERS.length;

/**
 * What is declared of one LLM as a vector `[factsLength(dim)]`: its description encoded, numbers, and which are known.
 */
export function factsVector(llm: LlmProfile, description: Float32Array): Float32Array {
  const vector = new Float32Array(factsLength(description.length));
  vector.set(description);
  NUMBERS.forEach((read, k) => {
    const value = read(llm);
    if (value === undefined) return;
    vector[description.length + 2 * k] = value;
    vector[description.length + 2 * k + 1] = 1;
  });
  return vector;
}

/** The text of an LLM that is encoded: description and tags; zero vector where there is none. */
export async function encodeFacts(encoder: Encoder, llms: readonly LlmProfile[]): Promise<Float32Array[]> {
  const texts = llms.map((llm) => [llm.description ?? '', ...(llm.tags ?? [])].join(' ').trim());
  const vectors = await encodeSome(encoder, texts);
  return llms.map((llm, l) => factsVector(llm, vectors[l]!));
}

/** Encodes texts; an empty one is the zero vector, without asking the encoder. */
export async function encodeSome(encoder: Encoder, texts: readonly string[]): Promise<Float32Array[]> {
  const filled = texts.filter((t) => t !== '');
  const vectors = filled.length > 0 ? await encoder.encode(filled) : [];
  let next = 0;
  return texts.map((t) => (t === '' ? new Float32Array(encoder.dim) : vectors[next++]!));
}
