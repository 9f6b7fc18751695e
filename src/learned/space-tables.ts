import type { TableName } from './tables.js';

/** Tables of a query space; see `space.ts`. */
export const SPACE_TABLES = [
  'semantic/range',
  'semantic/mean',
  'semantic/basis',
  'words/range',
  'words/rarity',
  'words/basis',
  'words/centre',
  'style/range',
  'style/quantiles',
  'style/scale',
] as const satisfies readonly TableName[];
