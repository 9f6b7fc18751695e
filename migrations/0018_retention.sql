-- Who a row or decision is of, as API keys say; NULL where nobody told.
ALTER TABLE interaction ADD COLUMN tenant TEXT;
ALTER TABLE preference ADD COLUMN tenant TEXT;
ALTER TABLE decision ADD COLUMN tenant TEXT;
CREATE INDEX interaction_tenant ON interaction (tenant) WHERE tenant IS NOT NULL;
CREATE INDEX preference_tenant ON preference (tenant) WHERE tenant IS NOT NULL;
CREATE INDEX decision_tenant ON decision (tenant) WHERE tenant IS NOT NULL;
CREATE INDEX decision_query ON decision (query_hash) WHERE query IS NOT NULL;

-- What a query's rows are, so that one without any can be removed, and how recent.
CREATE INDEX interaction_query ON interaction (query, at);
CREATE INDEX preference_query ON preference (query, at);

-- The text of a query that was forgotten is empty, which no query's is.
CREATE INDEX query_forgotten ON query (hash) WHERE text = '';

-- Keys of one tenant are apart from another's; '' where there is none.
CREATE TABLE idempotency_of (
  tenant TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  receipt TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, key)
) STRICT;
INSERT INTO idempotency_of SELECT '', key, request_hash, receipt, at FROM idempotency;
DROP TABLE idempotency;
ALTER TABLE idempotency_of RENAME TO idempotency;
CREATE INDEX idempotency_at ON idempotency (at);

-- The day (since the epoch) that a row was last imported on.
ALTER TABLE imported_row ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
UPDATE imported_row SET day = unixepoch() / 86400;

-- Alerts that were removed, by what they were of: they count for ever.
CREATE TABLE drift_alert_removed (
  llm INTEGER NOT NULL REFERENCES llm,
  task TEXT NOT NULL,
  signal TEXT NOT NULL,
  direction TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (llm, task, signal, direction)
) STRICT, WITHOUT ROWID;

-- How long what is kept, as JSON; no row for the defaults.
CREATE TABLE retention_settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  settings TEXT NOT NULL
) STRICT;

-- How far a pass over a table is, and when (milliseconds) the next one is due.
CREATE TABLE retention_pass (
  name TEXT PRIMARY KEY,
  position ANY NOT NULL,
  due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Rows and bytes of what grows with traffic, and how much was ever removed. 'text' are the texts in query.
CREATE TABLE table_size (
  name TEXT PRIMARY KEY,
  rows INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  removed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO table_size
  SELECT 'interaction', interactions, 0, 0 FROM tally
  UNION ALL SELECT 'preference', preferences, 0, 0 FROM tally
  UNION ALL SELECT 'query', queries, 0, 0 FROM tally
  UNION ALL SELECT 'text', count(*), ifnull(sum(octet_length(text)), 0), 0 FROM query
  UNION ALL SELECT 'decision', (SELECT count(*) FROM decision), bytes, 0 FROM decision_size
  UNION ALL SELECT 'idempotency', count(*), 0, 0 FROM idempotency
  UNION ALL SELECT 'embedding', count(*), ifnull(sum(octet_length(vector)), 0), 0 FROM embedding
  UNION ALL SELECT 'imported_row', count(*), 0, 0 FROM imported_row
  UNION ALL SELECT 'imported_file', count(*), 0, 0 FROM imported_file
  UNION ALL SELECT 'drift_alert', count(*), 0, 0 FROM drift_alert
  UNION ALL SELECT 'decision_day', count(*), 0, 0 FROM decision_day;

CREATE TRIGGER decision_added AFTER INSERT ON decision BEGIN
  UPDATE table_size SET rows = rows + 1 WHERE name = 'decision';
END;
CREATE TRIGGER decision_removed AFTER DELETE ON decision BEGIN
  UPDATE table_size SET rows = rows - 1, removed = removed + 1 WHERE name = 'decision';
END;
CREATE TRIGGER idempotency_added AFTER INSERT ON idempotency BEGIN
  UPDATE table_size SET rows = rows + 1 WHERE name = 'idempotency';
END;
CREATE TRIGGER idempotency_removed AFTER DELETE ON idempotency BEGIN
  UPDATE table_size SET rows = rows - 1, removed = removed + 1 WHERE name = 'idempotency';
END;
CREATE TRIGGER embedding_added AFTER INSERT ON embedding BEGIN
  UPDATE table_size SET rows = rows + 1, bytes = bytes + octet_length(NEW.vector) WHERE name = 'embedding';
END;
CREATE TRIGGER embedding_replaced AFTER UPDATE ON embedding BEGIN
  UPDATE table_size SET bytes = bytes + octet_length(NEW.vector) - octet_length(OLD.vector) WHERE name = 'embedding';
END;
CREATE TRIGGER embedding_removed AFTER DELETE ON embedding BEGIN
  UPDATE table_size SET rows = rows - 1, removed = removed + 1, bytes = bytes - octet_length(OLD.vector) WHERE name = 'embedding';
END;
CREATE TRIGGER imported_file_added AFTER INSERT ON imported_file BEGIN
  UPDATE table_size SET rows = rows + 1 WHERE name = 'imported_file';
END;
CREATE TRIGGER imported_file_removed AFTER DELETE ON imported_file BEGIN
  UPDATE table_size SET rows = rows - 1, removed = removed + 1 WHERE name = 'imported_file';
END;
CREATE TRIGGER drift_alert_added AFTER INSERT ON drift_alert BEGIN
  UPDATE table_size SET rows = rows + 1 WHERE name = 'drift_alert';
END;
CREATE TRIGGER drift_alert_gone AFTER DELETE ON drift_alert BEGIN
  INSERT INTO drift_alert_removed VALUES (OLD.llm, OLD.task, OLD.signal, OLD.direction, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
  UPDATE table_size SET rows = rows - 1, removed = removed + 1 WHERE name = 'drift_alert';
END;
CREATE TRIGGER decision_day_added AFTER INSERT ON decision_day BEGIN
  UPDATE table_size SET rows = rows + 1 WHERE name = 'decision_day';
END;
CREATE TRIGGER decision_day_removed AFTER DELETE ON decision_day BEGIN
  UPDATE table_size SET rows = rows - 1, removed = removed + 1 WHERE name = 'decision_day';
END;
