import type { LlmStats } from '../ledger/types.js';
import { COVERAGE_HALF } from '../router/graph/features.js';
import type { LlmProfile } from '../schema/profile.js';
import { timesMatrix } from './linear.js';
import type { TrainedModel } from './model.js';
import { profileNewcomer } from './newcomer.js';

/** The LLMs that can be chosen now, in columns: those the artifact knows and those that came since. */
export interface CandidateTables {
  profiles: LlmProfile[];
  stats: (LlmStats | undefined)[];
  /** `[numCandidates, hidden]` */
  embeddings: Float32Array;
  /** Query state to match, per candidate `[numCandidates, hidden]`. */
  match: Float32Array;
  /** `[numCandidates]` */
  record: Float32Array;
  interactions: Float32Array;
  /** `[numCandidates, numTasks]` each. */
  taskRecord: Float32Array;
  benchmark: Float32Array;
  taskCoverage: Float32Array;
  /** `[numAnchors, numCandidates]`: scores, 0 where not logged, and which are. */
  anchorScores: Float32Array;
  anchorKnown: Float32Array;
}

/** Lines up an artifact's tables with the catalogue of now. `facts` has the declared facts of LLMs the artifact doesn't know. */
export function alignCandidates(model: TrainedModel, profiles: LlmProfile[], stats: readonly LlmStats[], facts: ReadonlyMap<string, Float32Array>): CandidateTables {
  const { names, tables } = model;
  const data = (name: string): Float32Array => tables[name]!.data;
  const [trained, tasks, anchors] = [names.llms.length, names.tasks.length, names.anchors.length];
  const hidden = data('llm/bias').length;
  const size = profiles.length;
  const statsById = new Map(stats.map((s) => [s.id, s]));
  const out: CandidateTables = {
    profiles,
    stats: profiles.map((p) => statsById.get(p.id)),
    embeddings: new Float32Array(size * hidden),
    match: new Float32Array(size * hidden),
    record: new Float32Array(size),
    interactions: new Float32Array(size),
    taskRecord: new Float32Array(size * tasks),
    benchmark: new Float32Array(size * tasks),
    taskCoverage: new Float32Array(size * tasks),
    anchorScores: new Float32Array(anchors * size),
    anchorKnown: new Float32Array(anchors * size),
  };
  profiles.forEach((profile, c) => {
    const row = names.llms.indexOf(profile.id);
    if (row >= 0) {
      out.embeddings.set(data('embedding/llm').subarray(row * hidden, (row + 1) * hidden), c * hidden);
      out.record[c] = data('record/llm')[row]!;
      out.interactions[c] = data('record/count')[row]!;
      for (let t = 0; t < tasks; t++) {
        const count = data('record/task_count')[row * tasks + t]!;
        out.taskRecord[c * tasks + t] = data('record/task')[row * tasks + t]!;
        out.benchmark[c * tasks + t] = data('record/benchmark')[row * tasks + t]!;
        out.taskCoverage[c * tasks + t] = count / (count + COVERAGE_HALF);
      }
      for (let a = 0; a < anchors; a++) {
        const score = data('anchor/scores')[a * trained + row]!;
        if (Number.isNaN(score)) continue;
        out.anchorScores[a * size + c] = score;
        out.anchorKnown[a * size + c] = 1;
      }
    } else {
      const own = out.stats[c];
      const newcomer = profileNewcomer(model, profile, facts.get(profile.id)!, own?.meanScore ?? 0, own?.interactions ?? 0);
      out.embeddings.set(newcomer.embedding, c * hidden);
      out.record[c] = newcomer.record;
      out.interactions[c] = own?.interactions ?? 0;
      for (let t = 0; t < tasks; t++) {
        out.taskRecord[c * tasks + t] = newcomer.record;
        out.benchmark[c * tasks + t] = Number.isNaN(newcomer.benchmarks[t]!) ? newcomer.record : newcomer.benchmarks[t]!;
      }
    }
    // match = (z·A)·(h·B) = z·(A·(h·B)): the part that no query changes is multiplied out once.
    const key = timesMatrix(out.embeddings.subarray(c * hidden, (c + 1) * hidden), data('match_llm/kernel'), hidden);
    const kernel = data('match_query/kernel');
    for (let i = 0; i < hidden; i++) {
      let sum = 0;
      for (let j = 0; j < hidden; j++) sum += kernel[i * hidden + j]! * key[j]!;
      out.match[c * hidden + i] = (8 * sum) / hidden;
    }
  });
  return out;
}
