-- Calls through the model endpoint: how the call went whose answer was sent, one a decision. session: SHA-256 of whose conversation it
-- is, 32 bytes. Tokens, cost and finish are NULL where the provider did not say them.
CREATE TABLE call (
  decision TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  api TEXT NOT NULL,
  model TEXT NOT NULL,
  provider TEXT,
  session BLOB CHECK (length(session) = 32),
  tenant TEXT,
  status INTEGER NOT NULL,
  error TEXT,
  failed INTEGER NOT NULL,
  ttft_ms REAL,
  total_ms REAL NOT NULL,
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  cached_tokens INTEGER,
  cache_written_tokens INTEGER,
  reasoning_tokens INTEGER,
  cost_usd REAL,
  finish TEXT
) STRICT;
CREATE INDEX call_at ON call (at);
CREATE INDEX call_session ON call (session, at) WHERE session IS NOT NULL;

-- How much a signal counts beside others of the same answer and query.
ALTER TABLE interaction ADD COLUMN weight REAL NOT NULL DEFAULT 1 CHECK (weight > 0 AND weight <= 1);

-- score is a sum by weight; score_weight: the sum of the weights.
ALTER TABLE llm_total ADD COLUMN score_weight REAL NOT NULL DEFAULT 0;
UPDATE llm_total SET score_weight = scored;
ALTER TABLE llm_before_change ADD COLUMN score_weight REAL NOT NULL DEFAULT 0;
UPDATE llm_before_change SET score_weight = scored;
DROP TRIGGER change_point_before;
CREATE TRIGGER change_point_before AFTER INSERT ON change_point WHEN NEW.task IS NULL BEGIN
  INSERT OR REPLACE INTO llm_before_change SELECT llm, scored, score, score_weight FROM llm_total WHERE llm = NEW.llm;
END;

-- What each signal says, and what texts are kept, as JSON; no row for the defaults.
CREATE TABLE signals_settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  settings TEXT NOT NULL
) STRICT;
CREATE TABLE texts_settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  settings TEXT NOT NULL
) STRICT;

-- What texts are kept of what comes by a key, as JSON; NULL for what the settings say.
ALTER TABLE api_key ADD COLUMN texts TEXT;

-- When a text is to be forgotten, in milliseconds; NULL for what the settings of retention say.
ALTER TABLE query ADD COLUMN forget_at INTEGER;
CREATE INDEX query_forget_at ON query (forget_at) WHERE forget_at IS NOT NULL;
CREATE INDEX query_passing ON query (hash) WHERE forget_at IS NOT NULL;
ALTER TABLE decision ADD COLUMN forget_at INTEGER;
CREATE INDEX decision_forget_at ON decision (forget_at) WHERE forget_at IS NOT NULL AND query IS NOT NULL;

-- What people wrote of answers: a comment, or the answer as it should have been.
CREATE TABLE comment (
  id INTEGER PRIMARY KEY,
  decision TEXT NOT NULL,
  query_hash BLOB NOT NULL CHECK (length(query_hash) = 32),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('comment', 'corrected')),
  text TEXT NOT NULL,
  tenant TEXT,
  forget_at INTEGER
) STRICT;
CREATE INDEX comment_decision ON comment (decision);
CREATE INDEX comment_hash ON comment (query_hash);
CREATE INDEX comment_at ON comment (at);
CREATE INDEX comment_tenant ON comment (tenant) WHERE tenant IS NOT NULL;
CREATE INDEX comment_forget_at ON comment (forget_at) WHERE forget_at IS NOT NULL;

INSERT INTO table_size VALUES ('call', 0, 0, 0), ('comment', 0, 0, 0);
CREATE TRIGGER call_added AFTER INSERT ON call BEGIN
  UPDATE table_size SET rows = rows + 1 WHERE name = 'call';
END;
CREATE TRIGGER call_removed AFTER DELETE ON call BEGIN
  UPDATE table_size SET rows = rows - 1, removed = removed + 1 WHERE name = 'call';
END;
CREATE TRIGGER comment_added AFTER INSERT ON comment BEGIN
  UPDATE table_size SET rows = rows + 1, bytes = bytes + octet_length(NEW.text) WHERE name = 'comment';
END;
CREATE TRIGGER comment_removed AFTER DELETE ON comment BEGIN
  UPDATE table_size SET rows = rows - 1, removed = removed + 1, bytes = bytes - octet_length(OLD.text) WHERE name = 'comment';
END;
