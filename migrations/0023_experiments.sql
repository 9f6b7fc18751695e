-- What is tried beside what is in force. body: as JSON. step: of a canary, from 0; step_at: when it began. why: of its last step.
CREATE TABLE experiment (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'ended', 'promoted', 'rolled_back')),
  step INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  step_at INTEGER NOT NULL,
  ended_at INTEGER,
  why TEXT NOT NULL
) STRICT;

-- What became of experiments, in order.
CREATE TABLE experiment_step (
  id INTEGER PRIMARY KEY,
  experiment TEXT NOT NULL REFERENCES experiment ON DELETE CASCADE,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  step INTEGER NOT NULL,
  why TEXT NOT NULL
) STRICT;
CREATE INDEX experiment_step_of ON experiment_step (experiment, id);

-- Decisions of an arm, those of them that count (apart), those that anything is known of (answers), and those of these that were
-- made in this step.
CREATE TABLE experiment_arm (
  experiment TEXT NOT NULL REFERENCES experiment ON DELETE CASCADE,
  arm TEXT NOT NULL,
  decisions INTEGER NOT NULL,
  apart INTEGER NOT NULL,
  answers INTEGER NOT NULL,
  step_answers INTEGER NOT NULL,
  PRIMARY KEY (experiment, arm)
) STRICT, WITHOUT ROWID;

-- Running sums of what is known of an arm: a value a unit, the mean of its decisions. m2 is the sum of squared deviations from the
-- mean. task: '' for all of them.
CREATE TABLE experiment_sum (
  experiment TEXT NOT NULL REFERENCES experiment ON DELETE CASCADE,
  arm TEXT NOT NULL,
  measure TEXT NOT NULL,
  task TEXT NOT NULL,
  n INTEGER NOT NULL,
  mean REAL NOT NULL,
  m2 REAL NOT NULL,
  PRIMARY KEY (experiment, arm, measure, task)
) STRICT, WITHOUT ROWID;

-- What a unit counts as in these, as JSON: by measure, and by task within quality, of how many decisions it is known, and their mean.
-- unit: its place among all, see src/machines/assign.ts. at: when the last of them was made.
CREATE TABLE experiment_unit (
  experiment TEXT NOT NULL REFERENCES experiment ON DELETE CASCADE,
  arm TEXT NOT NULL,
  unit REAL NOT NULL,
  at INTEGER NOT NULL,
  means TEXT NOT NULL,
  PRIMARY KEY (experiment, arm, unit)
) STRICT;
CREATE INDEX experiment_unit_at ON experiment_unit (at);

-- How many decisions of an arm each LLM got.
CREATE TABLE experiment_llm (
  experiment TEXT NOT NULL REFERENCES experiment ON DELETE CASCADE,
  arm TEXT NOT NULL,
  model TEXT NOT NULL,
  decisions INTEGER NOT NULL,
  PRIMARY KEY (experiment, arm, model)
) STRICT, WITHOUT ROWID;

-- What is known of each decision, so that more feedback takes its place: sums by weight of its scores, and over its answers.
-- at: when it was made.
CREATE TABLE experiment_answer (
  decision TEXT PRIMARY KEY,
  experiment TEXT NOT NULL REFERENCES experiment ON DELETE CASCADE,
  arm TEXT NOT NULL,
  at INTEGER NOT NULL,
  score REAL NOT NULL,
  weight REAL NOT NULL,
  answers INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  latency_ms REAL,
  cost_usd REAL
) STRICT;
CREATE INDEX experiment_answer_at ON experiment_answer (at);
CREATE INDEX experiment_answer_of ON experiment_answer (experiment);

-- Which arm of which experiment decided, for which unit; NULL for what was in force. apart: 0 where the other arm would have chosen the
-- same LLM, so that its answer says nothing of either; 1 where not, NULL where that is not known.
ALTER TABLE decision ADD COLUMN experiment TEXT;
ALTER TABLE decision ADD COLUMN arm TEXT;
ALTER TABLE decision ADD COLUMN unit REAL;
ALTER TABLE decision ADD COLUMN apart INTEGER;
CREATE INDEX decision_experiment ON decision (experiment, id) WHERE experiment IS NOT NULL;
-- Has all that feedback asks of a decision, whose row is long.
CREATE INDEX decision_tried ON decision (id, experiment, arm, at, unit, task, apart) WHERE experiment IS NOT NULL;

INSERT INTO subject_revision VALUES ('experiments', 0);
