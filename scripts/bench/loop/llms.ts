import type { Rng } from '../../../src/base/rng.js';
import { LlmProfile } from '../../../src/schema/profile.js';
import { answer, expectedScore, writeQuery } from '../../../src/simulator/simulator.js';
import { TASKS } from '../../../src/simulator/tasks.js';
import type { SimulatedLlm, SimulatedQuery } from '../../../src/simulator/types.js';

/** What each LLM can do, in the order of the simulator's tasks; prices and speed are alike, so that quality decides. */
const SKILLS: Readonly<Record<string, readonly number[]>> = {
  'loop/all-round': [0.7, 0.66, 0.68, 0.68, 0.7, 0.72, 0.74, 0.64],
  'loop/numbers': [0.8, 0.78, 0.5, 0.42, 0.46, 0.5, 0.48, 0.66],
  'loop/programs': [0.56, 0.56, 0.82, 0.42, 0.48, 0.68, 0.5, 0.66],
  'loop/prose': [0.46, 0.42, 0.44, 0.78, 0.8, 0.66, 0.6, 0.46],
  'loop/facts': [0.44, 0.4, 0.42, 0.56, 0.64, 0.78, 0.84, 0.46],
  'loop/puzzles': [0.66, 0.56, 0.56, 0.5, 0.52, 0.56, 0.56, 0.76],
};

/** An LLM whose true skills are known to the simulation alone: its profile declares a price and no strength. */
export const LOOP_LLMS: readonly SimulatedLlm[] = Object.entries(SKILLS).map(([id, skills]) => ({
  profile: LlmProfile.parse({ id, input_price: 0.5, output_price: 2, context_tokens: 128_000 }),
  skill: Object.fromEntries(TASKS.map((task, t) => [task.id, skills[t]!])),
  startMs: 250,
  tokenMs: 10,
  verbosity: 1,
}));

const byId = new Map(LOOP_LLMS.map((llm) => [llm.profile.id as string, llm]));

export function llmNamed(id: string): SimulatedLlm {
  const llm = byId.get(id);
  if (llm === undefined) throw new Error(`expected an LLM of the simulation, got ${id}`);
  return llm;
}

/** True expected quality of an LLM's answer, in [0, 1]. */
export const trueQuality = (id: string, query: SimulatedQuery): number => expectedScore(llmNamed(id), query);

/** Quality of one answer, and what it took. */
export const answerOf = (rng: Rng, id: string, query: SimulatedQuery): ReturnType<typeof answer> =>
  answer(rng, llmNamed(id), query);

/** The LLM that is expected to do best on a query, by all that is true. */
export function bestFor(query: SimulatedQuery): string {
  const [first, ...others] = LOOP_LLMS;
  return others.reduce((a, b) => (expectedScore(b, query) > expectedScore(a, query) ? b : a), first!).profile.id;
}

/** Queries that means are taken of. */
const MANY = 20_000;

/** Mean true quality of each LLM over all kinds of query, best first. */
export function meanQualities(rng: Rng): [id: string, mean: number][] {
  const queries = Array.from({ length: MANY }, (_, i) => writeQuery(rng, i % TASKS.length));
  return LOOP_LLMS.map((llm): [string, number] => [
    llm.profile.id,
    queries.reduce((sum, query) => sum + expectedScore(llm, query), 0) / MANY,
  ]).toSorted((a, b) => b[1] - a[1]);
}
