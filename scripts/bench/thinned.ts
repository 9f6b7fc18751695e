import type { Rng } from '../../src/base/rng.js';
import { keepScores } from '../../src/evaluation/without-llm.js';
import { listQueries, type GraphRows } from '../../src/graph/rows.js';

/** Share of the incumbent's answers in its log. */
const INCUMBENT_SHARE = 0.8;
/** LLMs that answer a query of a ragged log. */
const RAGGED = 8;

type Scores = GraphRows['scores'];

/** Which of the answers to a query `[from, to)` are kept. */
type Draw = (scores: Scores, from: number, to: number, rng: Rng) => Iterable<number>;

const drawn = (from: number, to: number, rng: Rng): number => from + rng.int(to - from);

/** Keeps one answer, drawn evenly. */
const evenly: Draw = (_, from, to, rng) => [drawn(from, to, rng)];

/** Keeps the answer of one LLM mostly, of another drawn evenly else. */
const mostlyOf =
  (llm: number): Draw =>
  ({ llm: of }, from, to, rng) => {
    const own = of.subarray(from, to).indexOf(llm);
    return [own >= 0 && rng.next() < INCUMBENT_SHARE ? from + own : drawn(from, to, rng)];
  };

/** LLMs by their mean score over some queries, best first. */
function ranked({ scores: { query, llm, score } }: GraphRows, train: ReadonlySet<number>): number[] {
  const sums = new Map<number, [sum: number, count: number]>();
  for (let e = 0; e < query.length; e++) {
    if (!train.has(query[e]!)) continue;
    const sum = sums.get(llm[e]!) ?? [0, 0];
    sums.set(llm[e]!, [sum[0] + score[e]!, sum[1] + 1]);
  }
  const mean = ([sum, count]: [number, number]): number => sum / count;
  return [...sums.entries()].toSorted((a, b) => mean(b[1]) - mean(a[1])).map(([l]) => l);
}

export interface Form {
  labels?: boolean;
  /** How answers to training queries are drawn; all are kept without. */
  draw?: (rows: GraphRows, train: ReadonlySet<number>) => Draw;
  /** What becomes of a score. */
  score?: (score: number, rng: Rng) => number;
  /** Share of training queries of which anything is kept. */
  share?: number;
}

/** Forms that logs have, by name. */
export const FORMS: Record<string, Form> = {
  'complete+task': { labels: true },
  complete: {},
  'uniform+task': { labels: true, draw: () => evenly },
  uniform: { draw: () => evenly },
  'uniform/4': { draw: () => evenly, share: 0.25 },
  'incumbent+task': { labels: true, draw: (rows, train) => mostlyOf(ranked(rows, train)[0]!) },
  incumbent: { draw: (rows, train) => mostlyOf(ranked(rows, train)[0]!) },
  'incumbent/10': {
    draw: (rows, train) => mostlyOf(ranked(rows, train)[0]!),
    share: 0.1,
    score: (score, rng) => (rng.next() < score ? 1 : 0),
  },
  mediocre: {
    draw: (rows, train) => {
      const order = ranked(rows, train);
      return mostlyOf(order[order.length >> 1]!);
    },
  },
  ragged: {
    draw: () => (_, from, to, rng) =>
      rng
        .shuffle(Int32Array.from({ length: to - from }, (_entry, i) => from + i))
        .subarray(0, RAGGED)
        .toSorted(),
  },
  stretched: { score: (score) => 0.97 + 0.03 * score },
};

/** The rows of a form: what is held out stays complete, though its labels are no router's to read. */
export function inForm(rows: GraphRows, train: Int32Array, form: Form, rng: Rng): GraphRows {
  const learned = new Set(train);
  const draw = form.draw?.(rows, learned);
  const { query, score } = rows.scores;
  const kept: number[] = [];
  const changed = score.slice();
  for (let from = 0, to = 0; from < query.length; from = to) {
    while (to < query.length && query[to] === query[from]) to++;
    if (!learned.has(query[from]!)) {
      for (let e = from; e < to; e++) kept.push(e);
      continue;
    }
    if (form.share !== undefined && rng.next() >= form.share) continue;
    const of = draw?.(rows.scores, from, to, rng) ?? Array.from({ length: to - from }, (_, i) => from + i);
    for (const e of of) {
      kept.push(e);
      if (form.score !== undefined) changed[e] = form.score(score[e]!, rng);
    }
  }
  const scores = keepScores({ ...rows.scores, score: changed }, Int32Array.from(kept));
  if (form.labels) return { ...rows, scores };
  return {
    ...rows,
    scores,
    tasks: [],
    domains: [],
    taskDomains: [],
    queries: listQueries(Array.from(rows.queries, (q) => ({ ...q, task: -1 }))),
  };
}
