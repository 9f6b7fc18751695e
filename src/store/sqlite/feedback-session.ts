import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { AnswerRow } from '../../machines/experiment-answer.js';
import type { Touch } from './changes.js';
import type {
  LedgerCounts,
  OfQuery,
  RecordedInteraction,
  RecordedPreference,
  RecordedSignal,
} from '../ports/feedback.js';
import type { Call } from '../ports/imports.js';
import type { Connection } from './connection.js';
import type { ExperimentResults } from './experiment-results.js';
import type { LlmTotals } from './llm-totals.js';
import type { LlmUsage } from './llm-usage.js';
import { rememberIds, type KnownLlm, type Registry } from './registry.js';
import type { Room } from './room.js';
import type { TableSizes } from './table-sizes.js';
import type { Tally } from './tally.js';

/** Who posted rows, and when their texts are to be forgotten, in milliseconds; see `FeedbackBatch`. */
export interface Origin {
  tenant?: string | undefined;
  forgetAt?: number | undefined;
}

/** Feedback rows of one write transaction. Statistics and the tally are written by {@link finish}, once. */
export interface FeedbackSession {
  /** Answers the LLM's integer id, and the time of the interaction, in milliseconds. */
  interaction(value: RecordedInteraction, of?: Origin): { llm: number; at: number };
  preference(value: RecordedPreference, of?: Origin): void;
  signal(value: RecordedSignal, of?: Origin): void;
  /** A call without a query: sums alone are kept of it. */
  call(value: Call): void;
  /** An LLM as this session sees it. */
  llm(name: string): KnownLlm | undefined;
  /** LLMs first seen in this session, or candidates only since. */
  readonly newLlms: string[];
  finish(): void;
}

/**
 * Opens sessions; each is made and finished inside one write transaction. LLMs that nobody declared are candidates,
 * unless they are `known` alone. There may be no room for them: then it throws `catalog_full`.
 */
export type OpenSession = (unknown?: 'candidate' | 'known') => FeedbackSession;

export interface SessionParts {
  registry: Registry;
  totals: LlmTotals;
  usage: LlmUsage;
  tally: Tally;
  touch: Touch;
  room: Room;
  sizes: TableSizes;
  results: ExperimentResults;
  clock: Clock;
}

const rowOf = (value: RecordedInteraction): AnswerRow => ({
  score: value.score,
  isCall: true,
  failed: value.error !== undefined,
  latencyMs: value.latency_ms,
  costUsd: value.cost_usd,
});

