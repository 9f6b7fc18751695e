-- What was claimed of LLMs that declare limits, by half seconds since the epoch.
CREATE TABLE load_use (
  llm INTEGER NOT NULL REFERENCES llm,
  slot INTEGER NOT NULL,
  requests REAL NOT NULL,
  tokens REAL NOT NULL,
  PRIMARY KEY (llm, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX load_use_slot ON load_use (slot);

-- How far that was ahead of an even flow of the limits, at a time.
CREATE TABLE load_debt (
  llm INTEGER PRIMARY KEY REFERENCES llm,
  requests REAL NOT NULL,
  tokens REAL NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- Decisions without an outcome yet, of LLMs that declare how many they answer at the same time.
CREATE TABLE in_flight (
  decision TEXT PRIMARY KEY,
  llm INTEGER NOT NULL REFERENCES llm,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX in_flight_llm ON in_flight (llm, expires_at);
