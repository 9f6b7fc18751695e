import type { Rng } from '../base/rng.js';
import { LlmProfile } from '../schema/profile.js';
import { TASKS } from './tasks.js';
import type { SimulatedLlm } from './types.js';

export const FAMILIES = [
  {
    id: 'sim-atlas',
    description: 'A simulated family of general-purpose LLMs, from tiny to large. It does not exist.',
  },
  { id: 'sim-guild', description: 'A simulated family of specialists, each trained for one trade. It does not exist.' },
  { id: 'sim-summit', description: 'A simulated family of very large LLMs. It does not exist.' },
] as const;

interface Entry {
  id: string;
  about: string;
  family: string;
  size_b: number;
  /** US dollars per million input and output tokens. */
  price: [input: number, output: number];
  context_tokens: number;
  startMs: number;
  tokenMs: number;
  verbosity: number;
  /** In the order of {@link TASKS}. */
  skill: number[];
}

const ROSTER: readonly Entry[] = [
  {
    id: 'sim/summit-140b',
    about: 'the largest, strong at everything and expensive',
    family: 'sim-summit',
    size_b: 140,
    price: [2.5, 10],
    context_tokens: 200_000,
    startMs: 900,
    tokenMs: 28,
    verbosity: 1.3,
    skill: [0.74, 0.7, 0.72, 0.72, 0.78, 0.8, 0.88, 0.84],
  },
  {
    id: 'sim/atlas-70b',
    about: 'a large generalist',
    family: 'sim-atlas',
    size_b: 70,
    price: [0.6, 0.9],
    context_tokens: 128_000,
    startMs: 450,
    tokenMs: 16,
    verbosity: 1.1,
    skill: [0.64, 0.6, 0.62, 0.68, 0.72, 0.74, 0.74, 0.62],
  },
  {
    id: 'sim/atlas-8b',
    about: 'a small generalist',
    family: 'sim-atlas',
    size_b: 8,
    price: [0.06, 0.1],
    context_tokens: 128_000,
    startMs: 160,
    tokenMs: 6,
    verbosity: 1,
    skill: [0.46, 0.4, 0.42, 0.48, 0.56, 0.6, 0.46, 0.34],
  },
  {
    id: 'sim/comet-3b',
    about: 'tiny, cheap and fast, good enough for what is simple',
    family: 'sim-atlas',
    size_b: 3,
    price: [0.02, 0.04],
    context_tokens: 32_000,
    startMs: 70,
    tokenMs: 3,
    verbosity: 0.8,
    skill: [0.34, 0.28, 0.26, 0.36, 0.46, 0.52, 0.36, 0.22],
  },
  {
    id: 'sim/abacus-14b',
    about: 'a specialist for mathematics',
    family: 'sim-guild',
    size_b: 14,
    price: [0.15, 0.3],
    context_tokens: 32_000,
    startMs: 200,
    tokenMs: 9,
    verbosity: 1.2,
    skill: [0.9, 0.92, 0.5, 0.3, 0.38, 0.48, 0.34, 0.68],
  },
  {
    id: 'sim/forge-22b',
    about: 'a specialist for code',
    family: 'sim-guild',
    size_b: 22,
    price: [0.2, 0.4],
    context_tokens: 64_000,
    startMs: 240,
    tokenMs: 10,
    verbosity: 1,
    skill: [0.54, 0.52, 0.94, 0.32, 0.4, 0.68, 0.36, 0.56],
  },
  {
    id: 'sim/quill-34b',
    about: 'a specialist for language',
    family: 'sim-guild',
    size_b: 34,
    price: [0.3, 0.6],
    context_tokens: 128_000,
    startMs: 300,
    tokenMs: 12,
    verbosity: 1,
    skill: [0.34, 0.28, 0.32, 0.94, 0.94, 0.76, 0.6, 0.38],
  },
  {
    id: 'sim/lantern-12b',
    about: 'a specialist for facts and extraction',
    family: 'sim-guild',
    size_b: 12,
    price: [0.1, 0.2],
    context_tokens: 64_000,
    startMs: 180,
    tokenMs: 8,
    verbosity: 0.7,
    skill: [0.36, 0.3, 0.32, 0.54, 0.64, 0.94, 0.82, 0.36],
  },
];

/** The most LLMs a simulation has. */
export const MAX_LLMS = 1000;
export const DEFAULT_LLMS = ROSTER.length;

/** The first `count` LLMs; past the roster come later versions of the same, a little better or worse. */
export function createLlms(rng: Rng, count: number): SimulatedLlm[] {
  return Array.from({ length: count }, (_, i) =>
    createLlm(rng.fork(`llm ${i}`), ROSTER[i % ROSTER.length]!, Math.floor(i / ROSTER.length) + 1),
  );
}

function createLlm(rng: Rng, entry: Entry, version: number): SimulatedLlm {
  const shift = version === 1 ? 0 : 0.08;
  const skill = Object.fromEntries(TASKS.map((task, i) => [task.id, entry.skill[i]! + shift * rng.normal()]));
  // What is published of an LLM is about right, and not about every task.
  const published = TASKS.filter(() => rng.next() < 0.7).map((task): [string, number] => [
    task.id,
    rounded(Math.min(1, Math.max(0, skill[task.id]! + 0.04 * rng.normal())), 3),
  ]);
  const profile = LlmProfile.parse({
    id: version === 1 ? entry.id : `${entry.id}-v${version}`,
    description: `Simulated LLM, made up for demonstrations: ${entry.about}.`,
    family: entry.family,
    size_b: entry.size_b,
    input_price: entry.price[0],
    output_price: entry.price[1],
    context_tokens: entry.context_tokens,
    latency_ms: Math.round(entry.startMs + entry.tokenMs * 150 * entry.verbosity),
    benchmarks: Object.fromEntries(published),
    tags: ['simulated'],
  });
  return { profile, skill, startMs: entry.startMs, tokenMs: entry.tokenMs, verbosity: entry.verbosity };
}

export function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
