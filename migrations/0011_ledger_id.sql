-- Names the ledger where it shares a place with others, such as job queues on one Redis. A copy of the file keeps the name.
CREATE TABLE ledger_id (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  id TEXT NOT NULL
) STRICT;
INSERT INTO ledger_id VALUES (1, lower(hex(randomblob(8))));

-- Which process may bring the queue's schedule in step with the wanted one, and until when (milliseconds): one at a time.
CREATE TABLE schedule_claim (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  holder TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT;
