import type { Encoder } from '../encoder/types.js';
import type { LlmStats } from '../store/ports/feedback.js';
import { baselineByName } from '../router/baselines.js';
import type { LlmProfile } from '../schema/profile.js';
import type { TrainedModel } from '../artifact/model.js';
import { createPriorIndex } from './prior.js';
import type { ScoringIndex } from './types.js';

/**
 * What serves where a baseline was better than the learned profile. LLMs that came after it, and all that is not a
 * score, are as before anything was trained; see {@link createPriorIndex}.
 */
export function createBaselineIndex({
  version,
  model,
  encoder,
  llms,
  stats,
}: {
  version: string;
  model: TrainedModel;
  encoder: Encoder;
  llms: LlmProfile[];
  stats: readonly LlmStats[];
}): ScoringIndex {
  const { names, tables } = model;
  const router = baselineByName(names.router)!.restore(tables);
  const prior = createPriorIndex(llms, stats);
  const rows = llms.map((llm) => names.llms.indexOf(llm.id));
  return {
    ...prior,
    version,
    router: names.router,
    encode: (query) => encoder.encodeSync?.(query) ?? encoder.encode([query]).then((vectors) => vectors[0]!),
    score(query, vector, task, promptTokens) {
      const scores = router.score({ vector, task: task === undefined ? -1 : names.tasks.indexOf(task) });
      return prior
        .score(query, vector, task, promptTokens)
        .map((own, c) => (rows[c]! < 0 ? own : { ...own, quality: Math.min(1, Math.max(0, scores[rows[c]!]!)) }));
    },
  };
}
