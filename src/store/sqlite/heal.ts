import { MOST } from '../../schema/amounts.js';
import type { Connection } from './connection.js';
import {
  ANSWER_FIELDS,
  beyondRange,
  DAY_GROUPS,
  DECLARED_FIELDS,
  WRONG_SUMS as WRONG,
  type AnswerField,
} from './ranges.js';

/** What was put right in a ledger: numbers that no request and no file may bring any more. */
export interface Healed {
  /** LLMs whose answers or declared facts had some. */
  models: string[];
  /** How many numbers of answers were beyond their ranges, and are not known now. */
  values: number;
}

/** Integer ids of LLMs by what of theirs can't be, and whether anything else can't. */
interface Found {
  score: number[];
  cost: number[];
  before: number[];
  tokens: number[];
  latency: number[];
  declared: number[];
  others: boolean;
}

const ANY_DAY = DAY_GROUPS.flatMap((group) => [WRONG.dayCost(group), WRONG.dayQuality(group)]).join(' OR ');
const ANY_DECLARED = Object.entries(DECLARED_FIELDS)
  .map(([field, most]) => beyondRange(field, most))
  .join(' OR ');

/** The sum of the weights of scores. */
const WEIGHT = 'total(i.weight) FILTER (WHERE i.score IS NOT NULL)';

const listOf = (llms: Iterable<number>): string => [...llms].join(', ');

function find({ db }: Connection): Found {
  const ids = (sql: string): number[] => db.prepare<[], number>(sql).pluck().all();
  const has = (sql: string): boolean => db.prepare<[], number>(`SELECT EXISTS (${sql})`).pluck().get() === 1;
  return {
    score: ids(`SELECT llm FROM llm_total WHERE ${WRONG.score}`),
    cost: ids(`SELECT llm FROM llm_total WHERE ${WRONG.cost}`),
    before: ids(`SELECT llm FROM llm_before_change WHERE ${WRONG.score}`),
    tokens: ids(`SELECT DISTINCT llm FROM llm_usage WHERE ${WRONG.tokens}`),
    latency: ids(`SELECT DISTINCT llm FROM llm_usage WHERE ${WRONG.latency}`),
    declared: ids(`SELECT id FROM llm WHERE ${ANY_DECLARED}`),
    others:
      has(`SELECT 1 FROM decision_day WHERE ${ANY_DAY}`) ||
      has(`SELECT 1 FROM load_use WHERE ${WRONG.load}`) ||
      has(`SELECT 1 FROM load_debt WHERE ${WRONG.load}`),
  };
}

const isWell = ({ others, ...llms }: Found): boolean => !others && Object.values(llms).every((ids) => ids.length === 0);

/** Forgets a field of these LLMs' answers where it is beyond its range; answers whose it was, and how often. */
function clear({ db }: Connection, field: AnswerField, llms: ReadonlySet<number>): number[] {
  return db
    .prepare<[], number>(
      `UPDATE interaction SET ${field} = NULL
       WHERE llm IN (${listOf(llms)}) AND ${beyondRange(field, ANSWER_FIELDS[field])} RETURNING llm`,
    )
    .pluck()
    .all();
}

