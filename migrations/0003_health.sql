-- A breaker per LLM that was called: its last calls, newest in the lowest bit, 1 for one that failed.
-- opened_at is NULL while it is closed; cool_down_ms is NULL while an operator holds it open.
CREATE TABLE breaker (
  llm INTEGER PRIMARY KEY REFERENCES llm,
  outcomes INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  opened_at INTEGER,
  cool_down_ms INTEGER,
  successes INTEGER NOT NULL,
  error TEXT
) STRICT;
CREATE INDEX breaker_open ON breaker (opened_at) WHERE opened_at IS NOT NULL;

-- How breakers of all LLMs work, as JSON; no row for the defaults.
CREATE TABLE breaker_settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  settings TEXT NOT NULL
) STRICT;
