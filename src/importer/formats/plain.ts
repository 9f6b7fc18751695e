import { isRow, numberOf, textOf, timeOf, valueOf } from './fields.js';
import { promptIn } from './prompt.js';
import type { LogFormat, Row, Told } from './types.js';

/** Fields of ours that a column may be mapped to. */
export const OUR_FIELDS = [
  'query',
  'model',
  'score',
  'task',
  'domain',
  'cost_usd',
  'latency_ms',
  'prompt_tokens',
  'completion_tokens',
  'error',
  'propensity',
  'at',
  'decision_id',
  'better_model',
  'worse_model',
] as const;
export type OurField = (typeof OUR_FIELDS)[number];

const NUMBERS = ['cost_usd', 'latency_ms', 'prompt_tokens', 'completion_tokens', 'propensity'] as const;
const TEXTS = ['model', 'task', 'domain', 'error', 'decision_id', 'better_model', 'worse_model'] as const;

/** A query is the text that stands there, be it JSON or not; of messages, the last of the user. */
function queryOf(row: Row): string | undefined {
  const value = valueOf(row, 'query');
  const isChat = Array.isArray(value) && value.every((one) => isRow(one) && ('role' in one || 'content' in one));
  return isChat || typeof row['query'] !== 'string' ? promptIn(value) : promptIn(row['query']);
}

/** A table whose columns are ours by name, or as `--map` says. */
export const plain: LogFormat = {
  name: 'table',
  title: 'table',
  columns: OUR_FIELDS.map((field) => [field, field]),
  fits: (row) => 'query' in row || 'model' in row || 'better_model' in row,
  read(row, { scaled }) {
    const value: Record<string, unknown> = { query: queryOf(row), at: timeOf(row, 'at') };
    for (const field of NUMBERS) value[field] = numberOf(row, field);
    for (const field of TEXTS) value[field] = textOf(row, field);
    const score = numberOf(row, 'score');
    if (score !== undefined) value['score'] = scaled('score', score);
    const told: Told = { kind: value['better_model'] === undefined ? 'interaction' : 'preference', value };
    return { told: [told] };
  },
};

/** The row with its columns named as the mapping says, and constants added. */
export function mapped(row: Row, map: ReadonlyMap<string, string>, set: Row): Row {
  if (map.size === 0 && Object.keys(set).length === 0) return row;
  const named = Object.entries(row).flatMap(([column, value]) => {
    const to = map.get(column);
    return to === undefined ? [[column, value] as const] : [[to, value] as const, [column, value] as const];
  });
  // What is mapped goes before a column of that name.
  const own = Object.fromEntries(named.toReversed());
  for (const [column, to] of map) own[to] = at(row, column) ?? own[to];
  return { ...own, ...set };
}

/** A column, or a field of an object in one: `metadata.score`. */
function at(row: Row, path: string): unknown {
  if (path in row) return row[path];
  let here: unknown = row;
  for (const key of path.split('.')) here = isRow(here) ? valueOf(here, key) : undefined;
  return here;
}
