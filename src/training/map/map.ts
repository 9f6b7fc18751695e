import type { Placed, StoredMap } from '../../artifact/map.js';
import type { TrainedModel } from '../../artifact/model.js';
import type { Rng } from '../../base/rng.js';
import { readVectors, type Dataset } from '../../dataset/dataset.js';
import type { SnapshotRows } from '../../graph/rows.js';
import { embedNeighbours } from '../../math/embedding/neighbour-embedding.js';
import { fromRows } from '../../math/matrix.js';
import type { Scorer } from '../../scoring/types.js';
import { openScorer } from '../../serving/routers.js';
import type { LlmStats } from '../../store/ports/feedback.js';
import type { TrainingInput } from '../input.js';
import { chooseShown, type Chosen } from './chosen.js';
import { edgesShown } from './edges.js';
import { mediansOf, placesOfLlms, pushApart, type Point } from './places.js';

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
const fine = (value: number): number => Math.round(value * 10_000) / 10_000;

export interface MapParts {
  input: Pick<TrainingInput, 'rows' | 'graph' | 'encoder'>;
  data: Dataset;
  /** The learned model, with its kinds. */
  model: TrainedModel;
  version: string;
  rng: Rng;
}

/** How LLMs did in the snapshot, as far as expected scores rest on it. */
function statsOf({ llms, scores }: SnapshotRows): LlmStats[] {
  const sums = llms.map(() => ({ score: 0, weight: 0 }));
  scores.llm.forEach((llm, e) => {
    if (Number.isNaN(scores.score[e]!)) return;
    sums[llm]!.score += scores.score[e]! * scores.count[e]!;
    sums[llm]!.weight += scores.count[e]!;
  });
  return llms.map(({ id }, l) => {
    const { score, weight } = sums[l]!;
    const meanScore = weight === 0 ? NaN : score / weight;
    const scored = Math.round(weight);
    return {
      id,
      meanScore,
      interactions: scored,
      scored,
      wins: 0,
      losses: 0,
      failed: 0,
      costUsd: NaN,
      now: { scored, meanScore, weight },
      usage: [],
    };
  });
}

/** Index of the likeliest; −1 where there is none. */
function likeliest(shares: readonly { probability: number }[]): number {
  let best = -1;
  shares.forEach(({ probability }, i) => {
    if (best < 0 || probability > shares[best]!.probability) best = i;
  });
  return best;
}

/** Draws maps of one snapshot: where queries lie is found once, and the same in all of them. */
export interface MapDrawer {
  /** The map of a version whose router scores by this model. */
  draw(model: TrainedModel, version: string): Promise<StoredMap>;
}

/** Scores, kinds and places of the queries shown, in columns. */
function scoredQueries(
  scorer: Scorer,
  vectors: readonly Float32Array[],
): Pick<StoredMap['queries'], 'quality' | 'deviation'> {
  const scored = vectors.map((vector) => scorer.score('', vector));
  return {
    quality: scored.map((all) => all.map(({ quality }) => round(quality))),
    deviation: scored.map((all) => all.map(({ uncertainty }) => round(uncertainty))),
  };
}

const placed = (ids: readonly string[], points: readonly Point[]): Placed[] =>
  ids.map((id, i) => ({ id, x: fine(points[i]![0]), y: fine(points[i]![1]) }));

const meansOf = (points: readonly Point[], edges: StoredMap['edges'][string] | undefined, count: number): Point[] => {
  const { source = [], target = [] } = edges ?? {};
  return mediansOf(
    source.map((s) => points[s]!),
    (e) => target[e]!,
    count,
  );
};

