package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// Examine reads all of a database and says what of it is not what was stored: its
// structure, its rows, what they refer to, and the content. It goes on behind each damage.
// An error means that it could not be read for another reason.
func (m *Maintenance) Examine(ctx context.Context) (*storage.Examination, error) {
	e := &examiner{of: m, found: &storage.Examination{Damages: []storage.Damage{}}, contents: map[artifact.Digest]error{},
		damaged: map[string]bool{}}
	for _, look := range []func(context.Context) error{e.structure, e.references, e.content, e.runs, e.artifacts, e.inputs, e.texts} {
		if err := look(ctx); err != nil && !e.damage("structure", "", err) {
			return nil, err
		}
	}
	if e.found.OK() {
		e.found.Whole = nil
	}
	return e.found, nil
}

// examiner is an examination under way.
type examiner struct {
	of       *Maintenance
	found    *storage.Examination
	contents map[artifact.Digest]error // what is wrong with each content
	damaged  map[string]bool           // contents that something named refers to
}

// damage notes an error if it says that something is damaged.
func (e *examiner) damage(what, name string, err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case run.TroubleOf(err) == run.Damaged, errors.Is(err, run.ErrDamaged), errors.As(err, &syntax), errors.As(err, &kind):
	case errors.Is(err, run.ErrNotFound):
		err = errors.New("what it refers to is not there")
	default:
		return false
	}
	if t, ok := errors.AsType[*run.TroubleError](err); ok && t.Err.Err != nil {
		err = t.Err.Err // without what to do
	}
	e.found.Add(what, name, err)
	return true
}

func (e *examiner) structure(ctx context.Context) error {
	return e.eachRow(ctx, `PRAGMA integrity_check(20)`, func(row scanner) error {
		var said string
		if err := row.Scan(&said); err != nil || said == "ok" {
			return err
		}
		e.found.Add("structure", "", said)
		return nil
	})
}

func (e *examiner) references(ctx context.Context) error {
	return e.eachRow(ctx, `SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2`, func(row scanner) error {
		var table, parent string
		var n int
		if err := row.Scan(&table, &parent, &n); err != nil {
			return err
		}
		e.found.Add("structure", table, fmt.Sprintf("%d of its rows refer to %s that are not there", n, parent))
		return nil
	})
}

// eachRow hands on the rows of a query, as far as they can be read.
func (e *examiner) eachRow(ctx context.Context, query string, each func(scanner) error) error {
	found, err := e.of.db.read.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if err := each(found); err != nil {
			return err
		}
	}
	return found.Err()
}

// content reads all content, one at a time.
func (e *examiner) content(ctx context.Context) error {
	var digests []artifact.Digest
	err := e.eachRow(ctx, `SELECT digest FROM blobs`, func(row scanner) error {
		var d artifact.Digest
		if err := row.Scan(&d); err != nil {
			return err
		}
		digests = append(digests, d)
		return nil
	})
	for _, d := range digests {
		if _, blobErr := e.of.blobs.Get(ctx, d); blobErr != nil &&
			!errors.Is(blobErr, run.ErrNotFound) { // a prune may have removed it meanwhile
			e.contents[d] = blobErr
		}
	}
	return err
}

// refers notes damage of something whose content is damaged or missing.
func (e *examiner) refers(ctx context.Context, what, name string, d artifact.Digest) (whole bool, err error) {
	err = e.contents[d]
	if err == nil {
		var there int
		err = e.of.db.read.QueryRowContext(ctx, `SELECT 1 FROM blobs WHERE digest = ?`, d).Scan(&there)
		if errors.Is(err, sql.ErrNoRows) {
			err = fmt.Errorf("content %s: %w", d, run.ErrNotFound)
		}
	}
	if err == nil {
		return true, nil
	}
	e.damaged[string(d)] = true
	if !e.damage(what, name, err) {
		return false, err
	}
	return false, nil
}

func (e *examiner) runs(ctx context.Context) error {
	for r, err := range e.of.log.Runs(ctx, run.RunFilter{}) {
		if err != nil {
			return err
		}
		e.found.Listed++
		whole, err := e.run(ctx, r)
		if err != nil {
			return err
		}
		if whole {
			e.found.Whole = append(e.found.Whole, r.RunID)
		}
	}
	return nil
}

