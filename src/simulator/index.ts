import { PointsmanError } from '../base/errors.js';
import { createRng, type Rng } from '../base/rng.js';
import type { Interaction } from '../schema/feedback.js';
import type { FeedbackRecord } from '../store/ports/feedback.js';
import type { Ledger } from '../store/ports/index.js';
import { createLlms, DEFAULT_LLMS, FAMILIES, MAX_LLMS } from './llms.js';
import { answer, writeQuery } from './simulator.js';
import { DOMAINS, TASKS } from './tasks.js';
import type { SimulatedLlm, SimulatedQuery, Simulation, SimulationStream } from './types.js';

export type * from './types.js';
export { createLlms } from './llms.js';
export { answer, expectedScore, writeQuery } from './simulator.js';
export { answerAt, simulateTraffic } from './traffic.js';
export { TASKS } from './tasks.js';

export const MAX_QUERIES = 20_000;
export const DEFAULT_QUERIES = 1500;

export interface SimulateOptions {
  /** The same seed gives the same simulation. */
  seed: number;
  /** 1 to 1000; default 8. */
  llms?: number;
  /** 1 to 20000, each of another text; default {@link DEFAULT_QUERIES}. */
  queries?: number;
}

/**
 * Invented LLMs answering invented queries, for demonstrations: specialists, generalists and small ones, so that it
 * pays to choose. Every profile says that it is simulated.
 */
export function simulate({ seed, llms = DEFAULT_LLMS, queries = DEFAULT_QUERIES }: SimulateOptions): Simulation {
  check('llms', llms, MAX_LLMS);
  check('queries', queries, MAX_QUERIES);
  const rng = createRng(seed);
  const simulated = createLlms(rng, llms);
  const answering = rng.fork('answers');
  const rows: Interaction[] = [];
  for (const query of writeQueries(seed, queries))
    for (const llm of simulated) rows.push(answer(answering, llm, query));
  return { ...catalogOf(simulated), rows };
}

export interface StreamOptions {
  seed: number;
  /** 1 to 1000. */
  llms: number;
  interactions: number;
  /** LLMs, drawn by chance, that answer a query; default 8. */
  answers?: number;
}

/** A simulated log of any length; a text that is written again is the same query. */
export function simulateStream({ seed, llms, interactions, answers = 8 }: StreamOptions): SimulationStream {
  check('llms', llms, MAX_LLMS);
  const rng = createRng(seed);
  const simulated = createLlms(rng, llms);
  return { ...catalogOf(simulated), rows: answerSome(rng, simulated, interactions, Math.min(answers, llms)) };
}

function* answerSome(rng: Rng, llms: SimulatedLlm[], interactions: number, answers: number): Generator<Interaction> {
  const [writing, answering] = [rng.fork('queries'), rng.fork('answers')];
  for (let made = 0; made < interactions;) {
    const query = writeQuery(writing, writing.int(TASKS.length));
    for (let i = 0; i < answers && made < interactions; i++, made++) {
      const drawn = i + answering.int(llms.length - i);
      [llms[i], llms[drawn]] = [llms[drawn]!, llms[i]!];
      yield answer(answering, llms[i]!, query);
    }
  }
}

function catalogOf(llms: readonly SimulatedLlm[]): Omit<Simulation, 'rows'> {
  return {
    profiles: llms.map((llm) => llm.profile),
    families: FAMILIES.map((family) => ({ ...family })),
    tasks: TASKS.map(({ id, description, domain }) => ({ id, description, domain })),
    domains: DOMAINS.map((domain) => ({ ...domain })),
  };
}

/** Rows written at a time. */
const ROWS_AT_ONCE = 1_000;

/** Writes a simulation into a ledger, all of it or nothing. */
export async function loadSimulation(ledger: Pick<Ledger, 'imports'>, simulation: SimulationStream): Promise<void> {
  const writer = await ledger.imports.begin();
  try {
    for (const { id, description } of simulation.families) await writer.describe('family', id, description);
    for (const { id, description } of simulation.domains) await writer.describe('domain', id, description);
    for (const { id, description, domain } of simulation.tasks) {
      await writer.describe('task', id, description);
      await writer.linkTaskDomain(id, domain);
    }
    for (const profile of simulation.profiles) await writer.mergeLlm(profile);
    let records: FeedbackRecord[] = [];
    for (const value of simulation.rows) {
      if (records.push({ kind: 'interaction', value }) < ROWS_AT_ONCE) continue;
      await writer.add(records);
      records = [];
    }
    await writer.add(records);
    await writer.commit();
  } finally {
    await writer.end();
  }
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
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new PointsmanError('invalid_request', `${field}: expected an integer from 1 to ${most}, got ${value}`);
}
