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
	row := as.db.read.QueryRowContext(ctx, `SELECT metadata, digest, data FROM artifacts JOIN blobs USING (digest)
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

// Latest returns the latest version of every entity of a type.
func (as *Artifacts) Latest(ctx context.Context, projectID, artifactType string) ([]artifact.Artifact, error) {
	rows, err := as.db.read.QueryContext(ctx, `SELECT metadata, digest, data FROM artifacts a JOIN blobs USING (digest)
		WHERE project_id = ? AND type = ? AND version = (SELECT max(version) FROM artifacts b
			WHERE b.project_id = a.project_id AND b.type = a.type AND b.entity_id = a.entity_id)
		ORDER BY entity_id`, projectID, artifactType)
	if err != nil {
		return nil, fmt.Errorf("read the %s artifacts of project %s: %w", artifactType, projectID, err)
	}
	defer rows.Close()
	var all []artifact.Artifact
	for rows.Next() {
		a, err := scanArtifact(rows)
		if err != nil {
			return nil, fmt.Errorf("read a %s of project %s: %w", artifactType, projectID, why(as.db.file, err))
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

func scanArtifact(row scanner) (a artifact.Artifact, err error) {
	var (
		metadata []byte
		digest   artifact.Digest
	)
	if err := row.Scan(&metadata, &digest, &a.Data); err != nil {
		return a, err
	}
	if artifact.DigestOf(a.Data) != digest {
		return a, run.ErrDamaged
	}
	return a, json.Unmarshal(metadata, &a.Metadata)
}

// Newest returns what is known of the latest version of every entity of a project, in
// the order of types and entities.
func (as *Artifacts) Newest(ctx context.Context, projectID string) ([]artifact.Metadata, error) {
	return as.metadata(ctx, `SELECT metadata FROM artifacts a WHERE project_id = ? AND version = (SELECT max(version) FROM artifacts b
		WHERE b.project_id = a.project_id AND b.type = a.type AND b.entity_id = a.entity_id) ORDER BY type, entity_id`, projectID)
}

// Versions returns what is known of every version of an entity, oldest first.
func (as *Artifacts) Versions(ctx context.Context, projectID, artifactType, entityID string) ([]artifact.Metadata, error) {
	return as.metadata(ctx, `SELECT metadata FROM artifacts WHERE project_id = ? AND type = ? AND entity_id = ? ORDER BY version`, projectID,
		artifactType, entityID)
}

func (as *Artifacts) metadata(ctx context.Context, query string, args ...any) ([]artifact.Metadata, error) {
	found, err := as.db.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list artifacts: %w", err)
	}
	return collect(found, func(row scanner) (m artifact.Metadata, err error) {
		var data []byte
		if err = row.Scan(&data); err == nil {
			err = json.Unmarshal(data, &m)
		}
		if err != nil {
			err = fmt.Errorf("list artifacts: %w", err)
		}
		return m, err
	})
}

// Edit stores a version that a person made of an artifact. It returns ErrNotFound if
// there is no earlier version of it.
func (as *Artifacts) Edit(ctx context.Context, projectID string, a artifact.Artifact) (saved artifact.Artifact, err error) {
	err = as.db.update(ctx, func(tx *sql.Tx) error {
		latest, digest, err := latestVersion(tx, projectID, a.Metadata.Ref)
		switch {
		case err != nil:
		case latest.Ref.Version == 0:
			err = run.ErrNotFound
		case digest == artifact.DigestOf(a.Data) && latest.Source == a.Metadata.Source: // the edit is there already
			saved, saved.Metadata = a, latest
			return nil
		default:
			saved, err = saveArtifact(tx, projectID, a)
		}
		if err == nil {
			err = touchProject(ctx, tx, projectID)
		}
		if err == nil {
			err = appendStandalone(tx, storage.ArtifactEdited(ctx, projectID, event.Edited, saved.Metadata.Ref))
		}
		if err != nil {
			return fmt.Errorf("edit %s %s: %w", a.Metadata.Ref.ArtifactType, a.Metadata.Ref.EntityID, err)
		}
		return nil
	})
	return saved, err
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