// run examines the events of a run, and what it pins and made.
func (e *examiner) run(ctx context.Context, r run.Summary) (whole bool, err error) {
	state, err := run.Load(ctx, e.of.log, r.RunID)
	switch {
	case err != nil && e.damage("run", r.RunID, err):
		return false, nil
	case err != nil: // its events are not in order
		e.found.Add("run", r.RunID, err)
		return false, ctx.Err()
	case state.LastSeq < r.LastSeq: // more may have come meanwhile
		e.found.Add("run", r.RunID, fmt.Sprintf("%d of its events are missing", r.LastSeq-state.LastSeq))
		return false, nil
	}
	whole = true
	for name, d := range map[string]artifact.Digest{"recipe": state.RecipeDigest, "input": state.InputDigest} {
		if d == "" {
			continue
		}
		ok, err := e.refers(ctx, "run", r.RunID+" ("+name+")", d)
		if err != nil {
			return false, err
		}
		whole = whole && ok
	}
	for _, st := range state.Stages {
		for _, ref := range st.ArtifactRefs {
			if _, err := e.of.artifacts.Artifact(ctx, state.ProjectID, ref); err == nil {
				continue
			}
			whole = false // a damaged one is named as itself
			if err := e.lacks(ctx, state, ref); err != nil {
				return false, err
			}
		}
	}
	return whole, nil
}

// lacks notes that a run made an artifact that is not there.
func (e *examiner) lacks(ctx context.Context, state run.State, ref artifact.Ref) error {
	var there int
	err := e.of.db.read.QueryRowContext(ctx, `SELECT 1 FROM artifacts WHERE project_id = ? AND type = ? AND entity_id = ? AND version = ?`,
		state.ProjectID, ref.ArtifactType, ref.EntityID, ref.Version).Scan(&there)
	if errors.Is(err, sql.ErrNoRows) {
		e.found.Add("run", state.RunID, ref.Path+" is not there")
		return nil
	}
	if err != nil && e.damage("run", state.RunID, err) {
		return nil
	}
	return err
}

func (e *examiner) artifacts(ctx context.Context) error {
	type entry struct {
		name   string
		digest artifact.Digest
	}
	var all []entry
	err := e.eachRow(ctx, `SELECT project_id, type, entity_id, version, digest, metadata FROM artifacts`, func(row scanner) error {
		var project, kind, entity string
		var version int
		var of entry
		var metadata []byte
		if err := row.Scan(&project, &kind, &entity, &version, &of.digest, &metadata); err != nil {
			return err
		}
		of.name = fmt.Sprintf("%s/%s of project %s", kind, artifact.NewRef(kind, entity, version).Path, project)
		if err := json.Unmarshal(metadata, new(artifact.Metadata)); err != nil {
			e.found.Add("artifact", of.name, err)
		}
		all = append(all, of)
		return nil
	})
	for _, one := range all {
		if _, err := e.refers(ctx, "artifact", one.name, one.digest); err != nil {
			return err
		}
	}
	return err
}

func (e *examiner) inputs(ctx context.Context) error {
	names := map[string]artifact.Digest{}
	err := e.eachRow(ctx, `SELECT project_id, name, digest FROM inputs`, func(row scanner) error {
		var project, name string
		var d artifact.Digest
		if err := row.Scan(&project, &name, &d); err != nil {
			return err
		}
		names[name+" of project "+project] = d
		return nil
	})
	for name, d := range names {
		if _, err := e.refers(ctx, "input", name, d); err != nil {
			return err
		}
	}
	for d, wrong := range e.contents {
		if !e.damaged[string(d)] && !e.damage("content", string(d), wrong) {
			return wrong
		}
	}
	return err
}

// texts looks whether what is kept as JSON is JSON.
func (e *examiner) texts(ctx context.Context) error {
	for _, q := range [][2]string{
		{"answer", `SELECT 'of run ' || run_id FROM answers WHERE NOT json_valid(body)`},
		{"message", `SELECT 'of project ' || project_id FROM messages WHERE NOT json_valid(content)`},
		{"project", `SELECT id FROM projects WHERE NOT json_valid(preferences)`},
		{"structure", `SELECT 'health of ' || endpoint FROM health WHERE NOT json_valid(data)`},
	} {
		err := e.eachRow(ctx, q[1], func(row scanner) error {
			var name string
			if err := row.Scan(&name); err != nil {
				return err
			}
			e.found.Add(q[0], name, "it is no JSON")
			return nil
		})
		if err != nil && !e.damage("structure", "", err) {
			return err
		}
	}
	return nil
}
