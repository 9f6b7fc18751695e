import type { Rng } from '../base/rng.js';
import { Interaction } from '../schema/feedback.js';
import { rounded } from './llms.js';
import { TASKS } from './tasks.js';
import type { SimulatedLlm, SimulatedQuery } from './types.js';

/** How sharply the chance of a right answer falls where difficulty passes skill. */
const SLOPE = 9;
/** Standard deviation of what makes a query hard without showing in its text. */
const HIDDEN_DIFFICULTY = 0.05;
const FAILURE_RATE = 0.003;
const CHARACTERS_PER_TOKEN = 4;

/** A query of the given task; all chance comes from `rng`. */
export function writeQuery(rng: Rng, taskIndex: number): SimulatedQuery {
  const task = TASKS[taskIndex]!;
  const { text, difficulty } = task.write(rng);
  return { text, difficulty: difficulty + HIDDEN_DIFFICULTY * rng.normal(), task };
}

/** Expected score of an LLM on a query, in [0, 1]. */
export function expectedScore(llm: SimulatedLlm, query: SimulatedQuery): number {
  return 1 / (1 + Math.exp(-SLOPE * (llm.skill[query.task.id]! - query.difficulty)));
}

/** One answer: score, tokens, cost in US dollars, latency in milliseconds; now and then a failure. */
export function answer(rng: Rng, llm: SimulatedLlm, query: SimulatedQuery): Interaction {
  const { profile } = llm;
  const promptTokens = Math.ceil(query.text.length / CHARACTERS_PER_TOKEN) + 8;
  const about = {
    query: query.text,
    model: profile.id,
    task: query.task.id,
    domain: query.task.domain,
    prompt_tokens: promptTokens,
  };
  if (rng.next() < FAILURE_RATE) return Interaction.parse({ ...about, score: 0, latency_ms: 30_000, error: 'timeout' });
  const expected = expectedScore(llm, query);
  const score =
    query.task.scoring === 'exact'
      ? Number(rng.next() < expected)
      : rounded(Math.min(1, Math.max(0, expected + 0.06 * rng.normal())), 3);
  const completionTokens = Math.max(
    1,
    Math.round(
      query.task.answerTokens *
        llm.verbosity *
        (0.7 + 0.8 * Math.max(0, query.difficulty)) *
        Math.exp(0.25 * rng.normal()),
    ),
  );
  return Interaction.parse({
    ...about,
    score,
    completion_tokens: completionTokens,
    cost_usd: rounded((promptTokens * profile.input_price! + completionTokens * profile.output_price!) / 1e6, 9),
    latency_ms: rounded((llm.startMs + completionTokens * llm.tokenMs) * Math.exp(0.15 * rng.normal()), 1),
  });
}
