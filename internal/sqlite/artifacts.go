package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Artifacts is the artifacts of projects.
type Artifacts struct{ db *database }

var _ storage.Artifacts = (*Artifacts)(nil)

// saveArtifacts gives each artifact a version and stores it. One that says the
// same as the latest version of its entity is that version.
func saveArtifacts(tx *sql.Tx, runID string, save []artifact.Artifact) ([]artifact.Artifact, error) {
	if len(save) == 0 {
		return nil, nil
	}
	var project string
	if err := tx.QueryRow(`SELECT project_id FROM runs WHERE id = ?`, runID).Scan(&project); err != nil {
		return nil, fmt.Errorf("save the artifacts of run %s: %w", runID, err)
	}
	saved := make([]artifact.Artifact, len(save))
	for i, a := range save {
		var err error
		if saved[i], err = saveArtifact(tx, project, a); err != nil {
			return nil, fmt.Errorf("save %s %s: %w", a.Metadata.Ref.ArtifactType, a.Metadata.Ref.EntityID, err)
		}
	}
	return saved, nil
}

func saveArtifact(tx *sql.Tx, project string, a artifact.Artifact) (artifact.Artifact, error) {
	ref := a.Metadata.Ref
	digest := artifact.DigestOf(a.Data)
	latest, latestDigest, err := latestVersion(tx, project, ref)
	if err != nil {
		return a, err
	}
	if latestDigest == digest && same(latest, a.Metadata) {
		a.Metadata = latest
		return a, nil
	}
	a.Metadata.Ref = artifact.NewRef(ref.ArtifactType, ref.EntityID, latest.Ref.Version+1)
	metadata, err := json.Marshal(a.Metadata)
	if err != nil {
		return a, err
	}
	if err := putBlob(tx, digest, a.Data); err != nil {
		return a, err
	}
	_, err = tx.Exec(`INSERT INTO artifacts (project_id, type, entity_id, version, digest, metadata) VALUES (?, ?, ?, ?, ?, ?)`,
		project, ref.ArtifactType, ref.EntityID, a.Metadata.Ref.Version, digest, string(metadata))
	return a, err
}

// same reports whether two versions with the same data are the same in all that
// a reader relies on: what made them, of what, and how far they can be trusted.
func same(a, b artifact.Metadata) bool {
	return a.Source == b.Source && a.Health == b.Health && a.ProducingModule == b.ProducingModule && slices.Equal(a.Lineage, b.Lineage)
}

func latestVersion(tx *sql.Tx, project string, ref artifact.Ref) (artifact.Metadata, artifact.Digest, error) {
	var (
		metadata []byte
		digest   artifact.Digest
		m        artifact.Metadata
	)
	err := tx.QueryRow(`SELECT metadata, digest FROM artifacts WHERE project_id = ? AND type = ? AND entity_id = ?
		ORDER BY version DESC LIMIT 1`, project, ref.ArtifactType, ref.EntityID).Scan(&metadata, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		return m, "", nil
	}
	if err == nil {
		err = json.Unmarshal(metadata, &m)
	}
	return m, digest, err
}

// Artifact returns one version.
func (as *Artifacts) Artifact(ctx context.Context, projectID string, ref artifact.Ref) (artifact.Artifact, error) {
	row := as.db.read.QueryRowContext(ctx, `SELECT metadata, digest, confirmed, data FROM artifacts JOIN blobs USING (digest)
		WHERE project_id = ? AND type = ? AND entity_id = ? AND version = ?`, projectID, ref.ArtifactType, ref.EntityID, ref.Version)
	a, err := scanArtifact(row)
	if errors.Is(err, sql.ErrNoRows) {
		err = run.ErrNotFound
	}
	if err != nil {
		return a, fmt.Errorf("read %s of project %s: %w", ref, projectID, why(as.db.file, err))
	}
	return a, nil
}

func scanArtifact(row scanner) (a artifact.Artifact, err error) {
	var (
		metadata  []byte
		digest    artifact.Digest
		confirmed bool
	)
	if err := row.Scan(&metadata, &digest, &confirmed, &a.Data); err != nil {
		return a, err
	}
	if artifact.DigestOf(a.Data) != digest {
		return a, run.ErrDamaged
	}
	err = json.Unmarshal(metadata, &a.Metadata)
	if confirmed {
		a.Metadata.Health = artifact.ConfirmedValid
	}
	return a, err
}

// currentVersion selects the current version of the entity of a row a.
const (
	ofEntity       = `b.project_id = a.project_id AND b.type = a.type AND b.entity_id = a.entity_id`
	latestOf       = `(SELECT max(version) FROM artifacts b WHERE ` + ofEntity + `)`
	currentOf      = `coalesce((SELECT version FROM artifacts b WHERE ` + ofEntity + ` AND chosen = 1), ` + latestOf + `)`
	versionColumns = `a.metadata, a.digest, a.version = ` + currentOf + `, a.chosen, a.confirmed, ` + latestOf + `, a.run_id, a.stage`
)

