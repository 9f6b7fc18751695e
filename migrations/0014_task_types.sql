-- More of what is declared of an LLM; JSON, or NULL where not declared.
ALTER TABLE llm ADD COLUMN task_types TEXT;
ALTER TABLE llm ADD COLUMN modalities TEXT;
ALTER TABLE llm ADD COLUMN sources TEXT;
ALTER TABLE llm ADD COLUMN extra TEXT;
ALTER TABLE llm ADD COLUMN learning_config TEXT;
ALTER TABLE llm ADD COLUMN latency_p90_ms REAL;
ALTER TABLE llm ADD COLUMN cached_input_price REAL;

-- What the metrics of task types mean, as a team says.
CREATE TABLE metrics_settings (only INTEGER PRIMARY KEY CHECK (only = 1), settings TEXT NOT NULL) STRICT;

-- How many answers of an LLM failed.
ALTER TABLE llm_total ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
UPDATE llm_total SET failed = (SELECT count(*) FROM interaction i WHERE i.llm = llm_total.llm AND i.error IS NOT NULL);

-- Rows that imports brought, by the first 16 bytes of the SHA-256 of their id, or of what they say. times: how often.
-- file, seen: how often in the file that is or was read last; fresh: whether the last of these was new.
CREATE TABLE imported_row (
  hash BLOB PRIMARY KEY,
  times INTEGER NOT NULL,
  file INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  fresh INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
