import type { KeyId, TenantId, LlmId } from '../../schema/ids.js';
import type { KeyLimits, Scope } from '../../schema/key.js';
import type { KeyTexts } from '../../schema/texts.js';

/** A key as it is kept. Times in milliseconds since the epoch. */
export interface KeyRecord {
  id: KeyId;
  name: string;
  scopes: readonly Scope[];
  tenant: TenantId | null;
  /** The only LLMs that it may be sent to; null for all. */
  models: readonly LlmId[] | null;
  /** The only policies that it may route by; null for all. */
  policies: readonly string[] | null;
  limits: KeyLimits;
  /** What is kept of texts that come by it; null for what the settings say. */
  texts: KeyTexts | null;
  /** Whether its queries may go to an LLM that is chosen by chance. */
  exploration: boolean;
  /** SHA-256 of its secret, 32 bytes. */
  secretHash: Buffer;
  /** That of the secret before the last rotation, good until `previousUntil`. */
  previousHash: Buffer | null;
  previousUntil: number | null;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
}

/** Keys of callers. */
export interface KeyStore {
  /** All keys there ever were, oldest first. */
  list(): Promise<KeyRecord[]>;
  /** Throws `ledger_busy`, as every verb that writes. */
  add(key: KeyRecord): Promise<void>;
  /** Gives a key another secret; the one before stays good until `previousUntil`. Undefined where none is in force. */
  rotate(id: KeyId, secretHash: Buffer, previousUntil: number): Promise<KeyRecord | undefined>;
  /** Ends a key for good; one that is revoked stays as it is. Undefined where there is none. */
  revoke(id: KeyId, at: number): Promise<KeyRecord | undefined>;
}
