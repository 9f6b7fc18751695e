import { PointsmanError, messageOf } from '../base/errors.js';
import type { Baseline } from '../router/types.js';
import type { TrainedModel } from '../artifact/model.js';
import { isStatic } from '../schema/profile.js';
import { createPriorScorer } from './prior.js';
import type { ScorerParts, Scorer } from './types.js';

/**
 * Standard deviation of what an LLM does better or worse on a query than a baseline can tell: how well its mean is
 * known says nothing of that.
 */
const BY_QUERY = 0.1;

/** Throws `artifact_damaged` unless the baseline makes a router of the tables; `where` names the artifact. */
export function checkBaseline(baseline: Baseline, { tables }: TrainedModel, where: string): void {
  try {
    baseline.restore(tables);
  } catch (error) {
    throw new PointsmanError(
      'artifact_damaged',
      `${where}: the tables are not those of ${baseline.name}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * What serves where a baseline was better than the learned profile. LLMs that came after it, and all that is not a
 * score, are as before anything was trained; see {@link createPriorScorer}.
 */
export function createBaselineScorer(
  baseline: Baseline,
  { version, model, encoder, llms, stats, metrics }: ScorerParts,
): Omit<Scorer, 'kindsOf' | 'embed'> {
  const { names, tables } = model;
  const router = baseline.restore(tables);
  const prior = createPriorScorer(llms, stats, metrics);
  const rows = llms.map((llm) => (isStatic(llm) ? -1 : names.llms.indexOf(llm.id)));
  return {
    ...prior,
    version,
    router: names.router,
    trainedOn: new Set(prior.models.filter((_, c) => rows[c]! >= 0)),
    encode: (query) => encoder.encodeSync?.(query) ?? encoder.encode([query]).then((vectors) => vectors[0]!),
    score(query, vector, task, promptTokens) {
      const scores = router.score({ vector, task: task === undefined ? -1 : names.tasks.indexOf(task) });
      return prior.score(query, vector, task, promptTokens).map((own, c) => {
        if (rows[c]! < 0) return own;
        const quality = Math.min(1, Math.max(0, scores[rows[c]!]!));
        return { ...own, quality, uncertainty: Math.hypot(own.uncertainty, BY_QUERY) };
      });
    },
  };
}
