import type { KeyId } from '../../schema/ids.js';
import type { KeyRecord, KeyStore } from '../ports/keys.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';

interface Row {
  id: string;
  name: string;
  scopes: string;
  tenant: string | null;
  models: string | null;
  policies: string | null;
  limits: string | null;
  texts: string | null;
  exploration: 0 | 1;
  secret_hash: Buffer;
  previous_hash: Buffer | null;
  previous_until: number | null;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
const parsed = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

const toRecord = (row: Row): KeyRecord => ({
  id: row.id as KeyId,
  name: row.name,
  scopes: JSON.parse(row.scopes) as KeyRecord['scopes'],
  tenant: row.tenant as KeyRecord['tenant'],
  models: parsed(row.models),
  policies: parsed(row.policies),
  limits: parsed(row.limits) ?? {},
  texts: parsed(row.texts),
  exploration: row.exploration === 1,
  secretHash: row.secret_hash,
  previousHash: row.previous_hash,
  previousUntil: row.previous_until,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
});

/** Keys of callers, by the hashes of their secrets. */
export function createKeys(connection: Connection, touch: Touch): KeyStore {
  const { db } = connection;
  const all = db.prepare<[], Row>('SELECT * FROM api_key ORDER BY created_at, id');
  const find = db.prepare<[string], Row>('SELECT * FROM api_key WHERE id = ?');
  const insert = db.prepare(
    `INSERT INTO api_key
       (id, name, scopes, tenant, models, policies, limits, texts, exploration, secret_hash, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const rotate = db.prepare<[Buffer, number, string]>(
    `UPDATE api_key SET previous_hash = secret_hash, secret_hash = ?, previous_until = ?
     WHERE id = ? AND revoked_at IS NULL`,
  );
  const revoke = db.prepare<[number, string]>('UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL');

  function recordOf(id: KeyId): KeyRecord | undefined {
    const row = find.get(id);
    return row === undefined ? undefined : toRecord(row);
  }

  return {
    list: async () => all.all().map(toRecord),
    add: async (key) =>
      connection.write(() => {
        insert.run(
          key.id,
          key.name,
          JSON.stringify(key.scopes),
          key.tenant,
          json(key.models),
          json(key.policies),
          JSON.stringify(key.limits),
          json(key.texts),
          Number(key.exploration),
          key.secretHash,
          key.createdAt,
          key.expiresAt,
        );
        touch('keys');
      }),
    rotate: async (id, hash, previousUntil) =>
      connection.write(() => {
        if (rotate.run(hash, previousUntil, id).changes === 0) return undefined;
        touch('keys');
        return recordOf(id);
      }),
    revoke: async (id, at) =>
      connection.write(() => {
        if (revoke.run(at, id).changes > 0) touch('keys');
        return recordOf(id);
      }),
  };
}
