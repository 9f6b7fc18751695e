-- Tests for a change, one for each LLM, task and signal that was observed; task is a name, 'unknown' where none is known.
-- level: how predictions of several versions are lined up, as JSON; remembered: what the test knows, as float64, little-endian.
CREATE TABLE drift_stream (
  llm INTEGER NOT NULL REFERENCES llm,
  task TEXT NOT NULL,
  signal TEXT NOT NULL CHECK (signal IN ('score', 'latency', 'error')),
  level TEXT NOT NULL,
  remembered BLOB NOT NULL,
  PRIMARY KEY (llm, task, signal)
) STRICT, WITHOUT ROWID;

-- Confirmed changes. ledger_row is the newest interaction of then, ledger_rows the interactions and preferences. A claim that is not followed by an end is void after a while.
CREATE TABLE drift_alert (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  llm INTEGER NOT NULL REFERENCES llm,
  task TEXT NOT NULL,
  signal TEXT NOT NULL CHECK (signal IN ('score', 'latency', 'error')),
  direction TEXT NOT NULL CHECK (direction IN ('worse', 'better')),
  before REAL NOT NULL,
  after REAL NOT NULL,
  since INTEGER NOT NULL,
  observations INTEGER NOT NULL,
  evidence REAL NOT NULL,
  ledger_row INTEGER NOT NULL,
  ledger_rows INTEGER NOT NULL,
  resolved_at INTEGER,
  resolution TEXT CHECK (resolution IN ('retrained', 'operator', 'recovered', 'superseded', 'improvement')),
  reason TEXT,
  retrain_claimed_at INTEGER,
  retrain_job TEXT,
  webhook_claimed_at INTEGER,
  webhook_ended_at INTEGER
) STRICT;
CREATE INDEX drift_alert_at ON drift_alert (at);
CREATE INDEX drift_alert_open ON drift_alert (llm, task, signal) WHERE resolved_at IS NULL;
CREATE INDEX drift_alert_unsent ON drift_alert (at) WHERE webhook_ended_at IS NULL;

-- How drift is watched for, as JSON; no row for the defaults.
CREATE TABLE drift_settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  settings TEXT NOT NULL
) STRICT;
