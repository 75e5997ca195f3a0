package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
)

// ProjectStore is projects, their inputs and what is said in them.
type ProjectStore struct{ db *database }

var (
	_ project.Store  = (*ProjectStore)(nil)
	_ project.Inputs = (*ProjectStore)(nil)
	_ project.Chat   = (*ProjectStore)(nil)
	_ project.Scans  = (*ProjectStore)(nil)
)

// CreateProject makes a project.
func (ps *ProjectStore) CreateProject(ctx context.Context, p project.Project) error {
	return ps.db.update(ctx, func(tx *sql.Tx) error {
		preferences, err := encodePreferences(p)
		if err != nil {
			return err
		}
		res, err := tx.Exec(`INSERT INTO projects (id, name, preferences, created, changed) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			p.ID, p.Name, preferences, p.Created.UnixMilli(), p.Created.UnixMilli())
		if err != nil {
			return fmt.Errorf("create project %s: %w", p.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fmt.Errorf("create project %s: %w", p.ID, project.ErrExists))
		}
		return appendStandalone(tx, storage.ProjectCreated(ctx, p))
	})
}

// touchProject notes that something was added to a project, which is made if it is
// not there.
func touchProject(ctx context.Context, tx *sql.Tx, id string) error {
	now := time.Now().UnixMilli()
	res, err := tx.Exec(`UPDATE projects SET changed = ? WHERE id = ?`, now, id)
	if err != nil {
		return fmt.Errorf("note a change of project %s: %w", id, err)
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO projects (id, name, created, changed) VALUES (?1, ?1, ?2, ?2)`, id, now); err != nil {
		return fmt.Errorf("create project %s: %w", id, err)
	}
	return appendStandalone(tx, storage.ProjectCreated(ctx, project.Project{ID: id, Name: id}))
}

const projectColumns = `id, name, preferences, created, changed`

// Project returns a project.
func (ps *ProjectStore) Project(ctx context.Context, id string) (project.Project, error) {
	p, err := scanProject(ps.db.read.QueryRowContext(ctx, `SELECT `+projectColumns+` FROM projects WHERE id = ?`, id))
	if err != nil {
		return p, fmt.Errorf("read project %s: %w", id, err)
	}
	return p, nil
}

// Projects returns projects, those that changed last first.
func (ps *ProjectStore) Projects(ctx context.Context, limit int) ([]project.Project, error) {
	if limit <= 0 {
		limit = -1 // none to SQLite
	}
	found, err := ps.db.read.QueryContext(ctx, `SELECT `+projectColumns+` FROM projects ORDER BY changed DESC, id LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", err)
	}
	return collect(found, scanProject)
}

// ChangeProject changes a project.
func (ps *ProjectStore) ChangeProject(ctx context.Context, id string, change func(*project.Project)) (p project.Project, err error) {
	err = ps.db.update(ctx, func(tx *sql.Tx) error {
		if p, err = scanProject(tx.QueryRow(`SELECT `+projectColumns+` FROM projects WHERE id = ?`, id)); err != nil {
			return fmt.Errorf("change project %s: %w", id, err)
		}
		before := p
		before.Preferences = maps.Clone(p.Preferences)
		change(&p)
		p.Changed = time.Now().UTC().Truncate(time.Millisecond)
		preferences, err := encodePreferences(p)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE projects SET name = ?, preferences = ?, changed = ? WHERE id = ?`, p.Name, preferences, p.Changed.UnixMilli(),
			id)
		if err != nil {
			return fmt.Errorf("change project %s: %w", id, err)
		}
		return appendStandalone(tx, storage.ProjectChanged(ctx, before, p)...)
	})
	return p, err
}

func encodePreferences(p project.Project) (string, error) {
	if p.Preferences == nil {
		return "{}", nil
	}
	data, err := json.Marshal(p.Preferences)
	return string(data), err
}

func scanProject(row scanner) (p project.Project, err error) {
	var preferences []byte
	var created, changed int64
	err = row.Scan(&p.ID, &p.Name, &preferences, &created, &changed)
	if errors.Is(err, sql.ErrNoRows) {
		return p, project.ErrNotFound
	}
	if err != nil {
		return p, err
	}
	p.Created, p.Changed = time.UnixMilli(created).UTC(), time.UnixMilli(changed).UTC()
	return p, json.Unmarshal(preferences, &p.Preferences)
}

// AddInput keeps a file of a project.
func (ps *ProjectStore) AddInput(ctx context.Context, id string, in project.Input, data []byte) (
	kept project.Input, existing bool, err error,
) {
	err = ps.db.update(ctx, func(tx *sql.Tx) error {
		kept, err = scanInput(tx.QueryRow(`SELECT `+inputColumns+` FROM inputs WHERE project_id = ? AND digest = ? AND original = ?`, id,
			in.Digest, in.Original))
		if existing = err == nil; existing || !errors.Is(err, project.ErrNotFound) {
			return err
		}
		if err := putBlob(tx, in.Digest, data); err != nil {
			return err
		}
		if err := touchProject(ctx, tx, id); err != nil {
			return err
		}
		kept = in
		_, err := tx.Exec(`INSERT INTO inputs (project_id, name, original, digest, size, created) VALUES (?, ?, ?, ?, ?, ?)`,
			id, in.Name, in.Original, in.Digest, in.Size, in.Created.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep an input of project %s: %w", id, err)
		}
		return appendStandalone(tx, storage.InputAdded(ctx, id, in))
	})
	return kept, existing, err
}

