/** Traffic of several tasks that a canary takes part in, and what its answers are like. */
import type { Rng } from '../../src/base/rng.js';

export interface Task {
  name: string;
  /** Of all queries. */
  share: number;
  /** Mean score of what is in force; scores are 0 or 1, as wide as scores can be. */
  quality: number;
}

export const TASKS: readonly Task[] = [
  { name: 'chat', share: 0.3, quality: 0.75 },
  { name: 'code', share: 0.25, quality: 0.6 },
  { name: 'extraction', share: 0.2, quality: 0.85 },
  { name: 'math', share: 0.15, quality: 0.5 },
  { name: 'translation', share: 0.1, quality: 0.7 },
];

export interface World {
  /** The task that the candidate is worse on, and by how many points of its mean score; null where it is as good. */
  worse: { task: string; by: number } | null;
  /** Share of the queries of each task that candidate and control ask different LLMs. */
  differs: number;
  /** Share of answers that get a score. */
  scored: number;
}

export interface Answer {
  task: string;
  /** Whether the other arm would have asked another LLM. */
  differs: boolean;
  score: number | null;
  error: number;
  /** Natural logarithm of milliseconds. */
  latency: number;
  cost: number;
  /** Quality that was lost in expectation. */
  lost: number;
}

/** One answer of an arm. What the candidate is worse by, it is where it asks another LLM, and only there. */
export function answerOf(world: World, isCandidate: boolean, chance: Rng): Answer {
  let left = chance.next();
  const task = TASKS.find(({ share }) => (left -= share) < 0) ?? TASKS[0]!;
  const differs = chance.next() < world.differs;
  const isWorse = isCandidate && differs && world.worse?.task === task.name;
  const lost = isWorse ? world.worse!.by / world.differs : 0;
  const score = Number(chance.next() < task.quality - lost);
  return {
    task: task.name,
    differs,
    score: chance.next() < world.scored ? score : null,
    error: Number(chance.next() < 0.01),
    latency: 7 + 0.6 * chance.normal(),
    cost: 0.001 * Math.exp(chance.normal()),
    lost,
  };
}
