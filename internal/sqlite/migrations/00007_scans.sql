-- +goose Up
-- What was found in the files of projects, by what is in a file, how it was called, and which
-- version of the program's readers looked. It can be found again at any time.
CREATE TABLE scans (
    digest   TEXT NOT NULL,
    original TEXT NOT NULL,
    reader   TEXT NOT NULL,
    summary  TEXT NOT NULL,                       -- JSON
    report   TEXT NOT NULL,                       -- JSON
    PRIMARY KEY (digest, original, reader)
) STRICT;

-- What was found in a file is content of it, and goes with the last input that it was found in.
-- +goose StatementBegin
CREATE TRIGGER scans_go_with_inputs AFTER DELETE ON inputs
WHEN NOT EXISTS (SELECT 1 FROM inputs WHERE digest = OLD.digest AND original = OLD.original)
BEGIN
    DELETE FROM scans WHERE digest = OLD.digest AND original = OLD.original;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER scans_go_with_inputs;
DROP TABLE scans;