// Current describes the current version of every entity of a project.
func (as *Artifacts) Current(ctx context.Context, projectID string) ([]artifact.Version, error) {
	return as.list(ctx, `SELECT `+versionColumns+` FROM artifacts a WHERE project_id = ? AND version = `+currentOf+` ORDER BY type, entity_id`,
		projectID)
}

// Versions describes every version of an entity, oldest first.
func (as *Artifacts) Versions(ctx context.Context, projectID, artifactType, entityID string) ([]artifact.Version, error) {
	return as.list(ctx, `SELECT `+versionColumns+` FROM artifacts a WHERE project_id = ? AND type = ? AND entity_id = ? ORDER BY version`,
		projectID, artifactType, entityID)
}

func (as *Artifacts) list(ctx context.Context, query string, args ...any) ([]artifact.Version, error) {
	found, err := as.db.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list artifacts: %w", err)
	}
	return collect(found, func(row scanner) (artifact.Version, error) {
		v, err := scanVersion(row)
		if err != nil {
			err = fmt.Errorf("list artifacts: %w", err)
		}
		return v, err
	})
}

func scanVersion(row scanner) (v artifact.Version, err error) {
	var (
		metadata  []byte
		confirmed bool
	)
	if err = row.Scan(&metadata, &v.Digest, &v.Current, &v.Chosen, &confirmed, &v.Latest, &v.RunID, &v.StageID); err != nil {
		return v, err
	}
	err = json.Unmarshal(metadata, &v.Metadata)
	if confirmed {
		v.Health = artifact.ConfirmedValid
	}
	return v, err
}

// Change does what a person wants of an artifact.
func (as *Artifacts) Change(ctx context.Context, projectID string, c storage.ArtifactChange) (current artifact.Ref, err error) {
	err = as.db.update(ctx, func(tx *sql.Tx) error {
		now, err := scanVersion(tx.QueryRow(`SELECT `+versionColumns+` FROM artifacts a
			WHERE project_id = ? AND type = ? AND entity_id = ? AND version = `+currentOf, projectID, c.Of.ArtifactType, c.Of.EntityID))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			err = artifact.ErrNotFound
		case err == nil && !c.IsMeantFor(now.Ref.Version):
			err = artifact.ErrChanged
		}
		changed := false
		if err == nil {
			current, changed, err = changeArtifact(tx, projectID, now, c)
		}
		if err == nil && changed {
			err = errors.Join(touchProject(ctx, tx, projectID), appendStandalone(tx, c.Event(ctx, projectID, current)))
		}
		if err != nil {
			return fmt.Errorf("%s %s %s: %w", c.Action, c.Of.ArtifactType, c.Of.EntityID, err)
		}
		return nil
	})
	return current, err
}

// changeArtifact changes an artifact, and returns the version that is current then; changed is
// false if that is as it was.
func changeArtifact(
	tx *sql.Tx, project string, now artifact.Version, c storage.ArtifactChange,
) (ref artifact.Ref, changed bool, err error) {
	switch c.Action {
	case event.Edited:
		if now.Digest == artifact.DigestOf(c.Edited.Data) && now.Source == c.Edited.Metadata.Source { // the edit is there already
			return now.Ref, false, nil
		}
		c.Edited.Metadata.Lineage = []artifact.Ref{now.Ref}
		saved, err := saveArtifact(tx, project, c.Edited)
		if err != nil {
			return ref, false, err
		}
		return saved.Metadata.Ref, true, choose(tx, project, saved.Metadata.Ref, true)
	case event.Restored:
		of := c.Of
		var source string
		err := tx.QueryRow(`SELECT json_extract(metadata, '$.source') FROM artifacts
			WHERE project_id = ? AND type = ? AND entity_id = ? AND version = ?`,
			project, of.ArtifactType, of.EntityID, of.Version).Scan(&source)
		if errors.Is(err, sql.ErrNoRows) {
			err = artifact.ErrNotFound
		}
		hold := of.Version < now.Latest || artifact.Source(source) == artifact.Human
		if err != nil || now.Ref.Version == of.Version && now.Chosen == hold {
			return now.Ref, false, err
		}
		return artifact.NewRef(of.ArtifactType, of.EntityID, of.Version), true, choose(tx, project, of, hold)
	default:
		res, err := tx.Exec(`UPDATE artifacts SET confirmed = 1
			WHERE project_id = ? AND type = ? AND entity_id = ? AND version = ? AND confirmed = 0`,
			project, now.Ref.ArtifactType, now.Ref.EntityID, now.Ref.Version)
		if err != nil {
			return now.Ref, false, err
		}
		n, err := res.RowsAffected()
		return now.Ref, n > 0, err
	}
}

