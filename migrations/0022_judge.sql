-- How answers are judged, as JSON; no row for the defaults.
CREATE TABLE judge_settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  settings TEXT NOT NULL
) STRICT;

-- Judging by day (2026-11-29, in UTC): US dollars, those that are claimed among them; answers that were judged, and that were sampled
-- and not judged.
CREATE TABLE judge_day (
  day TEXT PRIMARY KEY,
  spent_usd REAL NOT NULL,
  judged INTEGER NOT NULL,
  dropped INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a judge said of the answer of a decision. raw: as a score; value: as it was posted, after its bias was corrected. against: the
-- LLM whose answer it was compared with, NULL where it was graded by itself. form: names how it was graded, see src/judge/form.ts.
CREATE TABLE verdict (
  id INTEGER PRIMARY KEY,
  decision TEXT NOT NULL UNIQUE,
  model TEXT NOT NULL,
  judge TEXT NOT NULL,
  form TEXT NOT NULL,
  against TEXT,
  raw REAL NOT NULL CHECK (raw BETWEEN 0 AND 1),
  value REAL NOT NULL CHECK (value BETWEEN 0 AND 1),
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX verdict_at ON verdict (at);
CREATE INDEX verdict_form ON verdict (judge, form);

INSERT INTO table_size VALUES ('verdict', 0, 0, 0);
CREATE TRIGGER verdict_added AFTER INSERT ON verdict BEGIN
  UPDATE table_size SET rows = rows + 1 WHERE name = 'verdict';
END;
CREATE TRIGGER verdict_removed AFTER DELETE ON verdict BEGIN
  UPDATE table_size SET rows = rows - 1, removed = removed + 1 WHERE name = 'verdict';
END;
