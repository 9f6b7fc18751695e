import type { Pace } from '../../base/pace.js';
import { sha256 } from '../../base/hash.js';
import { chancesOf } from '../../policy/explore.js';
import type { Exclusion } from '../../policy/constraints.js';
import { currentRules } from '../../schema/exploration.js';
import type { Outcome } from '../../schema/decision.js';
import { Rules } from '../../schema/policy.js';
import type { RankedLlm } from '../../schema/route.js';
import type { KeptDecision } from '../../store/ports/decisions.js';
import type { Ledger } from '../../store/ports/index.js';

/** Decisions, or answers, read at a time. */
const READ = 200;
/** Fewer decisions that chance had a part in don't stand for all. */
const FEWEST_EXPLORED = 200;
/** From this chance on, a choice was as good as certain. */
const CERTAIN = 0.99;

/** A choice that was made, and what came of it. */
export interface LoggedChoice {
  /** Id of the decision; null for an answer that names none. */
  id: string | null;
  /** Milliseconds since the epoch; null where nobody told. */
  at: number | null;
  queryHash: string;
  /** Null where it is no longer kept. */
  query: string | null;
  task: string | null;
  model: string;
  version: string | null;
  policy: string | null;
  rules: Rules;
  ranking: readonly RankedLlm[];
  excluded: readonly Exclusion[];
  /** NaN where nobody logged it. */
  propensity: number;
  /** Whether chance had a part in it, or might have had. */
  explores: boolean;
  /** NaN where nobody told. */
  score: number;
  costUsd: number;
  latencyMs: number;
}

type ReadFrom = Pick<Ledger, 'decisions' | 'feedback' | 'snapshot'>;

/** What came of a decision's own LLM: the mean of its scores by weight, and the newest cost and latency. */
function endOf(model: string, outcomes: readonly Outcome[]): Pick<LoggedChoice, 'score' | 'costUsd' | 'latencyMs'> {
  let [sum, weights] = [0, 0];
  let [costUsd, latencyMs] = [NaN, NaN];
  for (const outcome of outcomes) {
    if (outcome.model !== model) continue;
    const { weight = 1 } = outcome;
    if (outcome.score !== null) [sum, weights] = [sum + weight * outcome.score, weights + weight];
    costUsd = outcome.cost_usd ?? costUsd;
    latencyMs = outcome.latency_ms ?? latencyMs;
  }
  return { score: weights === 0 ? NaN : sum / weights, costUsd, latencyMs };
}

/** Rules as they were logged; those of another form than rules have now say nothing. */
function rulesIn(json: string): Rules {
  const { data } = Rules.safeParse(currentRules(JSON.parse(json)));
  return data ?? {};
}

/** A decision as it is judged by; null for a cascade, and for who stayed whatever its policy would have chosen. */
function choiceOf(kept: KeptDecision, outcomes: readonly Outcome[]): LoggedChoice | null {
  const { id, at, queryHash, query, task, model, version, policy, propensity } = kept;
  if (kept.cascade !== null) return null;
  const rules = rulesIn(kept.rules);
  const ranking = JSON.parse(kept.ranking) as RankedLlm[];
  const place = ranking.findIndex((llm) => llm.model === model);
  if (place < 0) return null;
  const chances = chancesOf(ranking, rules, { isLearned: version !== null });
  const stayed = propensity === 1 && ranking.length > 1 && chances !== null && chances[place]! < CERTAIN;
  if (stayed) return null;
  return {
    id,
    at,
    queryHash,
    query,
    task,
    model,
    version,
    policy,
    propensity,
    rules,
    ranking,
    excluded: JSON.parse(kept.excluded) as Exclusion[],
    explores: propensity < 1 || chances !== null,
    ...endOf(model, outcomes),
  };
}

/** Adds the texts that the log of answers still has. */
async function withTexts(choices: readonly LoggedChoice[], { snapshot }: ReadFrom): Promise<LoggedChoice[]> {
  const without = choices.filter(({ query }) => query === null);
  if (without.length === 0) return [...choices];
  const texts = await snapshot.texts(without.map(({ queryHash }) => queryHash));
  const found = new Map(without.map((choice, i) => [choice, texts[i] ?? null]));
  return choices.map((choice) => ({ ...choice, query: choice.query ?? found.get(choice) ?? null }));
}

/** Decisions since `from`, newest first, `most` of them at most. */
async function decisionsSince(ledger: ReadFrom, from: number, most: number, pace: Pace): Promise<LoggedChoice[]> {
  const choices: LoggedChoice[] = [];
  let before: string | undefined;
  while (choices.length < most) {
    const page = await ledger.decisions.list({ from, before, limit: READ });
    const ends = await ledger.decisions.outcomes(page.map(({ id }) => id));
    const made = page.flatMap((kept) => choiceOf(kept, ends.get(kept.id) ?? []) ?? []);
    choices.push(...(await withTexts(made, ledger)));
    if (page.length < READ) break;
    before = page.at(-1)!.id;
    await pace.rest();
  }
  return choices.slice(0, most);
}

/** An answer that names no decision says nothing of how its LLM was chosen. */
const UNTOLD: Omit<LoggedChoice, 'queryHash' | 'query' | 'task' | 'model' | 'score'> = {
  id: null,
  at: null,
  version: null,
  policy: null,
  rules: {},
  ranking: [],
  excluded: [],
  propensity: NaN,
  explores: true,
  costUsd: NaN,
  latencyMs: NaN,
};

/** The newest answers with a score, whoever chose their LLMs, newest first. */
async function newestAnswers(ledger: ReadFrom, most: number, pace: Pace): Promise<LoggedChoice[]> {
  const choices: LoggedChoice[] = [];
  const newest = await ledger.feedback.position();
  let position = Math.max(0, newest - most);
  for (;;) {
    const { answers, position: next } = await ledger.feedback.after(position, READ);
    for (const { query, task, model, score } of answers)
      choices.push({
        ...UNTOLD,
        queryHash: sha256(query),
        query,
        task: task ?? null,
        model,
        score,
      });
    position = next;
    if (answers.length < READ) break;
    await pace.rest();
  }
  return choices.toReversed();
}

/** What a preview is made of. */
export interface Gathered {
  source: 'decisions' | 'answers';
  /** Newest first. */
  choices: LoggedChoice[];
}

const isScored = ({ score }: LoggedChoice): boolean => !Number.isNaN(score);

/**
 * The newest choices that a policy can be judged by: decisions since `from`, and where none of these has a score,
 * answers that name no decision. Where enough decisions explored, those that did not are left out: they tell nothing
 * of the LLMs that they did not choose.
 */
export async function gather(ledger: ReadFrom, from: number, most: number, pace: Pace): Promise<Gathered> {
  const all = await decisionsSince(ledger, from, most, pace);
  const explored = all.filter(({ explores }) => explores);
  const choices = explored.filter(isScored).length >= FEWEST_EXPLORED ? explored : all;
  if (choices.some(isScored)) return { source: 'decisions', choices };
  const answers = await newestAnswers(ledger, most, pace);
  return answers.length > 0 ? { source: 'answers', choices: answers } : { source: 'decisions', choices };
}
