-- +goose Up
CREATE TABLE projects (
    id          TEXT    PRIMARY KEY,
    name        TEXT    NOT NULL,
    preferences TEXT    NOT NULL DEFAULT '{}',
    created     INTEGER NOT NULL,                 -- unix milliseconds
    changed     INTEGER NOT NULL                  -- unix milliseconds
) STRICT;

CREATE INDEX projects_by_change ON projects (changed);

INSERT INTO projects (id, name, created, changed)
SELECT project_id, project_id, coalesce(min(ts), 0), coalesce(max(ts), 0)
FROM runs LEFT JOIN events ON run_id = runs.id AND seq = 1 GROUP BY project_id;

CREATE TABLE inputs (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT    NOT NULL REFERENCES projects (id),
    name       TEXT    NOT NULL,
    original   TEXT    NOT NULL,
    digest     TEXT    NOT NULL REFERENCES blobs (digest),
    size       INTEGER NOT NULL,
    created    INTEGER NOT NULL,                  -- unix milliseconds
    UNIQUE (project_id, name),
    UNIQUE (project_id, digest, original)
) STRICT;

CREATE INDEX inputs_by_digest ON inputs (digest);

CREATE TABLE messages (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT    NOT NULL REFERENCES projects (id),
    id         TEXT    NOT NULL,
    ts         INTEGER NOT NULL,                  -- unix milliseconds
    content    TEXT    NOT NULL,
    UNIQUE (project_id, id)
) STRICT;

CREATE TABLE requests (
    key    TEXT PRIMARY KEY,                      -- that the client gave it
    asked  TEXT NOT NULL,                         -- digest of what it asked for
    run_id TEXT NOT NULL REFERENCES runs (id)     -- that was made
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_by_run ON requests (run_id);

-- +goose Down
DROP TABLE requests;
DROP TABLE messages;
DROP TABLE inputs;
DROP TABLE projects;
