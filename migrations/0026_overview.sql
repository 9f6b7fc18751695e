-- Sums of decisions where the candidate of the highest expected cost was another baseline, as those of best_….
ALTER TABLE decision_day ADD COLUMN dearest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE decision_day ADD COLUMN dearest_quality REAL NOT NULL DEFAULT 0;
ALTER TABLE decision_day ADD COLUMN dearest_cost REAL NOT NULL DEFAULT 0;
ALTER TABLE decision_day ADD COLUMN dearest_cost_n INTEGER NOT NULL DEFAULT 0;

-- The same sums by shorter steps, kept for a while. step: how long one is, in milliseconds; at: when it begins.
CREATE TABLE decision_part (
  step INTEGER NOT NULL,
  at INTEGER NOT NULL,
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
  dearest INTEGER NOT NULL,
  dearest_quality REAL NOT NULL,
  dearest_cost REAL NOT NULL,
  dearest_cost_n INTEGER NOT NULL,
  PRIMARY KEY (step, at, model)
) STRICT, WITHOUT ROWID;

-- Sums by step over answers that named a decision, and signals of them. score…: by weight; latencies: how many answers without error took
-- how long, as uint32, little-endian, see src/machines/answer-sums.ts.
CREATE TABLE answer_part (
  step INTEGER NOT NULL,
  at INTEGER NOT NULL,
  llm INTEGER NOT NULL REFERENCES llm,
  answers INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  score REAL NOT NULL,
  score_squares REAL NOT NULL,
  weight REAL NOT NULL,
  weight_squares REAL NOT NULL,
  cost_usd REAL NOT NULL,
  cost_usd_n INTEGER NOT NULL,
  latencies BLOB NOT NULL,
  PRIMARY KEY (step, at, llm)
) STRICT, WITHOUT ROWID;

-- The last interaction that these sums are of: what came later is added to what they say.
CREATE TABLE answer_part_end (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  interaction INTEGER NOT NULL
) STRICT;
INSERT INTO answer_part_end VALUES (1, 0);
