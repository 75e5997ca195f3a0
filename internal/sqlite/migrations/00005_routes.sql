-- +goose Up
-- What a process has to reach to go on with a run: for each stage that is still to do, one
-- of these. It follows from the events of the run.
CREATE TABLE routes (
    run_id TEXT NOT NULL REFERENCES runs (id),
    stage  TEXT NOT NULL,                          -- '' for all stages of a run that pinned none
    route  TEXT NOT NULL,
    PRIMARY KEY (run_id, stage, route)
) STRICT, WITHOUT ROWID;

ALTER TABLE runs ADD COLUMN asked TEXT NOT NULL DEFAULT '';  -- digest of what the run was asked for; '' if no other start is the same

CREATE INDEX runs_by_asked ON runs (asked) WHERE ended = 0 AND asked <> '';

-- Runs that pinned none go on with the providers that they have asked, by name, or, where
-- they have asked none, with what their notice said: the offline model, or any other.
INSERT INTO routes (run_id, stage, route)
SELECT DISTINCT run_id, '', iif(provider = 'offline', provider, 'name ' || provider) FROM (
    SELECT r.id AS run_id, iif(json_valid(e.body), json_extract(e.body, '$.provider'), NULL) AS provider
    FROM runs r JOIN events s ON s.run_id = r.id AND s.seq = 1 JOIN events e ON e.run_id = r.id AND e.name = 'attempt_started'
    WHERE r.ended = 0 AND iif(json_valid(s.body), json_extract(s.body, '$.drill'), NULL) IS NULL)
WHERE provider IS NOT NULL;

INSERT INTO routes (run_id, stage, route)
SELECT r.id, '', iif(json_valid(s.body) AND s.body LIKE '%"notice":"No key is set%', 'offline', 'any')
FROM runs r JOIN events s ON s.run_id = r.id AND s.seq = 1
WHERE r.ended = 0 AND iif(json_valid(s.body), json_extract(s.body, '$.drill'), NULL) IS NULL
    AND NOT EXISTS (SELECT 1 FROM routes WHERE run_id = r.id);

-- +goose Down
DROP TABLE routes;
DROP INDEX runs_by_asked;
ALTER TABLE runs DROP COLUMN asked;
