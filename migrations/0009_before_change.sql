-- What an LLM's answers summed up to when it last became another one on all tasks: running sums without it are of what it is now.
CREATE TABLE llm_before_change (
  llm INTEGER PRIMARY KEY REFERENCES llm,
  interactions INTEGER NOT NULL,
  score REAL NOT NULL
) STRICT;

CREATE TRIGGER change_point_before AFTER INSERT ON change_point WHEN NEW.task IS NULL BEGIN
  INSERT OR REPLACE INTO llm_before_change SELECT llm, interactions, score FROM llm_total WHERE llm = NEW.llm;
END;
