-- How long answers are and take, by LLM and task (0 where no task was told): sums of what was reported, of answers without error.
CREATE TABLE llm_usage (
  llm INTEGER NOT NULL REFERENCES llm,
  task INTEGER NOT NULL,
  completion_tokens REAL NOT NULL,
  completion_tokens_n INTEGER NOT NULL,
  log_latency REAL NOT NULL,
  log_latency_squares REAL NOT NULL,
  latency_n INTEGER NOT NULL,
  PRIMARY KEY (llm, task)
) STRICT, WITHOUT ROWID;
INSERT INTO llm_usage
  SELECT llm, ifnull(task, 0), total(completion_tokens), count(completion_tokens), total(ln(max(latency_ms, 1.0))), total(ln(max(latency_ms, 1.0)) * ln(max(latency_ms, 1.0))), count(latency_ms)
  FROM interaction WHERE error IS NULL GROUP BY llm, ifnull(task, 0);

-- A team's own policies: their rules as JSON. One that is named as a built-in policy replaces it.
CREATE TABLE policy (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

-- The log of decisions, with all that decided: rules, ranking and excluded are JSON. query: the text, NULL once it is forgotten;
-- query_hash: its SHA-256, NULL for decisions from before it was kept (they have the text). cascade: what a cascade was asked to reach, as
-- JSON; NULL for a single call.
CREATE TABLE decision_kept (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  query TEXT,
  query_hash BLOB,
  task TEXT,
  model TEXT NOT NULL,
  version TEXT,
  router TEXT NOT NULL,
  policy TEXT NOT NULL,
  rules TEXT NOT NULL,
  ranking TEXT NOT NULL,
  excluded TEXT NOT NULL,
  propensity REAL NOT NULL,
  cascade TEXT
) STRICT;
INSERT INTO decision_kept SELECT id, at, query, NULL, task, model, version, CASE WHEN version IS NULL THEN 'prior' ELSE 'learned' END, policy, '{}', ranking, '[]', 1, NULL FROM decision ORDER BY rowid;
DROP TABLE decision;
ALTER TABLE decision_kept RENAME TO decision;
CREATE INDEX decision_text ON decision (at) WHERE query IS NOT NULL;
CREATE INDEX decision_model ON decision (model, id);
CREATE INDEX decision_policy ON decision (policy, id);
CREATE INDEX interaction_decided_at ON interaction (at) WHERE decision IS NOT NULL;
CREATE INDEX interaction_decision ON interaction (decision) WHERE decision IS NOT NULL;

-- How the steps of cascades went, as JSON, in order.
CREATE TABLE cascade_report (
  decision TEXT NOT NULL REFERENCES decision ON DELETE CASCADE,
  position INTEGER NOT NULL,
  report TEXT NOT NULL,
  PRIMARY KEY (decision, position)
) STRICT, WITHOUT ROWID;

-- How much the log holds, in bytes of its texts.
CREATE TABLE decision_size (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  bytes INTEGER NOT NULL
) STRICT;
INSERT INTO decision_size SELECT 1, ifnull(sum(octet_length(query) + octet_length(ranking) + 4), 0) FROM decision;

-- How long and how much of it is kept, as JSON; no row for the defaults.
CREATE TABLE decision_settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  settings TEXT NOT NULL
) STRICT;

-- Sums per day (UTC) and LLM over the decisions of that day, which outlive them. chosen_…: where it was chosen; ranked_…: where it
-- was a candidate; best_…: where its expected quality was the highest. …_cost_n counts where a cost was known.
CREATE TABLE decision_day (
  day TEXT NOT NULL,
  model TEXT NOT NULL,
  chosen INTEGER NOT NULL,
  chosen_quality REAL NOT NULL,
  chosen_cost REAL NOT NULL,
  chosen_cost_n INTEGER NOT NULL,
  ranked INTEGER NOT NULL,
  ranked_quality REAL NOT NULL,
  ranked_cost REAL NOT NULL,
  ranked_cost_n INTEGER NOT NULL,
  best INTEGER NOT NULL,
  best_quality REAL NOT NULL,
  best_cost REAL NOT NULL,
  best_cost_n INTEGER NOT NULL,
  PRIMARY KEY (day, model)
) STRICT, WITHOUT ROWID;

-- Lengths and latencies are kept by task now.
ALTER TABLE llm_total DROP COLUMN prompt_tokens;
ALTER TABLE llm_total DROP COLUMN prompt_tokens_n;
ALTER TABLE llm_total DROP COLUMN completion_tokens;
ALTER TABLE llm_total DROP COLUMN completion_tokens_n;
ALTER TABLE llm_total DROP COLUMN latency_ms;
ALTER TABLE llm_total DROP COLUMN latency_ms_n;
