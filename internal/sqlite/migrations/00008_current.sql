-- +goose Up
-- The version that a person made or went back to is the current one of its entity, whatever runs
-- make after it. Where there is none, the latest is.
ALTER TABLE artifacts ADD COLUMN chosen    INTEGER NOT NULL DEFAULT 0;  -- 1 if a person made it current
ALTER TABLE artifacts ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;  -- 1 if a person confirmed it
-- Where a version comes from. It follows from the events of runs; '' if it is not known.
ALTER TABLE artifacts ADD COLUMN run_id    TEXT NOT NULL DEFAULT '';
ALTER TABLE artifacts ADD COLUMN stage     TEXT NOT NULL DEFAULT '';

CREATE UNIQUE INDEX artifacts_chosen ON artifacts (project_id, type, entity_id) WHERE chosen = 1;

-- What a person made and no run has made again since was what counted.
UPDATE artifacts AS a SET chosen = 1
WHERE iif(json_valid(metadata), json_extract(metadata, '$.source'), '') = 'human'
    AND version = (SELECT max(version) FROM artifacts b
        WHERE b.project_id = a.project_id AND b.type = a.type AND b.entity_id = a.entity_id);

UPDATE artifacts AS a SET run_id = s.run_id, stage = coalesce(s.stage, '')
FROM (SELECT r.project_id, e.run_id, min(e.position), json_extract(e.body, '$.stage_id') AS stage,
        json_extract(e.body, '$.artifact_type') AS type, json_extract(e.body, '$.entity_id') AS entity_id,
        json_extract(e.body, '$.version') AS version
    FROM events e JOIN runs r ON r.id = e.run_id WHERE e.name = 'artifact_saved' AND json_valid(e.body)
    GROUP BY r.project_id, 5, 6, 7) AS s
WHERE a.project_id = s.project_id AND a.type = s.type AND a.entity_id = s.entity_id AND a.version = s.version;

-- +goose Down
DROP INDEX artifacts_chosen;
ALTER TABLE artifacts DROP COLUMN stage;
ALTER TABLE artifacts DROP COLUMN run_id;
ALTER TABLE artifacts DROP COLUMN confirmed;
ALTER TABLE artifacts DROP COLUMN chosen;
