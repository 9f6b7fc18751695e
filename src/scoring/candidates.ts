import type { LlmStats } from '../ledger/types.js';
import { COVERAGE_HALF } from '../router/graph/features.js';
import type { LlmProfile } from '../schema/profile.js';
import type { TrainedModel } from './model.js';
import { profileNewcomer } from './newcomer.js';

/** The LLMs that can be chosen now, in columns: those the artifact knows and those that came since. */
export interface CandidateTables {
  profiles: LlmProfile[];
  stats: (LlmStats | undefined)[];
  /** `[numCandidates, hidden]` */
  embeddings: Float32Array;
  /** What it is better or worse at than its record says, by meaning `[numCandidates, axes]`; 0 for newcomers. */
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

/** Scores on the anchors, of those candidates that have any: dense, and each candidate's in one run. */
export interface AnchorColumns {
  /** Candidates with a score on any anchor: what each column is. */
  candidates: Int32Array;
  /** `[numColumns, numAnchors]`: 0 where not logged. */
  scores: Float32Array;
  /** `[numColumns, numAnchors]`: what each anchor tells of it. */
  messages: Float32Array;
  /** `[numColumns, numAnchors]`: 1 where logged; null when every column is logged everywhere. */
  known: Float32Array | null;
}

/** @param rows row of each candidate in the artifact, −1 for newcomers */
function anchorColumns(scores: Float32Array, messages: Float32Array, anchors: number, trained: number, rows: readonly number[]): AnchorColumns {
  const logged = (row: number, a: number): boolean => !Number.isNaN(scores[a * trained + row]!);
  const all = Array.from({ length: anchors }, (_, a) => a);
  const candidates = Int32Array.from(rows.keys()).filter((c) => rows[c]! >= 0 && all.some((a) => logged(rows[c]!, a)));
  const columns = candidates.length;
  const out: AnchorColumns = { candidates, scores: new Float32Array(anchors * columns), messages: new Float32Array(anchors * columns), known: null };
  const known = new Float32Array(anchors * columns);
  candidates.forEach((c, column) => {
    for (const a of all) {
      if (!logged(rows[c]!, a)) continue;
      out.scores[column * anchors + a] = scores[a * trained + rows[c]!]!;
      out.messages[column * anchors + a] = messages[a * trained + rows[c]!]!;
      known[column * anchors + a] = 1;
    }
  });
  if (known.includes(0)) out.known = known;
  return out;
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
    anchors: anchorColumns(data('anchor/scores'), data('anchor/messages'), names.anchors.length, names.llms.length, rows),
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
    }
  });
  return out;
}
