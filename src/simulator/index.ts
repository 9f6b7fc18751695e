import { PointsmanError } from '../base/errors.js';
import { createRng } from '../base/rng.js';
import type { Interaction } from '../schema/feedback.js';
import type { Ledger } from '../ledger/types.js';
import { createLlms, DEFAULT_LLMS, FAMILIES, MAX_LLMS } from './llms.js';
import { answer, writeQuery } from './simulator.js';
import { DOMAINS, TASKS } from './tasks.js';
import type { SimulatedQuery, Simulation } from './types.js';

export type * from './types.js';
export { createLlms } from './llms.js';
export { answer, expectedScore, writeQuery } from './simulator.js';
export { TASKS } from './tasks.js';

export const MAX_QUERIES = 20_000;

export interface SimulateOptions {
  /** The same seed gives the same simulation. */
  seed: number;
  /** 1 to 400; default 8. */
  llms?: number;
  /** 1 to 20000, each of another text; default 1500. */
  queries?: number;
}

/**
 * Invented LLMs answering invented queries, for demonstrations: specialists, generalists and small ones, so that it
 * pays to choose. Every profile says that it is simulated.
 */
export function simulate({ seed, llms = DEFAULT_LLMS, queries = 1500 }: SimulateOptions): Simulation {
  check('llms', llms, MAX_LLMS);
  check('queries', queries, MAX_QUERIES);
  const rng = createRng(seed);
  const simulated = createLlms(rng, llms);
  const answering = rng.fork('answers');
  const rows: Interaction[] = [];
  for (const query of writeQueries(seed, queries)) for (const llm of simulated) rows.push(answer(answering, llm, query));
  return {
    profiles: simulated.map((llm) => llm.profile),
    families: FAMILIES.map((family) => ({ ...family })),
    tasks: TASKS.map(({ id, description, domain }) => ({ id, description, domain })),
    domains: DOMAINS.map((domain) => ({ ...domain })),
    rows,
  };
}

/** Writes a simulation into a ledger, all of it or nothing. */
export async function loadSimulation(ledger: Ledger, simulation: Simulation): Promise<void> {
  await ledger.bulk(async ({ catalog, interaction }) => {
    for (const { id, description } of simulation.families) catalog.putFamily(id, description);
    for (const { id, description } of simulation.domains) catalog.putDomain(id, description);
    for (const { id, description, domain } of simulation.tasks) {
      catalog.putTask(id, description);
      catalog.linkTaskDomain(id, domain);
    }
    for (const profile of simulation.profiles) catalog.mergeLlm(profile);
    for (const row of simulation.rows) interaction(row);
  });
}

/** `count` queries of different text, the tasks in turn. */
function writeQueries(seed: number, count: number): SimulatedQuery[] {
  const rng = createRng(seed).fork('queries');
  const texts = new Set<string>();
  const queries: SimulatedQuery[] = [];
  while (queries.length < count) {
    const query = writeQuery(rng, queries.length % TASKS.length);
    if (texts.has(query.text)) continue;
    texts.add(query.text);
    queries.push(query);
  }
  return queries;
}

function check(field: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) throw new PointsmanError('invalid_request', `${field}: expected an integer from 1 to ${most}, got ${value}`);
}
