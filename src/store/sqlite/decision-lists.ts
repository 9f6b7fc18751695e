import type SQLite from 'better-sqlite3';
import type { OutcomeKind } from '../../schema/decision.js';
import {
  SEARCHED_CHARS,
  type DecisionFilter,
  type DecisionSearch,
  type DecisionStore,
  type DecisionsFound,
} from '../ports/decisions.js';
import type { Connection } from './connection.js';
import { idAt } from './decision-ids.js';
import { COLUMNS, toKept, type Row } from './decision-rows.js';

/** Comes after all ids. */
const LAST = '~';

/** What is listed by, each alone or with others. */
const FILTERED = ['model', 'policy', 'experiment'] as const;

/** What a statement is told; those that it does not name are left aside. */
interface Told {
  from: string;
  to: string;
  model: string;
  policy: string;
  experiment: string;
  limit: number;
  skip: number;
  pattern: string;
}

/** Where in the text: `+` keeps the planner from an index that would not be in order. */
const TEXT = `substr(+query, 1, ${SEARCHED_CHARS}) LIKE @pattern ESCAPE '\\'`;

const some = (where: string): string => `EXISTS (SELECT 1 FROM interaction i WHERE i.decision = decision.id${where})`;
const OUTCOME: Readonly<Record<OutcomeKind, string>> = {
  none: `NOT ${some('')}`,
  any: some(''),
  good: some(' AND i.score >= 0.5'),
  bad: some(' AND i.score < 0.5'),
  error:
    `(${some(' AND i.error IS NOT NULL')} OR ` +
    'EXISTS (SELECT 1 FROM call c WHERE c.decision = decision.id AND c.error IS NOT NULL))',
};

const patternOf = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

function toldBy({ before = LAST, model, policy, experiment, from, to, limit }: DecisionFilter): Told {
  const until = to === undefined ? LAST : idAt(to);
  return {
    from: from === undefined ? '' : idAt(from),
    to: before < until ? before : until,
    model: model ?? '',
    policy: policy ?? '',
    experiment: experiment ?? '',
    limit,
    skip: 0,
    pattern: '',
  };
}

/** Lists of decisions: each set of filters has a statement, so that it has the index that it needs. */
export function createDecisionLists(connection: Connection): Pick<DecisionStore, 'list' | 'search' | 'arrived'> {
  const { db } = connection;
  const prepared = new Map<string, SQLite.Statement<[Told]>>();

  function statement(columns: string, filter: DecisionFilter, sought: readonly string[]): SQLite.Statement<[Told]> {
    const where = [
      'id >= @from',
      'id < @to',
      ...FILTERED.filter((field) => filter[field] !== undefined).map((field) => `${field} = @${field}`),
      ...sought,
    ].join(' AND ');
    const sql = `SELECT ${columns} FROM decision WHERE ${where} ORDER BY id DESC LIMIT @limit OFFSET @skip`;
    let found = prepared.get(sql);
    if (found === undefined) prepared.set(sql, (found = db.prepare<[Told]>(sql)));
    return found;
  }

  function rows(filter: DecisionFilter, told: Told, sought: readonly string[] = []): Row[] {
    return statement(COLUMNS.join(', '), filter, sought).all(told) as Row[];
  }

  /** The last of the first `most`; undefined where there are no more than these. */
  function lastLookedAt(filter: DecisionFilter, told: Told, most: number): string | undefined {
    const ends = statement('id', filter, []).all({ ...told, limit: 2, skip: most - 1 }) as { id: string }[];
    return ends.length === 2 ? ends[0]!.id : undefined;
  }

  function search({ text, outcome, most, ...filter }: DecisionSearch): DecisionsFound {
    const told = toldBy(filter);
    const last = lastLookedAt(filter, told, most);
    const sought = [...(text === undefined ? [] : [TEXT]), ...(outcome === undefined ? [] : [OUTCOME[outcome]])];
    const found = rows(
      filter,
      { ...told, from: last ?? told.from, pattern: patternOf(text ?? ''), limit: filter.limit + 1 },
      sought,
    );
    const more = found.length > filter.limit;
    return {
      found: found.slice(0, filter.limit).map(toKept),
      next: more ? found[filter.limit - 1]!.id : (last ?? null),
    };
  }

  const newest = db.prepare<[], number | null>('SELECT max(rowid) FROM decision').pluck();
  const after = db.prepare<[number, number, number], Row>(
    `SELECT ${COLUMNS.join(', ')} FROM decision WHERE rowid > ? AND rowid <= ? ORDER BY rowid DESC LIMIT ?`,
  );

  return {
    list: async (filter) => rows(filter, toldBy(filter)).map(toKept),
    search: async (filter) => connection.read(() => search(filter)),
    arrived: async (place, limit) =>
      connection.read(() => {
        const now = newest.get() ?? 0;
        if (place === undefined || place === now) return { found: [], place: now };
        // Rows are numbered anew where all were removed.
        return { found: after.all(place > now ? 0 : place, now, limit).map(toKept), place: now };
      }),
  };
}