// choose makes a version the one that a person chose; without hold no version is.
func choose(tx *sql.Tx, project string, ref artifact.Ref, hold bool) error {
	_, err := tx.Exec(`UPDATE artifacts SET chosen = 0 WHERE project_id = ? AND type = ? AND entity_id = ? AND chosen = 1`,
		project, ref.ArtifactType, ref.EntityID)
	if err == nil && hold {
		_, err = tx.Exec(`UPDATE artifacts SET chosen = 1 WHERE project_id = ? AND type = ? AND entity_id = ? AND version = ?`,
			project, ref.ArtifactType, ref.EntityID, ref.Version)
	}
	return err
}

// followArtifacts notes with an artifact which run and stage have made it, as an event says.
func followArtifacts(tx *sql.Tx, runID string, body event.Body) error {
	saved, ok := body.(event.ArtifactSaved)
	if !ok {
		return nil
	}
	_, err := tx.Exec(`UPDATE artifacts SET run_id = ?1, stage = ?2 WHERE project_id = (SELECT project_id FROM runs WHERE id = ?1)
		AND type = ?3 AND entity_id = ?4 AND version = ?5 AND run_id = ''`,
		runID, saved.StageID, saved.ArtifactType, saved.EntityID, saved.Version)
	if err != nil {
		return fmt.Errorf("note the origin of %s %s: %w", saved.ArtifactType, saved.EntityID, err)
	}
	return nil
}

// Holdings counts the entities and the runs of a project.
func (as *Artifacts) Holdings(ctx context.Context, projectID string) (entities, runs int, err error) {
	err = as.db.read.QueryRowContext(ctx,
		`SELECT (SELECT count(*) FROM (SELECT DISTINCT type, entity_id FROM artifacts WHERE project_id = ?1)),
		(SELECT count(*) FROM runs WHERE project_id = ?1)`, projectID).Scan(&entities, &runs)
	if err != nil {
		return 0, 0, fmt.Errorf("count what project %s holds: %w", projectID, err)
	}
	return entities, runs, nil
}

// Blobs is content by its digest. What a commit refers to is stored in its transaction.
type Blobs struct{ db *database }

var _ artifact.Blobs = (*Blobs)(nil)

// Put stores content under its digest, all of it or nothing.
func (b *Blobs) Put(ctx context.Context, data ...[]byte) error {
	return b.db.update(ctx, func(tx *sql.Tx) error { return putBlobs(tx, data) })
}

func putBlobs(tx *sql.Tx, data [][]byte) error {
	for _, d := range data {
		if err := putBlob(tx, artifact.DigestOf(d), d); err != nil {
			return err
		}
	}
	return nil
}

func putBlob(tx *sql.Tx, digest artifact.Digest, data []byte) error {
	if data == nil {
		data = []byte{} // nil would be stored as NULL
	}
	if _, err := tx.Exec(`INSERT INTO blobs (digest, data) VALUES (?, ?) ON CONFLICT DO NOTHING`, digest, data); err != nil {
		return fmt.Errorf("store %s: %w", digest, err)
	}
	return nil
}

// Get returns content by its digest.
func (b *Blobs) Get(ctx context.Context, digest artifact.Digest) ([]byte, error) {
	var data []byte
	err := b.db.read.QueryRowContext(ctx, `SELECT data FROM blobs WHERE digest = ?`, digest).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		err = run.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", digest, err)
	}
	if artifact.DigestOf(data) != digest {
		return nil, fmt.Errorf("read %s: %w", digest, why(b.db.file, run.ErrDamaged))
	}
	return data, nil
}

// List yields what is stored.
func (b *Blobs) List(ctx context.Context) iter.Seq2[artifact.Blob, error] {
	return func(yield func(artifact.Blob, error) bool) {
		for after := ""; ; {
			batch, err := b.listPage(ctx, after)
			if err != nil {
				yield(artifact.Blob{}, fmt.Errorf("list the content: %w", err))
				return
			}
			for _, one := range batch {
				if !yield(one, nil) {
					return
				}
				after = string(one.Digest)
			}
			if len(batch) < page {
				return
			}
		}
	}
}

func (b *Blobs) listPage(ctx context.Context, after string) ([]artifact.Blob, error) {
	found, err := b.db.read.QueryContext(ctx, `SELECT digest, length(data) FROM blobs WHERE digest > ? ORDER BY digest LIMIT ?`, after, page)
	if err != nil {
		return nil, err
	}
	return collect(found, func(row scanner) (one artifact.Blob, err error) {
		err = row.Scan(&one.Digest, &one.Size)
		return one, err
	})
}

// Remove removes content.
func (b *Blobs) Remove(ctx context.Context, digests ...artifact.Digest) error {
	return b.db.update(ctx, func(tx *sql.Tx) error { return removeBlobs(tx, digests) })
}

func removeBlobs(tx *sql.Tx, digests []artifact.Digest) error {
	for _, d := range digests {
		if _, err := tx.Exec(`DELETE FROM blobs WHERE digest = ?`, d); err != nil {
			return fmt.Errorf("remove %s: %w", d, err)
		}
	}
	return nil
}
