import type { LlmStats } from '../../store/ports/feedback.js';
import { isStatic, type LlmProfile } from '../../schema/profile.js';
import { scalesIn } from '../scale.js';
import { mostObservations } from '../../scoring/changed.js';
import type { ScorerParts } from '../../scoring/types.js';
import { tableReader } from '../tables.js';
import type { TrainedModel } from '../../artifact/model.js';
import { profileNewcomer } from './newcomer.js';

/** The LLMs that can be chosen now, in columns: those the artifact knows and those that came since. */
export interface CandidateTables {
  /** Row of each in the artifact, −1 for newcomers. */
  rows: number[];
  stats: (LlmStats | undefined)[];
  /** Expected scores on probes `[numCandidates, numProbes]`, in the units of the model's scale as all of them. */
  embeddings: Float32Array;
  /** `[numCandidates]` */
  interactions: Float32Array;
  /** What the answers of those that came since moved their expected scores by `[numCandidates]`; 0 of the others. */
  level: Float32Array;
  /** Most observations that neighbours and record may count for `[numCandidates]`; see {@link mostObservations}. */
  mostObservations: Float32Array;
  /** `[numCandidates, numTasks]` each. */
  taskRecord: Float32Array;
  taskCounts: Float32Array;
}

/**
 * Row of an LLM in an artifact; −1 where the artifact has no answer of it, so that what came since says more, and where
 * what is declared of it stands.
 */
export function trainedRow(model: TrainedModel, profile: LlmProfile): number {
  const row = isStatic(profile) ? -1 : model.names.llms.indexOf(profile.id);
  return row >= 0 && tableReader(model)('record/count')[row]! > 0 ? row : -1;
}

/**
 * Lines up an artifact's tables with the catalogue of now. `facts` has the declared facts of LLMs the artifact doesn't
 * know.
 */
export function alignCandidates(
  { model, llms: profiles, stats, metrics }: Pick<ScorerParts, 'model' | 'llms' | 'stats' | 'metrics'>,
  facts: ReadonlyMap<string, Float32Array>,
): CandidateTables {
  const { names } = model;
  const data = tableReader(model);
  const tasks = names.tasks.length;
  const rows = profiles.map((p) => trainedRow(model, p));
  const probes = data('embedding/shared').length;
  const { centre, spread } = scalesIn(data('score/scale')).measured;
  const size = profiles.length;
  const statsById = new Map(stats.map((s) => [s.id, s]));
  const out: CandidateTables = {
    rows,
    stats: profiles.map((p) => statsById.get(p.id)),
    embeddings: new Float32Array(size * probes),
    interactions: new Float32Array(size),
    level: new Float32Array(size),
    mostObservations: Float32Array.from(profiles, (p) => mostObservations(statsById.get(p.id), 1)),
    taskRecord: new Float32Array(size * tasks),
    taskCounts: new Float32Array(size * tasks),
  };
  profiles.forEach((profile, c) => {
    const row = rows[c]!;
    if (row >= 0) {
      out.embeddings.set(data('embedding/llm').subarray(row * probes, (row + 1) * probes), c * probes);
      out.interactions[c] = data('record/count')[row]!;
      for (let t = 0; t < tasks; t++) {
        out.taskRecord[c * tasks + t] = data('record/task')[row * tasks + t]!;
        out.taskCounts[c * tasks + t] = data('record/task_count')[row * tasks + t]!;
      }
    } else {
      const own = out.stats[c];
      const declared = { llm: profile, metrics, facts: facts.get(profile.id)!, meanScore: NaN, interactions: 0 };
      const newcomer = profileNewcomer(model, {
        ...declared,
        meanScore: ((own?.now.meanScore ?? centre) - centre) / spread,
        interactions: own?.now.weight ?? 0,
      });
      if (own !== undefined) out.level[c] = newcomer.record - profileNewcomer(model, declared).record;
      out.embeddings.set(newcomer.embedding, c * probes);
      out.interactions[c] = own?.now.weight ?? 0;
      out.taskRecord.set(newcomer.taskRecord, c * tasks);
    }
  });
  return out;
}
