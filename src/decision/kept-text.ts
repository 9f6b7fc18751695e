import { hashOfNothing, sha256 } from '../base/hash.js';
import type { TextStore } from '../schema/texts.js';
import type { DecisionRecord } from '../store/ports/decisions.js';

/**
 * What the log of decisions keeps of a query. Where nothing is to be kept, not even a hash of it is, as texts can be
 * guessed: that of the decision's id stands for it, which no other query has.
 */
export function keptText(query: string, id: string, store: TextStore): Pick<DecisionRecord, 'query' | 'queryHash'> {
  if (store === 'whole') return { query };
  return { query: null, queryHash: store === 'hash' ? sha256(query) : hashOfNothing(id) };
}
