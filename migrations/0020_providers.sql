-- Where LLMs can be called: each provider as JSON. It names where its key is, and never holds it.
CREATE TABLE provider (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO subject_revision VALUES ('providers', 0);

-- Where an LLM can be called, as JSON.
ALTER TABLE llm ADD COLUMN deployments TEXT;