/** Lays out what is learned of a snapshot, as {@link StoredMap} has it. */
export async function createMapDrawer({ input, data, model, version, rng }: MapParts): Promise<MapDrawer> {
  const { rows, graph, encoder } = input;
  const chosen = chooseShown(rows, data, rng.fork('chosen'));
  const { llms, tasks, queries, llmAt, taskAt, answers } = chosen;
  const shown = llms.map((l) => rows.llms[l]!);
  const stats = statsOf(rows);
  const open = (of: TrainedModel, name: string): Promise<Scorer> =>
    openScorer({
      version: name,
      model: of,
      encoder,
      llms: shown,
      stats,
      ...(rows.metrics !== undefined && { metrics: rows.metrics }),
    });
  const learned = await open(model, version);
  const vectors = readVectors(data, queries);
  const located = vectors.map((vector) => learned.embed(vector).slice());
  const plane = embedNeighbours(fromRows(located, located[0]?.length ?? 0), rng.fork('plane'));
  const points = Array.from(queries, (_, q): Point => [plane[2 * q]!, plane[2 * q + 1]!]);
  const kindOf = vectors.map((vector) => likeliest(learned.kindsOf(vector)));
  const taskOf = Array.from(queries, (q) => taskAt[data.taskOf[q]!] ?? -1);
  const kinds = model.names.kinds;
  const edges = edgesShown({ graph, data, chosen }, learned, kinds);

  return {
    async draw(of, name) {
      const scorer = of === model ? learned : await open(of, name);
      const scores = scoredQueries(scorer, vectors);
      const nodes = nodesOf({ rows, chosen, points, taskOf, kindOf, kinds, edges }, scores.quality);
      return {
        ...nodes,
        llms: nodes.llms.map((node, l) => {
          const { overall } = scorer.strengths(node.id);
          const family = rows.families.findIndex(({ id }) => id === shown[l]!.family);
          return { ...node, family, score: round(overall.score), answers: overall.answers };
        }),
        left_out: {
          llms: rows.llms.length - llms.length,
          queries: data.numQueries - queries.length,
          tasks: rows.tasks.length - tasks.length,
        },
        incumbent: incumbentOf(chosen, stats, llmAt, answers),
        queries: {
          hash: Array.from(queries, (q) => rows.queries.hashOf(q)),
          x: points.map(([x]) => fine(x)),
          y: points.map(([, y]) => fine(y)),
          task: taskOf,
          kind: kindOf,
          ...scores,
        },
        edges,
      };
    },
  };
}

/** The LLM with the most answers; of several, the one whose answers are best. */
function incumbentOf({ llms }: Chosen, stats: readonly LlmStats[], llmAt: Int32Array, answers: Float64Array): number {
  const mean = (l: number): number => stats[l]!.meanScore || 0;
  const first = llms.toSorted((a, b) => answers[b]! - answers[a]! || mean(b) - mean(a))[0];
  return first === undefined ? -1 : llmAt[first]!;
}

interface NodeParts {
  rows: SnapshotRows;
  chosen: Chosen;
  points: readonly Point[];
  taskOf: readonly number[];
  kindOf: readonly number[];
  kinds: readonly string[];
  edges: StoredMap['edges'];
}

/**
 * Where all that is no query lies: tasks and kinds at the median of their queries, domains of their tasks, LLMs where
 * they are better than others, families at the median of their LLMs.
 */
function nodesOf(
  { rows, chosen, points, taskOf, kindOf, kinds, edges }: NodeParts,
  quality: readonly (readonly number[])[],
): Record<'llms' | 'families' | 'tasks' | 'domains' | 'kinds', Placed[]> {
  const llms = placesOfLlms(points, quality, chosen.llms.length);
  const tasks = mediansOf(points, (q) => taskOf[q]!, chosen.tasks.length);
  const kindsAt = mediansOf(points, (q) => kindOf[q]!, kinds.length);
  const families = meansOf(llms, edges['llm-family'], rows.families.length);
  const domains = meansOf(tasks, edges['task-domain'], rows.domains.length);
  pushApart([...llms, ...tasks, ...kindsAt, ...families, ...domains]);
  return {
    llms: placed(
      chosen.llms.map((l) => rows.llms[l]!.id),
      llms,
    ),
    families: placed(
      rows.families.map(({ id }) => id),
      families,
    ),
    tasks: placed(
      chosen.tasks.map((t) => rows.tasks[t]!.id),
      tasks,
    ),
    domains: placed(
      rows.domains.map(({ id }) => id),
      domains,
    ),
    kinds: placed(kinds, kindsAt),
  };
}
