import type { StoredEdges } from '../../artifact/map.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { FrozenGraph } from '../../graph/freeze.js';
import type { Scorer } from '../../scoring/types.js';
import type { Chosen } from './chosen.js';

const round = (value: number): number => Math.round(value * 1_000) / 1_000;

const identity = (index: number): number => index;

/** Edges between nodes that are no queries, as the graph has them: those whose both ends are shown. */
function graphEdges({ edges }: FrozenGraph, { llmAt, taskAt }: Chosen): Record<string, StoredEdges> {
  const ends = {
    'llm-family': [llmAt, null],
    'llm-task': [llmAt, taskAt],
    'llm-benchmark': [llmAt, taskAt],
    'task-domain': [taskAt, null],
  } as const;
  const out: Record<string, StoredEdges> = {};
  for (const relation of Object.keys(ends) as (keyof typeof ends)[]) {
    const found = edges[relation];
    if (found === undefined) continue;
    const [from, to] = ends[relation];
    const target = (index: number): number => (to === null ? identity(index) : to[index]!);
    const kept = Array.from(found.source.keys()).filter(
      (e) => from[found.source[e]!]! >= 0 && target(found.target[e]!) >= 0,
    );
    out[relation] = {
      source: kept.map((e) => from[found.source[e]!]!),
      target: kept.map((e) => target(found.target[e]!)),
      weight: kept.map((e) => round(found.weight[e]!)),
      ...(relation === 'llm-task' && { count: kept.map((e) => round(found.count[e]!)) }),
    };
  }
  return out;
}

/** What LLMs scored on the queries shown, and what share of their comparisons they won there. */
function answerEdges({ evidence }: Dataset, { queries, llmAt }: Chosen): Record<string, StoredEdges> {
  const out = {
    'llm-query': { source: [] as number[], target: [] as number[], weight: [] as number[] },
    'llm-preference': { source: [] as number[], target: [] as number[], weight: [] as number[] },
  };
  queries.forEach((q, place) => {
    for (let e = evidence.start[q]!; e < evidence.start[q + 1]!; e++) {
      const source = llmAt[evidence.llm[e]!]!;
      if (source < 0) continue;
      const own = out[evidence.measured[e] === 1 ? 'llm-query' : 'llm-preference'];
      own.source.push(source);
      own.target.push(place);
      own.weight.push(round(evidence.score[e]!));
    }
  });
  return out;
}

/** How good each LLM is expected to be on each kind of query. */
function kindEdges(scorer: Scorer, kinds: readonly string[]): StoredEdges {
  const out = { source: [] as number[], target: [] as number[], weight: [] as number[], count: [] as number[] };
  scorer.models.forEach((model, l) => {
    for (const { kind, score, answers } of scorer.strengths(model).kinds) {
      out.source.push(l);
      out.target.push(kinds.indexOf(kind));
      out.weight.push(round(score));
      out.count.push(answers);
    }
  });
  return out;
}

/** Every edge between what is shown, by relation, but for those that queries' columns say: their tasks and kinds. */
export function edgesShown(
  { graph, data, chosen }: { graph: FrozenGraph; data: Dataset; chosen: Chosen },
  scorer: Scorer,
  kinds: readonly string[],
): Record<string, StoredEdges> {
  return {
    ...graphEdges(graph, chosen),
    ...answerEdges(data, chosen),
    ...(kinds.length > 0 && { 'llm-kind': kindEdges(scorer, kinds) }),
  };
}
