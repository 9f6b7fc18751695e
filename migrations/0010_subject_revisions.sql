-- How often each subject changed, by whichever process: what is kept in memory of one is read again when its revision moved.
-- Feedback counts in tally.revision.
CREATE TABLE subject_revision (
  subject TEXT PRIMARY KEY,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO subject_revision VALUES ('catalog', 0), ('artifacts', 0), ('breakers', 0), ('alerts', 0), ('policies', 0), ('settings', 0);
