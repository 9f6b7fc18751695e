-- An LLM that feedback named and nobody declared: deleted, so no candidate, until it is declared. Its rows, sums and breaker are kept.
ALTER TABLE llm ADD COLUMN undeclared INTEGER NOT NULL DEFAULT 0 CHECK (undeclared IN (0, 1) AND undeclared <= deleted);
CREATE INDEX llm_undeclared ON llm (name) WHERE undeclared = 1;

-- What becomes of such LLMs, and how many there may be.
CREATE TABLE catalog_settings (only INTEGER PRIMARY KEY CHECK (only = 1), settings TEXT NOT NULL) STRICT;
