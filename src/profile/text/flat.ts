import type { FrozenEdges } from '../../graph/freeze.js';
import type { Observed } from '../observed.js';
import { factsText } from './facts.js';

/** Tasks or domains named as those that an LLM scores most, and least, at. */
const NAMED = 3;

interface Mean {
  sum: number;
  count: number;
}

/** Means of LLMs' scores by some key of each edge, `[numLlms]`; edges whose key is undefined are left out. */
function meansBy(
  numLlms: number,
  edges: FrozenEdges | undefined,
  keyOf: (target: number) => string | undefined,
): Map<string, Mean>[] {
  const means = Array.from({ length: numLlms }, () => new Map<string, Mean>());
  edges?.source.forEach((l, e) => {
    const key = keyOf(edges.target[e]!);
    if (key === undefined) return;
    const mean = means[l]!.get(key) ?? { sum: 0, count: 0 };
    means[l]!.set(key, { sum: mean.sum + edges.weight[e]! * edges.count[e]!, count: mean.count + edges.count[e]! });
  });
  return means;
}

/** `at gsm8k 0.812 over 130 answers`, best first, of many only the ends. The empty name is of all answers. */
function told(means: Map<string, Mean>): string {
  const sorted = [...means].toSorted(([, a], [, b]) => b.sum / b.count - a.sum / a.count);
  const ends = sorted.length <= 2 * NAMED ? sorted : [...sorted.slice(0, NAMED), ...sorted.slice(-NAMED)];
  return ends
    .map(
      ([name, { sum, count }]) =>
        `${name === '' ? '' : `at ${name} `}${(sum / count).toFixed(3)} over ${count} answers`,
    )
    .join(', ');
}

/**
 * A text per LLM of what it declares and how it scored by itself, without any other LLM or node: its family's name,
 * its mean score (where the design takes queries), and its means per task and domain (where it takes those).
 */
export function flatTexts({ rows, edges }: Observed): string[] {
  const numLlms = rows.llms.length;
  const overall = meansBy(numLlms, edges['llm-query'], () => '');
  const byTask = meansBy(numLlms, edges['llm-task'], (t) => rows.tasks[t]!.id);
  const domainOf = new Map<number, string>();
  edges['task-domain']?.source.forEach((t, e) => domainOf.set(t, rows.domains[edges['task-domain']!.target[e]!]!.id));
  const byDomain = meansBy(numLlms, edges['llm-task'], (t) => domainOf.get(t));
  const families = new Map(
    Array.from(edges['llm-family']?.source ?? [], (l, e) => [l, rows.families[edges['llm-family']!.target[e]!]!.id]),
  );
  return rows.llms.map((llm, l) => {
    const scores = [overall, byTask, byDomain].map((means) => told(means[l]!)).filter((text) => text !== '');
    return [
      factsText(llm),
      families.has(l) ? `Family ${families.get(l)}` : '',
      scores.length > 0 ? `Mean score ${scores.join('; ')}` : '',
    ]
      .filter((part) => part !== '')
      .join('. ');
  });
}
