import { chain, type Maybe } from '../base/maybe.js';
import type { Assigned } from '../live/experiments.js';
import type { Prepared } from '../live/policies.js';
import type { CascadeRequest } from '../schema/cascade.js';
import type { LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';
import type { Coming } from './arm.js';
import type { ScorerFacts } from './similarity.js';

/** A query on its way to a decision. */
export interface Asked extends Coming {
  /** `[dim]` */
  vector: Float32Array;
  promptTokens: number;
  known: ScorerFacts;
  /** The policy that decides: the one that is asked for, unless an arm has another. */
  policyName: string;
  prepared: Prepared;
  /** The cascade that is to be planned: the request's, else the policy's; null for a single call. */
  cascade: CascadeRequest | null;
  /** The arm of an experiment that decides; null for what is in force. */
  arm: Assigned | null;
}

/** Counts a query at one LLM of a ranking against its caller's limits; answers how to take that back. */
export function charged(
  { caller, promptTokens }: Asked,
  ranking: readonly RankedLlm[],
  model: LlmId,
): Maybe<() => void> {
  const usd = ranking.find((llm) => llm.model === model)!.cost_usd ?? 0;
  const usage = { requests: 0, tokens: promptTokens, usd };
  return chain(caller.charge(usage), () => () => caller.refund(usage));
}
