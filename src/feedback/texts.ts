import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { hashOfNothing, sha256 } from '../base/hash.js';
import type { Logger } from '../base/log.js';
import type { Redact } from '../base/redact.js';
import { HOUR_MS } from '../base/units.js';
import { keepVectors, type HashedText } from '../dataset/keep-vectors.js';
import type { Encoder } from '../encoder/types.js';
import type { TextSettings } from '../schema/texts.js';
import type { CommentRecord, FeedbackRecord, OfQuery } from '../store/ports/feedback.js';
import type { Ledger } from '../store/ports/index.js';
import type { Completed } from './complete.js';

/** Stands for the text of an error that is not kept. */
const NOT_KEPT = '(not kept)';
/** A class of errors, as `rate_limited` or `HTTP 503`: no text of anybody's. */
const CLASS = /^[\w.:-]{1,40}( \d{3})?$/;

/** What of feedback is stored. */
export interface Kept {
  records: FeedbackRecord[];
  comments: CommentRecord[];
  forgetAt?: number;
}

export interface TextParts {
  ledger: Pick<Ledger, 'embeddings'>;
  clock: Clock;
  log: Logger;
  /** Keeps vectors of texts that are not kept; none are unless given. */
  encoder?: Encoder | undefined;
  /** What texts go through before they are stored. */
  redact?: Redact | undefined;
}

/** Takes out of feedback what may not be stored of its texts, and keeps vectors of texts of which the hash is. */
export type KeepTexts = (completed: Completed, rule: TextSettings) => Promise<Kept>;

/** How what is stored of texts is told. */
interface Keeping {
  query(text: string, decision: string | undefined): Promise<OfQuery>;
  /** What is stored of another text; null for nothing. */
  text(text: string): Promise<string | null>;
  error(text: string): Promise<string>;
}

/** As nothing of the query: not even whose decision it is says more than that. */
const nothing = (decision: string | undefined): OfQuery => ({ queryHash: hashOfNothing(decision ?? randomUUID()) });

const errorClass = async (text: string): Promise<string> => (CLASS.test(text) ? text : NOT_KEPT);
const NO_TEXT = async (): Promise<null> => null;

export function createTextKeeping({ ledger, clock, log, encoder, redact }: TextParts): KeepTexts {
  /** @param hashed gets the texts of which only the hash is stored */
  function keepingOf({ store }: TextSettings, hashed: HashedText[]): Keeping {
    const byHash = (text: string): OfQuery => {
      const hash = sha256(text);
      hashed.push({ hash, text });
      return { queryHash: hash };
    };
    if (store === 'none') return { query: async (_, decision) => nothing(decision), text: NO_TEXT, error: errorClass };
    if (store === 'hash') return { query: async (text) => byHash(text), text: NO_TEXT, error: errorClass };
    /** Of what several records repeat, the hook is asked once. */
    const known = new Map<string, Promise<string | null>>();
    const redacted = async (text: string): Promise<string | null> => {
      if (redact === undefined) return text;
      let stored = known.get(text);
      if (stored === undefined) known.set(text, (stored = redact(text)));
      return stored;
    };
    return {
      async query(text) {
        const query = await redacted(text);
        return query === null ? byHash(text) : { query };
      },
      text: redacted,
      error: async (text) => (CLASS.test(text) ? text : ((await redacted(text)) ?? NOT_KEPT)),
    };
  }

  async function recordOf({ kind, value }: FeedbackRecord, keeping: Keeping): Promise<FeedbackRecord> {
    const { query, queryHash, ...rest } = value;
    const of = query === undefined ? { queryHash } : await keeping.query(query, value.decision_id);
    if (!('error' in rest) || rest.error === undefined) return { kind, value: { ...rest, ...of } } as FeedbackRecord;
    return { kind, value: { ...rest, error: await keeping.error(rest.error), ...of } } as FeedbackRecord;
  }

  return async ({ records, comments }, rule) => {
    const hashed: HashedText[] = [];
    const keeping = keepingOf(rule, hashed);
    const kept: Kept = { records: [], comments: [] };
    const isWhole = rule.store === 'whole';
    if (isWhole && rule.hours !== null) kept.forgetAt = clock() + rule.hours * HOUR_MS;
    if (isWhole && redact === undefined && comments.length === 0) return { ...kept, records };
    for (const record of records) kept.records.push(await recordOf(record, keeping));
    for (const { of, ...comment } of comments) {
      const text = await keeping.text(comment.text);
      if (text === null) continue;
      const { query, queryHash } = of.query === undefined ? of : await keeping.query(of.query, comment.decision);
      kept.comments.push({ ...comment, text, queryHash: queryHash ?? sha256(query) });
    }
    if (hashed.length > 0 && encoder !== undefined) {
      try {
        await keepVectors(hashed, { embeddings: ledger.embeddings, encoder });
      } catch (error) {
        const texts = hashed.length;
        log.warn({ error: messageOf(error), texts }, 'no vectors are kept of texts of which the hash is stored');
      }
    }
    return kept;
  };
}
