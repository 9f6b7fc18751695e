import { z } from 'zod';
import type { Behaviour } from '../../../scripts/provider/behaviour.js';
import { textFor } from '../../../scripts/provider/reply.js';
import { SEED } from '../support.js';

export const QUERY = 'A train leaves Ghent at 9:40. When does it arrive?';

/** LLMs of the local provider, as all clients meet them. */
export const MODELS: Readonly<Record<'small' | 'slow', Partial<Behaviour>>> = {
  small: { usage: { prompt: 100, completion: 20, cached: 40, reasoning: 5 } },
  slow: { chunks: 200, chunkMs: 20 },
};

/** What the local provider's LLM `small` answers to the query. */
export const TEXT = textFor(SEED, 'small', QUERY);

/** What a tool of these tests takes and answers. */
export const Place = z.object({ city: z.string(), days: z.number().int().min(1).max(7) });
export type Place = z.infer<typeof Place>;
export const FORECAST = 'It will be sunny.';

/** What an LLM is to answer as JSON. */
export const Arrival = z.object({
  place: z.enum(['Liège', 'Ostend']),
  hour: z.number().int().min(0).max(23),
  stops: z.array(z.object({ name: z.string(), minutes: z.number() })),
  late: z.boolean(),
  note: z.string().nullable(),
});

/** All of a stream. */
export async function allOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}
