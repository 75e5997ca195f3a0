-- +goose Up
CREATE TABLE runs (
    id          TEXT PRIMARY KEY,
    position    INTEGER NOT NULL UNIQUE,          -- order of creation
    project_id  TEXT    NOT NULL,
    last_seq    INTEGER NOT NULL DEFAULT 0,
    ended       INTEGER NOT NULL DEFAULT 0,       -- 1 once the terminal event is in
    epoch       INTEGER NOT NULL DEFAULT 0,       -- grows with each claim; older claims are void
    claim_until INTEGER NOT NULL DEFAULT 0        -- unix milliseconds
) STRICT;

CREATE INDEX runs_by_project ON runs (project_id, position);

CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,   -- order over all runs
    run_id   TEXT    NOT NULL REFERENCES runs (id),
    seq      INTEGER NOT NULL,
    ts       INTEGER NOT NULL,                    -- unix milliseconds
    name     TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    UNIQUE (run_id, seq)
) STRICT;

CREATE TABLE blobs (
    digest TEXT PRIMARY KEY,
    data   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE artifacts (
    project_id TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    entity_id  TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    digest     TEXT    NOT NULL REFERENCES blobs (digest),
    metadata   TEXT    NOT NULL,
    PRIMARY KEY (project_id, type, entity_id, version)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE artifacts;
DROP TABLE blobs;
DROP TABLE events;
DROP TABLE runs;
