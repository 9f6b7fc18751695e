import type { LlmStats } from '../ledger/types.js';
import { COVERAGE_HALF } from '../router/graph/features.js';
import type { LlmProfile } from '../schema/profile.js';
import { transposed } from './linear.js';
import type { TrainedModel } from './model.js';
import { profileNewcomer } from './newcomer.js';

/** The LLMs that can be chosen now, in columns: those the artifact knows and those that came since. */
export interface CandidateTables {
  profiles: LlmProfile[];
  stats: (LlmStats | undefined)[];
  /** `[numCandidates, hidden]` */
  embeddings: Float32Array;
  /** What its record does not say, by meaning `[numCandidates, axes]`; of a newcomer, what is so of all LLMs. */
  message: Float32Array;
  /** `[numCandidates]` */
  record: Float32Array;
  interactions: Float32Array;
  /** `[numCandidates, numTasks]` each. */
  taskRecord: Float32Array;
  taskCoverage: Float32Array;
  /** How candidates did on the anchors. */
  anchors: AnchorColumns;
}

/** What the anchors tell of candidates: dense, and each candidate's in one run. */
export interface AnchorColumns {
  /** `[numCandidates, numAnchors]`: 0 where not logged. */
  scores: Float32Array;
  /** `[numCandidates, numAnchors]`: what each anchor tells of it, whether or not it answered there itself. */
  messages: Float32Array;
  /** `[numCandidates, numAnchors]`: 1 where logged; null when every candidate is logged everywhere. */
  known: Float32Array | null;
}

/** @param rows row of each candidate in the artifact, −1 for newcomers */
function anchorColumns({ names, tables }: TrainedModel, rows: readonly number[]): AnchorColumns {
  const [anchors, trained] = [names.anchors.length, names.llms.length];
  const scores = transposed(tables['anchor/scores']!.data, anchors, trained);
  const messages = transposed(tables['anchor/messages']!.data, anchors, trained);
  const out = { scores: new Float32Array(rows.length * anchors), messages: new Float32Array(rows.length * anchors), known: new Float32Array(rows.length * anchors) };
  rows.forEach((row, c) => {
    out.messages.set(row < 0 ? tables['anchor/messages/all']!.data : messages.subarray(row * anchors, (row + 1) * anchors), c * anchors);
    if (row < 0) return;
    for (let a = 0; a < anchors; a++) {
      const score = scores[row * anchors + a]!;
      if (Number.isNaN(score)) continue;
      out.scores[c * anchors + a] = score;
      out.known[c * anchors + a] = 1;
    }
  });
  return { ...out, known: out.known.includes(0) ? out.known : null };
}

/** Row of an LLM in an artifact; −1 where the artifact has no answer of it, so that what came since says more. */
export function trainedRow({ names, tables }: TrainedModel, id: string): number {
  const row = names.llms.indexOf(id);
  return row >= 0 && tables['record/count']!.data[row]! > 0 ? row : -1;
}

/** Lines up an artifact's tables with the catalogue of now. `facts` has the declared facts of LLMs the artifact doesn't know. */
export function alignCandidates(model: TrainedModel, profiles: LlmProfile[], stats: readonly LlmStats[], facts: ReadonlyMap<string, Float32Array>): CandidateTables {
  const { names, tables } = model;
  const data = (name: string): Float32Array => tables[name]!.data;
  const tasks = names.tasks.length;
  const rows = profiles.map((p) => trainedRow(model, p.id));
  const hidden = data('llm/bias').length;
  const axes = data('semantic/ridge').length;
  const size = profiles.length;
  const statsById = new Map(stats.map((s) => [s.id, s]));
  const out: CandidateTables = {
    profiles,
    stats: profiles.map((p) => statsById.get(p.id)),
    embeddings: new Float32Array(size * hidden),
    message: new Float32Array(size * axes),
    record: new Float32Array(size),
    interactions: new Float32Array(size),
    taskRecord: new Float32Array(size * tasks),
    taskCoverage: new Float32Array(size * tasks),
    anchors: anchorColumns(model, rows),
  };
  profiles.forEach((profile, c) => {
    const row = rows[c]!;
    if (row >= 0) {
      out.embeddings.set(data('embedding/llm').subarray(row * hidden, (row + 1) * hidden), c * hidden);
      out.message.set(data('message/llm').subarray(row * axes, (row + 1) * axes), c * axes);
      out.record[c] = data('record/llm')[row]!;
      out.interactions[c] = data('record/count')[row]!;
      for (let t = 0; t < tasks; t++) {
        const count = data('record/task_count')[row * tasks + t]!;
        out.taskRecord[c * tasks + t] = data('record/task')[row * tasks + t]!;
        out.taskCoverage[c * tasks + t] = count / (count + COVERAGE_HALF);
      }
    } else {
      const own = out.stats[c];
      const newcomer = profileNewcomer(model, profile, facts.get(profile.id)!, own?.meanScore ?? 0, own?.interactions ?? 0);
      out.embeddings.set(newcomer.embedding, c * hidden);
      out.record[c] = newcomer.record;
      out.interactions[c] = own?.interactions ?? 0;
      out.taskRecord.set(newcomer.taskRecord, c * tasks);
      out.message.set(data('message/all'), c * axes);
    }
  });
  return out;
}
