import { sha256 } from '../../base/hash.js';
import type { KeptDecision } from '../ports/decisions.js';

/** What is kept of a decision, as it is written and read. */
export const COLUMNS = [
  'id',
  'at',
  'query',
  'query_hash',
  'task',
  'model',
  'version',
  'router',
  'policy',
  'rules',
  'ranking',
  'excluded',
  'propensity',
  'cascade',
  'tenant',
  'experiment',
  'arm',
] as const;

export type Row = Omit<KeptDecision, 'queryHash'> & { query_hash: Buffer | null };

export function toKept({ query_hash: hash, ...row }: Row): KeptDecision {
  return { ...row, queryHash: hash === null ? sha256(row.query ?? '') : hash.toString('hex') };
}
