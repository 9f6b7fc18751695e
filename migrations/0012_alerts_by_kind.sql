-- What the task of an alert is: a label of the log's, or a kind that was discovered.
ALTER TABLE drift_alert ADD COLUMN by TEXT NOT NULL DEFAULT 'task' CHECK (by IN ('task', 'kind'));
