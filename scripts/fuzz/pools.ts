import type { Rng } from '../../src/base/rng.js';
import { oneOf } from './nasty.js';

/** What names may stand for. */
export type PoolName =
  | 'llm'
  | 'task'
  | 'policy'
  | 'decision'
  | 'answer'
  | 'cascade'
  | 'version'
  | 'job'
  | 'alert'
  | 'file'
  | 'provider';

/** Most names of a kind that are kept; the newest push out the oldest, but those that were there first. */
const MOST = 40;

/** Names that are there from the first. */
const KNOWN: Readonly<Record<PoolName, readonly string[]>> = {
  llm: ['a/small', 'b/middle', 'c/large'],
  task: ['arithmetic', 'poetry', 'code'],
  policy: ['quality', 'balanced', 'cost', 'latency'],
  decision: [],
  answer: [],
  cascade: [],
  version: [],
  job: ['1'],
  alert: ['1'],
  file: ['weights.safetensors', 'manifest.json'],
  provider: ['spare'],
};

/** Names that may not be there. */
const OTHERS: Readonly<Record<PoolName, readonly string[]>> = {
  llm: ['d/new', 'e f', 'ü/ñ', 'a/small/4bit'],
  task: ['none of these'],
  policy: ['mine'],
  cascade: [],
  decision: ['0199b2c0-0000-7000-8000-000000000000'],
  answer: ['resp_1', 'resp_1_0199b2c0-0000-7000-8000-000000000000'],
  version: ['00000000000000aa'],
  job: [],
  alert: [],
  file: ['nothing.json', '..%2fmanifest.json', '.'],
  provider: ['local', 'claude'],
};

/** Share of names that are there. */
const THERE = 0.9;

/** Names that requests use: those that are known to be there, and some that are not. */
export interface Pools {
  pick(pool: PoolName, rng: Rng): string;
  /** Takes the names that an answer tells of. */
  learn(answer: unknown): void;
}

/** An answer to a call, by its id: the provider's, and that of the decision. */
const ANSWER = /_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Fields of answers that are names. */
const FIELDS: Readonly<Record<string, PoolName>> = {
  decision_id: 'decision',
  version: 'version',
  job_id: 'job',
};

export function createPools(): Pools {
  const learned: Partial<Record<PoolName, string[]>> = {};

  function add(pool: PoolName, name: string): void {
    const names = (learned[pool] ??= []);
    if (names.includes(name)) return;
    names.push(name);
    if (names.length > MOST) names.splice(1, 1);
  }

  function visit(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > 3) return;
    const {
      decision_id: decision,
      cascade,
      id: answer,
    } = value as { decision_id?: string; cascade?: object | null; id?: unknown };
    if (decision !== undefined && typeof cascade === 'object' && cascade !== null) add('cascade', decision);
    if (typeof answer === 'string' && ANSWER.test(answer)) add('answer', answer);
    for (const [key, inner] of Object.entries(value)) {
      const pool = FIELDS[key];
      if (pool !== undefined && typeof inner === 'string') add(pool, inner);
      else if (key === 'alerts' && Array.isArray(inner))
        for (const { id } of inner as { id: string }[]) add('alert', String(id));
      else visit(inner, depth + 1);
    }
  }

  return {
    pick(pool, rng) {
      const there = [...KNOWN[pool], ...(learned[pool] ?? [])];
      return oneOf(rng, there.length > 0 && rng.next() < THERE ? there : [...OTHERS[pool], 'nobody']);
    },
    learn: (answer) => visit(answer, 0),
  };
}
