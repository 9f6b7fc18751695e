import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { Maybe } from '../base/maybe.js';
import { keyPartsOf, sameHash, secretHash } from '../keys/secret.js';
import { allowanceOf, type Usage } from '../machines/quota.js';
import type { KeyId, LlmId, TenantId } from '../schema/ids.js';
import type { Scope } from '../schema/key.js';
import type { KeyTexts } from '../schema/texts.js';
import type { KeyRecord } from '../store/ports/keys.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import { createLiveQuotas, type LiveQuotas } from './quotas.js';

/** Who asks, and what they may. */
export interface Caller {
  /** Public id of their key; null where none was asked for. */
  readonly key: KeyId | null;
  readonly name: string;
  readonly tenant: TenantId | null;
  /** The only LLMs that they may be sent to; null for all. */
  readonly models: readonly LlmId[] | null;
  /** The only policies that they may route by, the first where they name none; null for all. */
  readonly policies: readonly string[] | null;
  /** What is kept of texts that they send; null for what the settings say. */
  readonly texts: KeyTexts | null;
  /** Whether their queries may go to an LLM that is chosen by chance. */
  readonly exploration: boolean;
  may(scope: Scope): boolean;
  /** Counts usage against their limits. Throws, or rejects with, `rate_limited` or `budget_exhausted`. */
  charge(usage: Usage): Maybe<void>;
  /** Takes back what was charged a moment ago, as it was not used. */
  refund(usage: Usage): void;
}

const NOTHING = (): void => undefined;

function anybody(name: string, may: boolean): Caller {
  return {
    key: null,
    name,
    tenant: null,
    models: null,
    policies: null,
    texts: null,
    exploration: true,
    may: () => may,
    charge: NOTHING,
    refund: NOTHING,
  };
}
/** Whoever asks a service that is open. */
export const ANYBODY = anybody('anybody', true);
/** Who shows no key that is good: they may do what everybody may. */
export const STRANGER = anybody('stranger', false);

/** What became of a key that was shown. */
export type Shown = Caller | 'unknown' | 'expired' | 'revoked';

/** Keys that follow the ledger. */
export interface LiveKeys extends Live {
  /** Whether a key was ever made: from then on, callers are asked for one. */
  any(): boolean;
  /** Who holds this key. */
  find(text: string): Shown;
  /** Gives back all that was claimed of limits and not used, as no caller comes any more. */
  close(): Promise<void>;
}

/** Compared with where there is no such key, so that the time tells nothing. */
const NO_HASH = Buffer.alloc(32);

/** Keys whose hashes were compared that are remembered; beyond that, all are forgotten. */
const MAX_VERIFIED = 1_000;

/** A key that was shown, and whether by its secret of now rather than the one before. */
interface Held {
  record: KeyRecord;
  caller: Caller;
  isCurrent: boolean;
}

function callerOf(key: KeyRecord, quotas: LiveQuotas): Caller {
  const scopes = new Set<Scope>(key.scopes);
  const allowance = allowanceOf(key.limits);
  return {
    key: key.id,
    name: key.name,
    tenant: key.tenant,
    models: key.models,
    policies: key.policies,
    texts: key.texts,
    exploration: key.exploration,
    may: (scope) => scopes.has(scope) || scopes.has('admin'),
    charge: (usage) => (allowance === null ? undefined : quotas.charge(key.id, allowance, usage)),
    refund: (usage) => quotas.refund(key.id, usage),
  };
}

export async function openLiveKeys({
  ledger,
  clock,
  log,
}: {
  ledger: Pick<Ledger, 'keys' | 'quotas' | 'steady'>;
  /** The time of day, which keys expire by. */
  clock: Clock;
  log: Logger;
}): Promise<LiveKeys> {
  const quotas = createLiveQuotas({ ledger, clock: ledger.steady, log });
  let known = new Map<string, { record: KeyRecord; caller: Caller }>();
  /** Keys as they were shown, once their hashes were compared: hashing takes longer than all the rest of a look-up. */
  const verified = new Map<string, Held>();

  /** Whose key this is; undefined where it is nobody's. */
  function verify(text: string): Held | undefined {
    const parts = keyPartsOf(text);
    if (parts === undefined) return undefined;
    const found = known.get(parts.id);
    const hash = secretHash(parts.secret);
    const isCurrent = sameHash(hash, found?.record.secretHash ?? NO_HASH);
    if (found === undefined || !(isCurrent || sameHash(hash, found.record.previousHash ?? NO_HASH))) return undefined;
    const held = { ...found, isCurrent };
    if (verified.size >= MAX_VERIFIED) verified.clear();
    verified.set(text, held);
    return held;
  }

  async function read(): Promise<void> {
    const records = await ledger.keys.list();
    known = new Map(records.map((record) => [record.id, { record, caller: callerOf(record, quotas) }]));
    // Only now: what is verified meanwhile is by what was known before.
    verified.clear();
  }

  await read();
  return {
    name: 'keys',
    eager: ['keys'],
    lazy: 'always',
    any: () => known.size > 0,
    find(text) {
      const held = verified.get(text) ?? verify(text);
      if (held === undefined) return 'unknown';
      const { record, caller, isCurrent } = held;
      const now = clock();
      if (record.revokedAt !== null) return 'revoked';
      if (record.expiresAt !== null && now >= record.expiresAt) return 'expired';
      if (!isCurrent && now >= (record.previousUntil ?? 0)) return 'expired';
      return caller;
    },
    close: () => quotas.settle(true),
    async refresh(changed) {
      if (changed === undefined || changed.has('keys')) await read();
      await quotas.settle();
    },
  };
}
