import type { CallShown } from '../schema/call.js';
import type { DecisionSummary } from '../schema/decision.js';
import type { InExperiment } from '../schema/experiment.js';
import type { DecisionId, LlmId } from '../schema/ids.js';
import type { KeptDecision } from '../store/ports/decisions.js';
import type { Ledger } from '../store/ports/index.js';
import { callShown } from './call-shown.js';

const inExperiment = ({ experiment, arm }: Pick<KeptDecision, 'experiment' | 'arm'>): InExperiment | null =>
  experiment === null || arm === null ? null : { experiment, arm };

/** Decisions with what came of them, in order. */
export type Summaries = (decisions: readonly KeptDecision[]) => Promise<DecisionSummary[]>;

export function createSummaries(ledger: Pick<Ledger, 'decisions' | 'calls'>): Summaries {
  return async (decisions) => {
    const ids = decisions.map(({ id }) => id);
    const [outcomes, calls] = await Promise.all([ledger.decisions.outcomes(ids), ledger.calls.get(ids)]);
    const callOf = (id: string): CallShown | null => {
      const call = calls.get(id);
      return call === undefined ? null : callShown(call);
    };
    return decisions.map(({ id, at, queryHash, query, task, model, version, router, policy, propensity, ...rest }) => ({
      decision_id: id as DecisionId,
      at: new Date(at).toISOString(),
      query_hash: queryHash,
      query,
      task,
      model: model as LlmId,
      version,
      router,
      policy,
      propensity,
      experiment: inExperiment(rest),
      outcomes: outcomes.get(id) ?? [],
      call: callOf(id),
    }));
  };
}
