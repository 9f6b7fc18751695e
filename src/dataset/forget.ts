import { sha256 } from '../base/hash.js';
import { createPace, type Pace } from '../base/pace.js';
import { whileBusy } from '../base/while-busy.js';
import type { Encoder } from '../encoder/types.js';
import type { ForgetRequest, Forgotten } from '../schema/retention.js';
import type { Ledger } from '../store/ports/index.js';
import type { ForgetPosition, RestPart, ToForget } from '../store/ports/retention.js';

export interface ForgettingParts {
  ledger: Pick<Ledger, 'retention' | 'embeddings'>;
  /** Keeps vectors of what is forgotten, where it is fast and in-process; none unless given. */
  encoder?: Encoder | undefined;
}

/** Longest that other work waits for its turn, in milliseconds, and its share of the time. */
const TURN_MS = 4;
const OTHERS_SHARE = 0.5;
/** Longest that one part waits for a ledger that others write to, in milliseconds. */
const BUSY_LIMIT_MS = 2_000;

/**
 * Forgets texts, and keeps what was learned: hashes, scores and sums stay, and a vector of each text, so that training
 * goes on with it. A slow encoder is not asked: of its texts, those that were encoded before have a vector.
 */
export interface Forgetting {
  /** Safe to call again, and while others read, write and train. Throws `ledger_busy`; what was forgotten stays so. */
  forget(what: ToForget): Promise<Forgotten>;
}

/** What a request names, as the ledger finds it. */
export function toForget({ query_hash: hash, query, tenant, before }: ForgetRequest): ToForget {
  if (tenant !== undefined) return { tenant };
  if (before !== undefined) return { before: Date.parse(before) };
  return { hash: hash ?? sha256(query!) };
}

export function createForgetting({ ledger, encoder }: ForgettingParts): Forgetting {
  const { retention, embeddings } = ledger;

  /** Keeps vectors of texts; answers how many have none. */
  async function keepVectors(texts: readonly { hash: string; text: string }[], pace: Pace): Promise<number> {
    if (encoder === undefined) return texts.length;
    const hashes = texts.map(({ hash }) => hash);
    const found = await embeddings.get(encoder.id, hashes);
    const missing = texts.filter(({ hash }) => !found.has(hash));
    if (encoder.encodeSync === undefined) return missing.length;
    const encoded: [string, Float32Array][] = [];
    for (const { hash, text } of missing) {
      encoded.push([hash, encoder.encodeSync(text)]);
      await pace.turn();
    }
    await whileBusy(BUSY_LIMIT_MS, () => embeddings.put(encoder.id, encoded));
    return 0;
  }

  return {
    async forget(what) {
      const forgotten: Forgotten = { texts: 0, decisions: 0, errors: 0, comments: 0, unlearnable: 0 };
      const pace = createPace({ turnMs: TURN_MS, othersShare: OTHERS_SHARE });
      let from: ForgetPosition | null = { stage: 0, after: 0 };
      while (from !== null) {
        const { texts, next } = await retention.toForget(what, from);
        if (texts.length > 0) {
          const without = await keepVectors(texts, pace);
          const hashes = texts.map(({ hash }) => hash);
          forgotten.texts += await whileBusy(BUSY_LIMIT_MS, () => retention.forgetTexts(what, hashes));
          forgotten.unlearnable += without;
        }
        from = next;
        await pace.turn();
      }
      from = { stage: 0, after: 0 };
      while (from !== null) {
        const at: ForgetPosition = from;
        const rest: RestPart = await whileBusy(BUSY_LIMIT_MS, () => retention.forgetRest(what, at));
        forgotten.decisions += rest.decisions;
        forgotten.errors += rest.errors;
        forgotten.comments += rest.comments;
        from = rest.next;
        await pace.turn();
      }
      const { texts, decisions, errors, comments } = forgotten;
      if (texts + decisions + errors + comments > 0) await retention.settle();
      return forgotten;
    },
  };
}