export function createFeedbackSessions(
  { db }: Connection,
  { registry, totals, usage, tally, touch, room, sizes, results, clock }: SessionParts,
): OpenSession {
  const findQuery = db.prepare<[Buffer], number>('SELECT id FROM query WHERE hash = ?').pluck();
  const insertQuery = db.prepare<[Buffer, string, number | null]>(
    'INSERT INTO query (hash, text, forget_at) VALUES (?, ?, ?)',
  );
  // Few are forgotten, and the index has no others.
  const restoreText = db.prepare<[string, number | null, Buffer]>(
    "UPDATE query INDEXED BY query_forgotten SET text = ?, forget_at = ? WHERE hash = ? AND text = ''",
  );
  // Few are to be forgotten at a time of their own: one that is posted again is kept as long as any of its rows says.
  const keepLonger = db.prepare<{ hash: Buffer; until: number | null }>(
    `UPDATE query INDEXED BY query_passing SET forget_at = iif(@until IS NULL, NULL, max(forget_at, @until))
     WHERE hash = @hash AND forget_at IS NOT NULL`,
  );
  const insertInteraction = db.prepare(
    `INSERT INTO interaction (query, llm, task, domain, score, cost_usd, latency_ms, prompt_tokens, completion_tokens,
     error, at, decision, propensity, tenant)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertSignal = db.prepare(
    `INSERT INTO interaction (query, llm, task, domain, score, at, decision, signal, source, weight, tenant)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPreference = db.prepare(
    'INSERT INTO preference (query, better, worse, task, domain, at, decision, tenant) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );

  return (unknown = 'candidate') => {
    const ids = rememberIds(registry);
    const sums = totals.session();
    const taken = usage.session();
    const tried = results.session();
    const counts: LedgerCounts = { interactions: 0, preferences: 0, queries: 0 };
    let calls = 0;
    let [texts, textBytes] = [0, 0];
    const newLlms: string[] = [];
    const now = clock();
    // Files list the LLMs of one query together, so the last query is the likeliest next one.
    let lastText: string | undefined;
    let lastForgetAt: number | null = null;
    let lastQuery = 0;

    /** A query of which only the hash is known: one with its text stays as it is. */
    const hashedId = (hex: string): number => {
      const hash = Buffer.from(hex, 'hex');
      const id = findQuery.get(hash);
      if (id !== undefined) return id;
      counts.queries++;
      return Number(insertQuery.run(hash, '', null).lastInsertRowid);
    };
    const queryId = ({ query: text, queryHash }: OfQuery, forgetAt: number | null): number => {
      if (text === undefined) return hashedId(queryHash);
      if (text === lastText && forgetAt === lastForgetAt) return lastQuery;
      const hash = createHash('sha256').update(text).digest();
      let id = findQuery.get(hash);
      const created = id === undefined;
      if (id === undefined) {
        id = Number(insertQuery.run(hash, text, forgetAt).lastInsertRowid);
        counts.queries++;
      }
      if (created || restoreText.run(text, forgetAt, hash).changes > 0) {
        texts++;
        textBytes += Buffer.byteLength(text);
      } else keepLonger.run({ hash, until: forgetAt });
      lastText = text;
      lastForgetAt = forgetAt;
      lastQuery = id;
      return id;
    };
    const llmId = (name: string): number => {
      const found = ids.findLlm(name);
      if (found !== undefined && (!found.undeclared || unknown === 'known')) return found.id;
      newLlms.push(name);
      return room.within(() => ids.registerLlm(name, unknown === 'known'));
    };
    const labels = (value: {
      task?: string | undefined;
      domain?: string | undefined;
    }): { task: number | null; domain: number | null } => {
      const task = value.task === undefined ? null : ids.task(value.task);
      const domain = value.domain === undefined ? null : ids.domain(value.domain);
      if (task !== null && domain !== null) ids.link(task, domain);
      return { task, domain };
    };
    /** Columns that rows of both kinds have. */
    const columnsOf = (
      value: RecordedInteraction | RecordedPreference | RecordedSignal,
      { tenant = null, forgetAt = null }: { tenant?: string | null | undefined; forgetAt?: number | null | undefined },
    ) => ({
      query: queryId(value, forgetAt),
      tenant,
      ...labels(value),
      at: value.at === undefined ? now : Date.parse(value.at),
      decision: value.decision_id ?? null,
    });

    return {
      llm: (name) => ids.findLlm(name),
      newLlms,
      interaction(value, of = {}) {
        const llm = llmId(value.model);
        const { query, task, domain, at, decision, tenant } = columnsOf(value, of);
        insertInteraction.run(
          query,
          llm,
          task,
          domain,
          value.score ?? null,
          value.cost_usd ?? null,
          value.latency_ms ?? null,
          value.prompt_tokens ?? null,
          value.completion_tokens ?? null,
          value.error ?? null,
          at,
          decision,
          value.propensity ?? null,
          tenant,
        );
        sums.interaction(llm, value);
        taken.interaction(llm, task, value);
        if (decision !== null) tried.row(decision, rowOf(value));
        counts.interactions++;
        return { llm, at };
      },
      preference(value, of = {}) {
        const better = llmId(value.better_model);
        const worse = llmId(value.worse_model);
        const { query, task, domain, at, decision, tenant } = columnsOf(value, of);
        insertPreference.run(query, better, worse, task, domain, at, decision, tenant);
        sums.preference(better, worse);
        counts.preferences++;
      },
      signal(value, of = {}) {
        const llm = llmId(value.model);
        const { query, task, domain, at, decision, tenant } = columnsOf(value, of);
        const { value: score, signal, source = null, weight = 1 } = value;
        insertSignal.run(query, llm, task, domain, score, at, decision, signal, source, weight, tenant);
        sums.score(llm, score, weight);
        if (decision !== null) tried.row(decision, { score, weight, isCall: false });
        counts.interactions++;
      },
      call(value) {
        const llm = llmId(value.model);
        const { task } = labels(value);
        sums.interaction(llm, value);
        taken.interaction(llm, task, value);
        calls++;
      },
      finish() {
        if (counts.interactions + counts.preferences + calls === 0) return;
        sums.flush();
        taken.flush();
        tried.flush();
        tally.add(counts);
        sizes.add('interaction', counts.interactions);
        sizes.add('preference', counts.preferences);
        sizes.add('query', counts.queries);
        sizes.add('text', texts, textBytes);
        if (newLlms.length > 0 && unknown === 'candidate') touch('catalog');
      },
    };
  };
}
