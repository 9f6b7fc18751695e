import { sha256 } from '../base/hash.js';
import type { DecisionRecord } from '../store/ports/decisions.js';
import type { CallContext } from './call-context.js';

/**
 * What the log of decisions keeps of a query. Where nothing is to be kept, not even a hash of it is, as texts can be
 * guessed: that of the decision's id stands for it, which no other query has.
 */
export function keptText(
  query: string,
  id: string,
  context: Pick<CallContext, 'texts'> | null,
): Pick<DecisionRecord, 'query' | 'queryHash'> {
  if (context === null || context.texts === 'whole') return { query };
  return { query: null, queryHash: sha256(context.texts === 'hash' ? query : id) };
}
