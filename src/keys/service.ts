import type { Clock } from '../base/clock.js';
import { HOUR_MS } from '../base/units.js';
import { PointsmanError } from '../base/errors.js';
import type { KeyId } from '../schema/ids.js';
import type { KeyInfo, KeyMade, KeyRequest, KeyRotation } from '../schema/key.js';
import type { QuotaUse } from '../machines/quota.js';
import type { KeyRecord } from '../store/ports/keys.js';
import type { Ledger } from '../store/ports/index.js';
import { keyText, newKeyId, newSecret, secretHash } from './secret.js';

/** Makes, lists, rotates and revokes keys. */
export interface KeyService {
  /** Answers the whole key: it can't be read again. Throws `invalid_request` for one that would be expired at once. */
  create(request: KeyRequest): Promise<KeyMade>;
  /** All keys there ever were, oldest first. */
  list(): Promise<KeyInfo[]>;
  /** Throws `key_not_found`. */
  get(id: KeyId): Promise<KeyInfo>;
  /** Gives a key another secret. Throws `key_not_found`, also for one that is revoked. */
  rotate(id: KeyId, rotation: KeyRotation): Promise<KeyMade>;
  /** Ends a key at once, and for good. Throws `key_not_found`. */
  revoke(id: KeyId): Promise<KeyInfo>;
}

const isoOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

function infoOf(key: KeyRecord, use: QuotaUse | undefined): KeyInfo {
  return {
    id: key.id,
    name: key.name,
    scopes: [...key.scopes],
    tenant: key.tenant,
    models: key.models === null ? null : [...key.models],
    policies: key.policies === null ? null : [...key.policies],
    limits: key.limits,
    texts: key.texts,
    exploration: key.exploration,
    created_at: new Date(key.createdAt).toISOString(),
    expires_at: isoOf(key.expiresAt),
    previous_until: isoOf(key.previousUntil),
    revoked_at: isoOf(key.revokedAt),
    used: {
      requests: use?.requests ?? 0,
      tokens: use?.tokens ?? 0,
      usd_today: use?.usdToday ?? 0,
      usd_this_month: use?.usdThisMonth ?? 0,
    },
  };
}

const notFound = (id: string): PointsmanError =>
  new PointsmanError('key_not_found', `There is no key ${JSON.stringify(id)} in force; GET /v1/keys lists all keys`);

export function createKeyService({
  ledger: { keys, quotas },
  clock,
}: {
  ledger: Pick<Ledger, 'keys' | 'quotas'>;
  clock: Clock;
}): KeyService {
  const infosOf = async (records: readonly KeyRecord[]): Promise<KeyInfo[]> => {
    const used = await quotas.used();
    return records.map((key) => infoOf(key, used.get(key.id)));
  };
  const one = async (record: KeyRecord): Promise<KeyInfo> => (await infosOf([record]))[0]!;

  async function find(id: KeyId): Promise<KeyRecord> {
    const record = (await keys.list()).find((key) => key.id === id);
    if (record === undefined) throw notFound(id);
    return record;
  }

  function expiryOf(time: string | undefined): number | null {
    if (time === undefined) return null;
    const at = Date.parse(time);
    if (at > clock()) return at;
    const issue = { field: 'expires_at', expected: 'a time to come', received: JSON.stringify(time) };
    throw new PointsmanError('invalid_request', `expires_at: expected ${issue.expected}, got ${issue.received}`, {
      issues: [issue],
    });
  }

  return {
    async create({ name, scopes, tenant, models, policies, expires_at: expires, limits, texts, exploration }) {
      const [id, secret] = [newKeyId(), newSecret()];
      const record: KeyRecord = {
        id,
        name,
        scopes,
        tenant: tenant ?? null,
        models: models ?? null,
        policies: policies ?? null,
        limits: limits ?? {},
        texts: texts ?? null,
        exploration,
        secretHash: secretHash(secret),
        previousHash: null,
        previousUntil: null,
        createdAt: clock(),
        expiresAt: expiryOf(expires),
        revokedAt: null,
      };
      await keys.add(record);
      return { key: keyText({ id, secret }), ...infoOf(record, undefined) };
    },
    list: async () => infosOf(await keys.list()),
    get: async (id) => one(await find(id)),
    async rotate(id, { overlap_hours: hours }) {
      const { expiresAt } = await find(id);
      if (expiresAt !== null && expiresAt <= clock()) throw notFound(id);
      const secret = newSecret();
      const record = await keys.rotate(id, secretHash(secret), clock() + hours * HOUR_MS);
      if (record === undefined) throw notFound(id);
      return { key: keyText({ id, secret }), ...(await one(record)) };
    },
    async revoke(id) {
      const record = await keys.revoke(id, clock());
      if (record === undefined) throw notFound(id);
      return one(record);
    },
  };
}
