import type { Rng } from '../base/rng.js';
import { DAY_MS, HOUR_MS } from '../base/units.js';
import { TASKS } from './tasks.js';
import { answer, writeQuery } from './simulator.js';
import type { Episode, SimulatedAnswer, SimulatedLlm, SimulatedRequest } from './types.js';

/** How much is asked at a time, beside the mean: more by day than by night, on weekdays, and as time goes on. */
function busyness(at: number, { from, to }: { from: number; to: number }): number {
  const hour = (at % DAY_MS) / HOUR_MS;
  const weekday = new Date(at).getUTCDay();
  const byHour = 1 + 0.75 * Math.sin(((hour - 8) / 24) * 2 * Math.PI);
  const grown = 0.7 + 0.6 * ((at - from) / (to - from));
  return byHour * grown * (weekday === 0 || weekday === 6 ? 0.55 : 1);
}

/** The most that {@link busyness} is. */
const BUSIEST = 1.75 * 1.3;
/** Share of the queries that come in the last two hours, so that these have some to be seen. */
const LATE_SHARE = 0.012;
const LATE_MS = 2 * HOUR_MS;
const LABELLED = 0.7;

/** Times of `count` queries between two, in order. */
function timesOf(rng: Rng, count: number, span: { from: number; to: number }): number[] {
  const times: number[] = [];
  while (times.length < count) {
    const isLate = rng.next() < LATE_SHARE;
    const at = isLate ? span.to - rng.next() * LATE_MS : span.from + rng.next() * (span.to - span.from);
    if (isLate || rng.next() * BUSIEST < busyness(at, span)) times.push(Math.floor(at));
  }
  return times.toSorted((a, b) => a - b);
}

/** Invented queries as they come over some days, in order of time. */
export function simulateTraffic(rng: Rng, count: number, span: { from: number; to: number }): SimulatedRequest[] {
  const writing = rng.fork('written');
  return timesOf(rng, count, span).map((at) => ({
    at,
    query: writeQuery(writing, writing.int(TASKS.length)),
    isLabelled: writing.next() < LABELLED,
  }));
}

/** What an LLM answers at a time, with what it went through then; of the query it says nothing. */
export function answerAt(
  rng: Rng,
  llm: SimulatedLlm,
  { query, at }: SimulatedRequest,
  episodes: readonly Episode[],
): SimulatedAnswer {
  let skill = llm.skill[query.task.id]!;
  for (const { model, from, to, task = query.task.id, skillLost = 0, failing = 0 } of episodes) {
    if (model !== llm.profile.id || at < from || at >= to || task !== query.task.id) continue;
    skill -= skillLost;
    if (rng.next() < failing) return { score: 0, latency_ms: 30_000, error: 'timeout' };
  }
  const now = { ...llm, skill: { ...llm.skill, [query.task.id]: skill } };
  const { query: _query, model: _model, task: _task, domain: _domain, ...answered } = answer(rng, now, query);
  return answered;
}
