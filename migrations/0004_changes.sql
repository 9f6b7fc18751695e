-- When an LLM became another one: on one task, or (NULL) on all. What it answered before counts less from then on.
-- revision: which one it became, where that was declared.
CREATE TABLE change_point (
  id INTEGER PRIMARY KEY,
  llm INTEGER NOT NULL REFERENCES llm,
  task INTEGER REFERENCES task,
  at INTEGER NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('drift', 'revision')),
  revision TEXT,
  CHECK (cause = 'drift' OR task IS NULL)
) STRICT;
CREATE INDEX change_point_llm ON change_point (llm, at);

-- The declared version of an LLM behind an id that stays.
ALTER TABLE llm ADD COLUMN revision TEXT;
