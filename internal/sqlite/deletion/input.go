package deletion

import (
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
)

// input removes a file of a project. If it is the only one of its content, what was made of it
// goes, too, of drills as well.
func (r *removal) input(id, scratch, name string) error {
	var digest artifact.Digest
	err := r.tx.QueryRow(`SELECT digest FROM inputs WHERE project_id = ? AND name = ?`, id, name).Scan(&digest)
	if errors.Is(err, sql.ErrNoRows) {
		return project.ErrNotFound
	}
	if err != nil {
		return err
	}
	if err := r.exec(&r.Inputs, `DELETE FROM inputs WHERE project_id = ? AND name = ?`, id, name); err != nil {
		return err
	}
	r.digests = append(r.digests, string(digest))
	err = r.exec(&r.Events, `DELETE FROM standalone_events
		WHERE project_id = ? AND name = 'input_added' AND json_extract(body, '$.input') = ?`, id, name)
	if err != nil {
		return err
	}
	var others bool
	err = r.tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM inputs WHERE project_id = ? AND digest = ?)`, id, digest).Scan(&others)
	if err != nil || others {
		return err
	}
	for _, p := range []string{id, scratch} {
		if err := r.madeOf(p, digest); err != nil {
			return err
		}
	}
	return nil
}

// madeOf removes the lines of runs of a project that worked with a content, and what only they made.
func (r *removal) madeOf(id string, digest artifact.Digest) error {
	roots, err := r.texts(`SELECT DISTINCT runs.root FROM runs JOIN events e ON e.run_id = runs.id AND e.seq = 1
		WHERE runs.project_id = ? AND json_valid(e.body)
			AND ? IN (json_extract(e.body, '$.input_digest'), json_extract(e.body, '$.settings.digest'))`, id, digest)
	if err != nil {
		return err
	}
	list, err := json.Marshal(roots)
	if err != nil {
		return err
	}
	theirs, err := r.saved(`root IN`, id, string(list))
	if err != nil {
		return err
	}
	kept, err := r.saved(`root NOT IN`, id, string(list))
	if err != nil {
		return err
	}
	if err := r.lines(roots); err != nil {
		return err
	}
	all, err := r.lineages(id)
	if err != nil {
		return err
	}
	for _, ref := range storage.MadeOnlyOf(all, theirs, kept) {
		if err := r.version(id, ref); err != nil {
			return err
		}
	}
	return nil
}

// saved lists the versions that runs of a project have saved: those of some lines, or of the others.
func (r *removal) saved(which, id, roots string) (map[artifact.Ref]bool, error) {
	found, err := r.tx.Query(`SELECT DISTINCT json_extract(e.body, '$.artifact_type'), json_extract(e.body, '$.entity_id'),
			json_extract(e.body, '$.version')
		FROM runs JOIN events e ON e.run_id = runs.id
		WHERE runs.project_id = ? AND e.name = 'artifact_saved' AND json_valid(e.body)
			AND `+which+` (SELECT value FROM json_each(?))`, id, roots)
	if err != nil {
		return nil, err
	}
	refs, err := collect(found, func() (artifact.Ref, error) {
		var kind, entity string
		var version int
		err := found.Scan(&kind, &entity, &version)
		return artifact.NewRef(kind, entity, version), err
	})
	all := map[artifact.Ref]bool{}
	for _, ref := range refs {
		all[ref] = true
	}
	return all, err
}

// lineages reads which versions of a project were made of which.
func (r *removal) lineages(id string) ([]artifact.Metadata, error) {
	found, err := r.tx.Query(`SELECT metadata FROM artifacts WHERE project_id = ?`, id)
	if err != nil {
		return nil, err
	}
	return collect(found, func() (m artifact.Metadata, err error) {
		var data []byte
		if err = found.Scan(&data); err == nil {
			err = json.Unmarshal(data, &m)
		}
		return m, err
	})
}

// version removes a version of an artifact.
func (r *removal) version(id string, ref artifact.Ref) error {
	of := []any{id, ref.ArtifactType, ref.EntityID, ref.Version}
	const which = ` WHERE project_id = ? AND type = ? AND entity_id = ? AND version = ?`
	if err := r.refer(`SELECT digest FROM artifacts`+which, of...); err != nil {
		return err
	}
	for _, t := range r.tables {
		if t.has("project_id") && t.has("type") && t.has("entity_id") && t.has("version") {
			if err := r.exec(r.counter(t.name), `DELETE FROM `+t.name+which, of...); err != nil {
				return err
			}
		}
	}
	return nil
}
