-- +goose Up
-- Events that belong to no run. Their positions are of the sequence of the table events, so
-- that all events have one order, and no position is used again.
CREATE TABLE standalone_events (
    position   INTEGER PRIMARY KEY,
    project_id TEXT    NOT NULL,                  -- '' for none
    run_id     TEXT    NOT NULL,                  -- that it is about; '' for none
    ts         INTEGER NOT NULL,                  -- unix milliseconds
    name       TEXT    NOT NULL,
    body       TEXT    NOT NULL
) STRICT;

INSERT INTO sqlite_sequence (name, seq)
SELECT 'events', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'events');

-- Has a row while what was deleted may still be in the file.
CREATE TABLE erasures (due INTEGER PRIMARY KEY) STRICT;

-- +goose Down
DROP TABLE erasures;
DROP TABLE standalone_events;
