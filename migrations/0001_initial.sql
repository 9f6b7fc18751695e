-- Times are milliseconds since the Unix epoch. Names are unique ids as users write them; integer ids are internal.

CREATE TABLE family (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE domain (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE task (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE task_domain (
  task INTEGER NOT NULL REFERENCES task,
  domain INTEGER NOT NULL REFERENCES domain,
  PRIMARY KEY (task, domain)
) STRICT, WITHOUT ROWID;

-- Declared facts; NULL where not declared. A deleted LLM stays, so that its interactions keep their reference.
CREATE TABLE llm (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT,
  family INTEGER REFERENCES family,
  size_b REAL,
  input_price REAL,
  output_price REAL,
  context_tokens INTEGER,
  latency_ms REAL,
  tags TEXT,
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT;

CREATE TABLE benchmark (
  llm INTEGER NOT NULL REFERENCES llm,
  task INTEGER NOT NULL REFERENCES task,
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  PRIMARY KEY (llm, task)
) STRICT, WITHOUT ROWID;

-- hash: SHA-256 of the text in UTF-8, 32 bytes.
CREATE TABLE query (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  text TEXT NOT NULL
) STRICT;

-- decision: as it was given; it need not be in the table of decisions.
CREATE TABLE interaction (
  id INTEGER PRIMARY KEY,
  query INTEGER NOT NULL REFERENCES query,
  llm INTEGER NOT NULL REFERENCES llm,
  task INTEGER REFERENCES task,
  domain INTEGER REFERENCES domain,
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  cost_usd REAL,
  latency_ms REAL,
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  error TEXT,
  at INTEGER NOT NULL,
  decision TEXT
) STRICT;

CREATE TABLE preference (
  id INTEGER PRIMARY KEY,
  query INTEGER NOT NULL REFERENCES query,
  better INTEGER NOT NULL REFERENCES llm,
  worse INTEGER NOT NULL REFERENCES llm,
  task INTEGER REFERENCES task,
  domain INTEGER REFERENCES domain,
  at INTEGER NOT NULL,
  decision TEXT,
  CHECK (better <> worse)
) STRICT;

-- Running sums per LLM, written with every append: statistics without a scan. The _n columns count what was reported.
CREATE TABLE llm_total (
  llm INTEGER PRIMARY KEY REFERENCES llm,
  interactions INTEGER NOT NULL,
  score REAL NOT NULL,
  wins INTEGER NOT NULL,
  losses INTEGER NOT NULL,
  prompt_tokens REAL NOT NULL,
  prompt_tokens_n INTEGER NOT NULL,
  completion_tokens REAL NOT NULL,
  completion_tokens_n INTEGER NOT NULL,
  cost_usd REAL NOT NULL,
  cost_usd_n INTEGER NOT NULL,
  latency_ms REAL NOT NULL,
  latency_ms_n INTEGER NOT NULL
) STRICT;

-- revision grows with every commit that touched the catalogue or the feedback.
CREATE TABLE tally (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  revision INTEGER NOT NULL,
  interactions INTEGER NOT NULL,
  preferences INTEGER NOT NULL,
  queries INTEGER NOT NULL
) STRICT;
INSERT INTO tally VALUES (1, 0, 0, 0, 0);

CREATE TABLE decision (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  query TEXT NOT NULL,
  task TEXT,
  model TEXT NOT NULL,
  version TEXT,
  policy TEXT NOT NULL,
  ranking TEXT NOT NULL
) STRICT;

CREATE TABLE idempotency (
  key TEXT PRIMARY KEY,
  request_hash TEXT NOT NULL,
  receipt TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- Files whose interactions or preferences were imported, by the SHA-256 of their (uncompressed) content.
CREATE TABLE imported_file (
  hash TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- vector: float32, little-endian.
CREATE TABLE embedding (
  encoder TEXT NOT NULL,
  hash TEXT NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (encoder, hash)
) STRICT;

CREATE TABLE artifact (
  version TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  snapshot TEXT NOT NULL,
  design TEXT NOT NULL,
  seed INTEGER NOT NULL,
  backend TEXT NOT NULL,
  metrics TEXT NOT NULL,
  files TEXT NOT NULL,
  ledger_rows INTEGER NOT NULL
) STRICT;

CREATE TABLE active_version (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  version TEXT NOT NULL REFERENCES artifact
) STRICT;

CREATE TABLE schedule (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  pattern TEXT NOT NULL,
  min_new_interactions INTEGER NOT NULL
) STRICT;