const inputColumns = `name, original, digest, size, created`

// Inputs returns the files of a project, oldest first.
func (ps *ProjectStore) Inputs(ctx context.Context, id string) ([]project.Input, error) {
	found, err := ps.db.read.QueryContext(ctx, `SELECT `+inputColumns+` FROM inputs WHERE project_id = ? ORDER BY position`, id)
	if err != nil {
		return nil, fmt.Errorf("list the inputs of project %s: %w", id, err)
	}
	return collect(found, scanInput)
}

func scanInput(row scanner) (in project.Input, err error) {
	var created int64
	err = row.Scan(&in.Name, &in.Original, &in.Digest, &in.Size, &created)
	if errors.Is(err, sql.ErrNoRows) {
		err = project.ErrNotFound
	}
	in.Created = time.UnixMilli(created).UTC()
	return in, err
}

// KeepScan keeps what was found in a file that a project has.
func (ps *ProjectStore) KeepScan(ctx context.Context, s project.Scan) error {
	return ps.db.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO scans (digest, original, reader, summary, report) SELECT ?1, ?2, ?3, ?4, ?5
			WHERE EXISTS (SELECT 1 FROM inputs WHERE digest = ?1 AND original = ?2)
			ON CONFLICT (digest, original, reader) DO UPDATE SET summary = excluded.summary, report = excluded.report`,
			s.Digest, s.Original, s.Reader, string(s.Summary), string(s.Report))
		if err != nil {
			return fmt.Errorf("keep what was found in %s: %w", s.Original, err)
		}
		return nil
	})
}

// Scan returns what a reader found in a file.
func (ps *ProjectStore) Scan(ctx context.Context, digest artifact.Digest, original, reader string) (project.Scan, error) {
	s := project.Scan{Digest: digest, Original: original, Reader: reader}
	var summary, report []byte
	err := ps.db.read.QueryRowContext(ctx, `SELECT summary, report FROM scans WHERE digest = ? AND original = ? AND reader = ?`,
		digest, original, reader).Scan(&summary, &report)
	if errors.Is(err, sql.ErrNoRows) {
		err = project.ErrNotFound
	}
	if err != nil {
		return s, fmt.Errorf("read what was found in %s: %w", original, err)
	}
	s.Summary = summary
	s.Report = report
	return s, nil
}

// Scans returns what a reader found in the files of a project.
func (ps *ProjectStore) Scans(ctx context.Context, id, reader string) ([]project.Scan, error) {
	found, err := ps.db.read.QueryContext(ctx, `SELECT DISTINCT s.digest, s.original, s.reader, s.summary FROM scans s
		JOIN inputs i ON i.digest = s.digest AND i.original = s.original WHERE i.project_id = ? AND s.reader = ?`, id, reader)
	if err != nil {
		return nil, fmt.Errorf("read what was found in the inputs of project %s: %w", id, err)
	}
	return collect(found, func(row scanner) (s project.Scan, err error) {
		var summary []byte
		err = row.Scan(&s.Digest, &s.Original, &s.Reader, &summary)
		s.Summary = summary
		return s, err
	})
}

// Post keeps a message, once.
func (ps *ProjectStore) Post(ctx context.Context, id string, m project.Message) (kept project.Message, err error) {
	err = ps.db.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.Exec(`INSERT INTO messages (project_id, id, ts, content) VALUES (?, ?, ?, ?) ON CONFLICT (project_id, id) DO NOTHING`,
			id, m.ID, m.Time.UnixMilli(), string(m.Content))
		if err != nil {
			return fmt.Errorf("post in project %s: %w", id, err)
		}
		n, err := res.RowsAffected()
		if err == nil && n > 0 {
			err = appendStandalone(tx, storage.ChatPosted(ctx, id, m))
		}
		if err == nil {
			kept, err = scanMessage(tx.QueryRow(`SELECT id, ts, content FROM messages WHERE project_id = ? AND id = ?`, id, m.ID))
		}
		if err != nil {
			return fmt.Errorf("post in project %s: %w", id, err)
		}
		return nil
	})
	return kept, err
}

// Messages returns what was said in a project, oldest first.
func (ps *ProjectStore) Messages(ctx context.Context, id string) ([]project.Message, error) {
	found, err := ps.db.read.QueryContext(ctx, `SELECT id, ts, content FROM messages WHERE project_id = ? ORDER BY position`, id)
	if err != nil {
		return nil, fmt.Errorf("read what was said in project %s: %w", id, err)
	}
	return collect(found, scanMessage)
}

func scanMessage(row scanner) (m project.Message, err error) {
	var ts int64
	var content []byte
	err = row.Scan(&m.ID, &ts, &content)
	m.Time = time.UnixMilli(ts).UTC()
	m.Content = content
	return m, err
}
