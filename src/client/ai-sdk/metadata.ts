import type { createOpenAICompatible } from '@ai-sdk/openai-compatible';

type Model = ReturnType<ReturnType<typeof createOpenAICompatible>['chatModel']>;
type ProviderMetadata = NonNullable<Awaited<ReturnType<Model['doGenerate']>>['providerMetadata']>;

/** What decided an answer, by the headers that it came with. */
export interface DecisionMetadata {
  /** Id of the decision: what feedback names. */
  decision: string;
  /** The LLM that answered. */
  model: string;
  /** The policy that it was chosen by; null where the call named the LLM. */
  policy: string | null;
  /** Quality and cost that were expected, where they were. */
  quality: number | null;
  costUsd: number | null;
}

const numberOr = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

/** Metadata of an answer with those of its decision, where its headers tell of one. */
export function withMetadata(
  known: ProviderMetadata | undefined,
  headers: Record<string, string> | undefined = {},
): ProviderMetadata {
  const [decision, model] = [headers['x-pointsman-decision'], headers['x-pointsman-model']];
  if (decision === undefined || model === undefined) return known ?? {};
  const told = {
    decision,
    model,
    policy: headers['x-pointsman-policy'] ?? null,
    quality: numberOr(headers['x-pointsman-quality']),
    costUsd: numberOr(headers['x-pointsman-cost-usd']),
  } satisfies DecisionMetadata;
  return { ...known, pointsman: { ...known?.['pointsman'], ...told } };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What decided an answer; of one that is streamed, once it has ended. */
export async function metadataOf(answer: { providerMetadata?: unknown }): Promise<DecisionMetadata | undefined> {
  const known: unknown = await answer.providerMetadata;
  const told = isObject(known) ? known['pointsman'] : undefined;
  return isObject(told) && typeof told['decision'] === 'string' ? (told as unknown as DecisionMetadata) : undefined;
}
