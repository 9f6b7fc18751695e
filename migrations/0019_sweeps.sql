-- Decisions whose text is gone are found by its hash, too: reports of their cascades may quote it.
DROP INDEX decision_query;
CREATE INDEX decision_hash ON decision (query_hash);

-- What keys used is removed when it is over, also of keys that nobody shows any more.
CREATE INDEX key_use_slot ON key_use (slot);
CREATE INDEX key_spend_period ON key_spend (period);

-- How often texts were forgotten, and how many of these times are out of the write-ahead log.
CREATE TABLE forgetting (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  times INTEGER NOT NULL,
  settled INTEGER NOT NULL
) STRICT;
INSERT INTO forgetting VALUES (1, 0, 0);
