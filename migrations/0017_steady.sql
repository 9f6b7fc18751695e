-- What is added to the uptime of a machine, in milliseconds, for the time of limits, breakers and claims; boot is the
-- machine's start that it is of. All processes since that start have the same, whatever their clocks were set to.
CREATE TABLE steady_clock (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  boot TEXT NOT NULL,
  epoch INTEGER NOT NULL
) STRICT;

-- When a place in flight was taken, so that one of a time to come can be told.
ALTER TABLE in_flight ADD COLUMN taken_at INTEGER NOT NULL DEFAULT 0;
