-- +goose Up
ALTER TABLE runs ADD COLUMN parent TEXT NOT NULL DEFAULT '';       -- the run that this one retries
ALTER TABLE runs ADD COLUMN root TEXT NOT NULL DEFAULT '';         -- the first run of its line; its own id if it is that
ALTER TABLE runs ADD COLUMN holder TEXT NOT NULL DEFAULT '';       -- the process that claimed it last
ALTER TABLE runs ADD COLUMN wake_at INTEGER NOT NULL DEFAULT 0;    -- unix milliseconds: when it goes on by itself
ALTER TABLE runs ADD COLUMN wake_set INTEGER NOT NULL DEFAULT 0;   -- unix milliseconds: when that was said

UPDATE runs SET root = id;

-- What waits for a person goes on when the person says so.
UPDATE runs SET wake_at = 9223372036854775807
WHERE ended = 0 AND (SELECT name FROM events WHERE run_id = runs.id ORDER BY seq DESC LIMIT 1) = 'stage_paused';

CREATE INDEX runs_under_way ON runs (wake_at) WHERE ended = 0;
CREATE INDEX runs_by_root ON runs (root, position);

CREATE TABLE answers (
    key    TEXT NOT NULL,                         -- of the question
    root   TEXT NOT NULL,                         -- the line of runs that paid for it
    chain  TEXT NOT NULL,                         -- of models that it was asked of; '' if no other line may use it
    source TEXT NOT NULL,                         -- what kind of model gave it
    run_id TEXT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (key, root)
) STRICT, WITHOUT ROWID;

CREATE INDEX answers_by_root ON answers (root);

CREATE TABLE signals (
    run_id TEXT    NOT NULL REFERENCES runs (id),
    name   TEXT    NOT NULL,
    ts     INTEGER NOT NULL,                      -- unix milliseconds
    PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE signals;
DROP TABLE answers;
DROP INDEX runs_by_root;
DROP INDEX runs_under_way;
ALTER TABLE runs DROP COLUMN wake_set;
ALTER TABLE runs DROP COLUMN wake_at;
ALTER TABLE runs DROP COLUMN holder;
ALTER TABLE runs DROP COLUMN root;
ALTER TABLE runs DROP COLUMN parent;
