import { z } from 'zod';
import { BillionParameters, TokenPrice } from '../schema/amounts.js';
import { type LlmProfile, LlmProfile as LlmProfileSchema } from '../schema/profile.js';
import { parse } from '../schema/parse.js';
import { invalid } from './source.js';

const SIZE = /^(?:(\d+)\s*[x×]\s*)?(\d+(?:\.\d+)?)\s*([BM])$/i;

/** LLM features as RouteProfile and LLMRouter write them, by LLM id; other fields are left aside. */
export const LlmFeature = z.object({
  size: z.union([z.string().regex(SIZE, 'a size such as "7B", "8x7B" or "350M"'), BillionParameters]).nullish(),
  parameters: BillionParameters.nullish().describe('In billions'),
  feature: z.string().nullish(),
  input_price: TokenPrice.nullish(),
  output_price: TokenPrice.nullish(),
  architecture: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  detailed_scores: z.record(z.string(), z.number().min(-100).max(100).nullable()).nullish().describe('In percent'),
});
type LlmFeature = z.infer<typeof LlmFeature>;

/** Fields that tell a feature file from others. */
export const FEATURE_FIELDS: readonly string[] = Object.keys(LlmFeature.shape);

/** The profiles of a feature file. Throws `invalid_file` naming LLM and field. */
export function profilesOfFeatures(path: string, features: Record<string, unknown>): LlmProfile[] {
  return Object.entries(features).map(([id, value]) =>
    profileOf(path, id, parse(LlmFeature, value, 'invalid_file', `${path}, ${id}`)),
  );
}

function profileOf(path: string, id: string, feature: LlmFeature): LlmProfile {
  // A benchmark that rewards relative to a reference (WildBench) may go below zero; a profile's scores may not.
  const benchmarks = Object.entries(feature.detailed_scores ?? {}).flatMap(([task, percent]) =>
    percent === null ? [] : [[task, Math.round(Math.max(0, percent) * 1e4) / 1e6]],
  );
  const facts = {
    id,
    description: feature.feature,
    family: feature.architecture,
    size_b: feature.parameters ?? sizeInBillions(path, id, feature.size),
    input_price: feature.input_price,
    output_price: feature.output_price,
    benchmarks: benchmarks.length > 0 ? Object.fromEntries(benchmarks) : null,
    tags: feature.tags?.length ? feature.tags : null,
  };
  const known = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null && fact !== undefined));
  return parse(LlmProfileSchema, known, 'invalid_file', `${path}, ${id}`);
}

/** "7B" → 7, "8x7B" → 56, "350M" → 0.35. */
function sizeInBillions(path: string, id: string, size: LlmFeature['size']): number | null {
  if (size === null || size === undefined || typeof size === 'number') return size ?? null;
  const match = SIZE.exec(size);
  if (match === null) throw invalid(path, `${id}: size: expected "7B", "8x7B" or "350M", got ${JSON.stringify(size)}`);
  return (Number(match[1] ?? 1) * Number(match[2])) / (match[3]!.toUpperCase() === 'M' ? 1000 : 1);
}
