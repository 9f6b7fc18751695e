import type { DecisionRecord } from '../../src/store/ports/decisions.js';

/** A decision as it is logged, with nothing odd about it. */
export function decisionRecord(
  id: string,
  more: Partial<DecisionRecord> = {},
): DecisionRecord & { tenant: string | null; experiment: string | null; arm: string | null } {
  return {
    id,
    at: 1,
    query: 'q',
    task: null,
    model: 'm',
    version: null,
    router: 'prior',
    policy: 'quality',
    rules: '{}',
    ranking: '[]',
    excluded: '[]',
    propensity: 1,
    cascade: null,
    tenant: null,
    experiment: null,
    arm: null,
    ...more,
  };
}
