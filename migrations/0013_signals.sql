-- An answer need not have a score. A signal is a row of its own: something that was observed of an answer, by its source, as a score.
-- propensity: probability with which the LLM was asked; NULL where it is not known.
CREATE TABLE interaction_or_signal (
  id INTEGER PRIMARY KEY,
  query INTEGER NOT NULL REFERENCES query,
  llm INTEGER NOT NULL REFERENCES llm,
  task INTEGER REFERENCES task,
  domain INTEGER REFERENCES domain,
  score REAL CHECK (score BETWEEN 0 AND 1),
  cost_usd REAL,
  latency_ms REAL,
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  error TEXT,
  at INTEGER NOT NULL,
  decision TEXT,
  propensity REAL CHECK (propensity > 0 AND propensity <= 1),
  signal TEXT,
  source TEXT,
  CHECK (signal IS NULL OR score IS NOT NULL)
) STRICT;
INSERT INTO interaction_or_signal
  SELECT id, query, llm, task, domain, score, cost_usd, latency_ms, prompt_tokens, completion_tokens, error, at, decision, NULL, NULL, NULL
  FROM interaction;
DROP TABLE interaction;
ALTER TABLE interaction_or_signal RENAME TO interaction;
CREATE INDEX interaction_decided_at ON interaction (at) WHERE decision IS NOT NULL;
CREATE INDEX interaction_decision ON interaction (decision) WHERE decision IS NOT NULL;

-- scored: how many scores an LLM's sum is of, signals among them.
ALTER TABLE llm_total ADD COLUMN scored INTEGER NOT NULL DEFAULT 0;
UPDATE llm_total SET scored = interactions;
ALTER TABLE llm_before_change RENAME COLUMN interactions TO scored;
DROP TRIGGER change_point_before;
CREATE TRIGGER change_point_before AFTER INSERT ON change_point WHEN NEW.task IS NULL BEGIN
  INSERT OR REPLACE INTO llm_before_change SELECT llm, scored, score FROM llm_total WHERE llm = NEW.llm;
END;
