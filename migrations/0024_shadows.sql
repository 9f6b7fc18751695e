-- What shadows came to, each by the name of its experiment. dropped: decisions that it did not come to; failed: beside which it found
-- no candidate. wins, losses, ties: disagreements that were judged. spent_usd: what is claimed among it.
CREATE TABLE shadow (
  experiment TEXT PRIMARY KEY REFERENCES experiment ON DELETE CASCADE,
  compared INTEGER NOT NULL DEFAULT 0,
  agreed INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  wins INTEGER NOT NULL DEFAULT 0,
  losses INTEGER NOT NULL DEFAULT 0,
  ties INTEGER NOT NULL DEFAULT 0,
  spent_usd REAL NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Sums of what was expected of the LLM that was chosen (active) and of the one that the shadow would have chosen, over n decisions of
-- which both are known. view: by whose scores; measure: of what.
CREATE TABLE shadow_expected (
  experiment TEXT NOT NULL REFERENCES shadow ON DELETE CASCADE,
  view TEXT NOT NULL,
  measure TEXT NOT NULL,
  n INTEGER NOT NULL,
  active REAL NOT NULL,
  candidate REAL NOT NULL,
  PRIMARY KEY (experiment, view, measure)
) STRICT, WITHOUT ROWID;

-- How many decisions an LLM got, and would have got.
CREATE TABLE shadow_llm (
  experiment TEXT NOT NULL REFERENCES shadow ON DELETE CASCADE,
  llm TEXT NOT NULL,
  active INTEGER NOT NULL,
  candidate INTEGER NOT NULL,
  PRIMARY KEY (experiment, llm)
) STRICT, WITHOUT ROWID;

-- Decisions that a shadow would have made otherwise, without any text. expected: JSON, NULL until it is written. raw: what the judge
-- said, 1 where the answer of the chosen LLM was better; NULL where nobody judged.
CREATE TABLE shadow_disagreement (
  id INTEGER PRIMARY KEY,
  experiment TEXT NOT NULL REFERENCES shadow ON DELETE CASCADE,
  decision TEXT NOT NULL,
  at INTEGER NOT NULL,
  model TEXT NOT NULL,
  candidate TEXT NOT NULL,
  expected TEXT,
  raw REAL CHECK (raw BETWEEN 0 AND 1),
  UNIQUE (experiment, decision)
) STRICT;
CREATE INDEX shadow_disagreement_at ON shadow_disagreement (at);

INSERT INTO table_size VALUES ('shadow_disagreement', 0, 0, 0);
CREATE TRIGGER shadow_disagreement_added AFTER INSERT ON shadow_disagreement BEGIN
  UPDATE table_size SET rows = rows + 1 WHERE name = 'shadow_disagreement';
END;
CREATE TRIGGER shadow_disagreement_removed AFTER DELETE ON shadow_disagreement BEGIN
  UPDATE table_size SET rows = rows - 1, removed = removed + 1 WHERE name = 'shadow_disagreement';
END;
