import { encodeSome } from '../encoder/some.js';
import type { Encoder } from '../encoder/types.js';
import { declaredStrength, type Benchmarks, type Declaring } from './benchmarks.js';
import type { LlmProfile } from '../schema/profile.js';

/** Declared numbers and, for each, whether it is declared: a missing one is masked, not guessed. */
const NUMBERS: ((llm: LlmProfile, overall: number | undefined) => number | undefined)[] = [
  (llm) => log10(llm.size_b, 1),
  (llm) => log10(llm.input_price, 0),
  (llm) => log10(llm.output_price, 0),
  (llm) => log10(llm.context_tokens, 4.5),
  (_llm, overall) => (overall === undefined ? undefined : BENCHMARK_GAIN * overall),
];

/** Brings what LLMs differ by on benchmarks to about 1. */
const BENCHMARK_GAIN = 4;

function log10(value: number | undefined, centre: number): number | undefined {
  return value === undefined ? undefined : Math.log10(value + 0.01) - centre;
}

/** Length of a vector of facts for an encoder of dimension `dim`. */
export const factsLength = (dim: number): number => dim + 2 * NUMBERS.length;

/**
 * What is declared of one LLM as a vector `[factsLength(dim)]`: its description encoded, numbers, and which are known.
 *
 * @param overall how much better than usual it is by what it declares; see `declaredStrength`
 */
export function factsVector(llm: LlmProfile, description: Float32Array, overall?: number): Float32Array {
  const vector = new Float32Array(factsLength(description.length));
  vector.set(description);
  NUMBERS.forEach((read, k) => {
    const value = read(llm, overall);
    if (value === undefined) return;
    vector[description.length + 2 * k] = value;
    vector[description.length + 2 * k + 1] = 1;
  });
  return vector;
}

/** The text of an LLM that is encoded: description and tags; zero vector where there is none. */
export async function encodeFacts(
  encoder: Encoder,
  { llms, metrics }: Declaring,
  benchmarks: Benchmarks,
): Promise<Float32Array[]> {
  const texts = llms.map((llm) => [llm.description ?? '', ...(llm.tags ?? [])].join(' ').trim());
  const vectors = await encodeSome(encoder, texts);
  return llms.map((llm, l) => factsVector(llm, vectors[l]!, declaredStrength(llm, benchmarks, metrics).overall));
}
