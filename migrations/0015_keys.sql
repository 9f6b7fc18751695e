-- Keys of callers. Lists and limits are JSON, NULL where they restrict nothing. secret_hash: SHA-256 of the secret, 32 bytes;
-- previous_hash: that of the secret before a rotation, good until previous_until.
CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  tenant TEXT,
  models TEXT,
  policies TEXT,
  limits TEXT,
  secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
  previous_hash BLOB CHECK (length(previous_hash) = 32),
  previous_until INTEGER,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO subject_revision VALUES ('keys', 0);

-- What was claimed of the limits a minute, by half seconds since the epoch.
CREATE TABLE key_use (
  key TEXT NOT NULL REFERENCES api_key,
  slot INTEGER NOT NULL,
  requests REAL NOT NULL,
  tokens REAL NOT NULL,
  PRIMARY KEY (key, slot)
) STRICT, WITHOUT ROWID;

-- US dollars that were claimed of the budgets, by day (2026-11-29) and month (2026-11), in UTC.
CREATE TABLE key_spend (
  key TEXT NOT NULL REFERENCES api_key,
  period TEXT NOT NULL,
  usd REAL NOT NULL,
  PRIMARY KEY (key, period)
) STRICT, WITHOUT ROWID;

-- What administrators changed. actor, before and after are JSON.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN
  SELECT raise(ABORT, 'the audit log is only added to');
END;
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN
  SELECT raise(ABORT, 'the audit log is only added to');
END;
