-- +goose Up
ALTER TABLE signals ADD COLUMN note TEXT NOT NULL DEFAULT '';      -- the actor and the reason, for the event that records it

CREATE TABLE acknowledgements (
    run_id TEXT    PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    seq    INTEGER NOT NULL,                      -- of the run's last event then: what happens later is not acknowledged
    ts     INTEGER NOT NULL,                      -- unix milliseconds
    asked  TEXT    NOT NULL                       -- the actor and the reason, as in events
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_by_parent ON runs (parent, position) WHERE parent <> '';

-- How runs ended, and on what they were. Damaged bodies give NULL.
CREATE INDEX events_ends ON events (iif(json_valid(body), json_extract(body, '$.outcome'), NULL), run_id)
WHERE name = 'pipeline_finished';

CREATE INDEX events_inputs ON events (
    iif(json_valid(body), json_extract(body, '$.input_digest'), NULL), run_id,
    iif(json_valid(body), json_extract(body, '$.end_at'), NULL)
) WHERE name = 'pipeline_started';

-- +goose Down
DROP INDEX events_inputs;
DROP INDEX events_ends;
DROP INDEX runs_by_parent;
DROP TABLE acknowledgements;
ALTER TABLE signals DROP COLUMN note;
