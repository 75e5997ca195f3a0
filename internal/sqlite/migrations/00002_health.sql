-- +goose Up
CREATE TABLE health (
    endpoint TEXT    NOT NULL,
    name     TEXT    NOT NULL,                    -- of the part that is described
    version  INTEGER NOT NULL,                    -- the last one wins
    position INTEGER NOT NULL,                    -- order of changes over all records
    data     TEXT    NOT NULL,
    PRIMARY KEY (endpoint, name)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX health_by_position ON health (position);

CREATE TABLE health_log (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    ts       INTEGER NOT NULL,                    -- unix milliseconds
    endpoint TEXT    NOT NULL,
    model    TEXT    NOT NULL,                    -- '' for the provider itself
    data     TEXT    NOT NULL
) STRICT;

-- +goose Down
DROP TABLE health_log;
DROP TABLE health;