/** Sums of answers, from the answers. */
function countAnew({ db }: Connection, { score, before, ...of }: Omit<Found, 'declared' | 'others'>): void {
  const total = (what: string): string => `(SELECT ${what} FROM interaction i WHERE i.llm = llm_total.llm)`;
  const perTask = (what: string): string =>
    `(SELECT ${what} FROM interaction i
      WHERE i.llm = llm_usage.llm AND ifnull(i.task, 0) = llm_usage.task AND error IS NULL)`;
  const log = 'ln(max(i.latency_ms, 1.0))';
  db.exec(`
    UPDATE llm_total SET score = ${total('total(i.score * i.weight)')}, scored = ${total('count(i.score)')},
      score_weight = ${total(WEIGHT)}
      WHERE llm IN (${listOf(score)});
    UPDATE llm_total SET cost_usd = ${total('total(i.cost_usd)')}, cost_usd_n = ${total('count(i.cost_usd)')}
      WHERE llm IN (${listOf(of.cost)});
    DELETE FROM llm_before_change WHERE llm IN (${listOf(before)});
    INSERT INTO llm_before_change
      SELECT i.llm, count(i.score), total(i.score * i.weight), ${WEIGHT} FROM interaction i
      WHERE i.llm IN (${listOf(before)})
        AND i.at < (SELECT max(c.at) FROM change_point c WHERE c.llm = i.llm AND c.task IS NULL)
      GROUP BY i.llm;
    UPDATE llm_usage SET
      completion_tokens = ${perTask('total(i.completion_tokens)')},
      completion_tokens_n = ${perTask('count(i.completion_tokens)')} WHERE llm IN (${listOf(of.tokens)});
    UPDATE llm_usage SET
      log_latency = ${perTask(`total(${log})`)}, log_latency_squares = ${perTask(`total(${log} * ${log})`)},
      latency_n = ${perTask('count(i.latency_ms)')} WHERE llm IN (${listOf(of.latency)});
    DELETE FROM drift_stream WHERE signal = 'latency' AND llm IN (${listOf(of.latency)});
    DELETE FROM drift_alert WHERE signal = 'latency' AND llm IN (${listOf(of.latency)})
      AND NOT (before BETWEEN 0 AND ${MOST.milliseconds} AND after BETWEEN 0 AND ${MOST.milliseconds});
  `);
}

/** What is not of answers: nobody knows any more what it was. */
function forget({ db }: Connection): void {
  db.exec(`DELETE FROM load_use WHERE ${WRONG.load}; DELETE FROM load_debt WHERE ${WRONG.load}`);
  for (const [field, most] of Object.entries(DECLARED_FIELDS))
    db.exec(`UPDATE llm SET ${field} = NULL WHERE ${beyondRange(field, most)}`);
  for (const group of DAY_GROUPS)
    db.exec(`
      UPDATE decision_day SET ${group}_cost = 0, ${group}_cost_n = 0 WHERE ${WRONG.dayCost(group)};
      UPDATE decision_day SET ${group}_quality = 0, ${group} = 0 WHERE ${WRONG.dayQuality(group)};
    `);
}

/**
 * Puts right what a ledger holds beyond the ranges of today, from before they were: a field of an answer that is beyond
 * its range is not known any more, and the sums that it went into are counted anew from the answers. (What calls
 * without a query brought to these sums is lost.) Looks at sums alone, which are few; answers are read only of LLMs
 * whose sums can't be. Undefined where there was nothing to do. Throws `ledger_busy`.
 */
export function heal(connection: Connection): Healed | undefined {
  if (isWell(find(connection))) return undefined;
  return connection.write(() => {
    const { declared, others: _, ...found } = find(connection);
    const concerned = new Set(Object.values(found).flat());
    const cost = clear(connection, 'cost_usd', concerned);
    const latency = clear(connection, 'latency_ms', concerned);
    const tokens = clear(connection, 'completion_tokens', concerned);
    const prompts = clear(connection, 'prompt_tokens', concerned);
    countAnew(connection, {
      ...found,
      cost: [...found.cost, ...new Set(cost)],
      latency: [...found.latency, ...new Set(latency)],
      tokens: [...found.tokens, ...new Set(tokens)],
    });
    forget(connection);
    connection.db.exec(`
      UPDATE tally SET revision = revision + 1;
      UPDATE subject_revision SET revision = revision + 1 WHERE subject IN ('catalog', 'alerts');
    `);
    const names = connection.db.prepare<[], string>(
      `SELECT name FROM llm WHERE id IN (${listOf(new Set([...concerned, ...declared]))}) ORDER BY id`,
    );
    return {
      models: names.pluck().all(),
      values: cost.length + latency.length + tokens.length + prompts.length,
    };
  });
}
