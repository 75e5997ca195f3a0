// Package deletion removes projects and files from a database, with all that was made of them, in
// a transaction of its caller.
package deletion

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
)

// Project removes a project, and the scratch project of its drills. It returns a
// *run.UnderWayError if a run of them has not ended, and project.ErrNotFound if there is none.
func Project(tx *sql.Tx, id, scratch string) (storage.Deleted, error) {
	return remove(tx, func(r *removal) error {
		there, err := r.texts(`SELECT id FROM projects WHERE id = ?`, id)
		if err != nil || there == nil {
			return errors.Join(err, project.ErrNotFound)
		}
		return errors.Join(r.project(id), r.project(scratch))
	})
}

// Input removes a file of a project. If it is the only one of its content, what was made of it
// goes, too, of drills as well. The errors are those of [Project].
func Input(tx *sql.Tx, id, scratch, name string) (storage.Deleted, error) {
	return remove(tx, func(r *removal) error { return r.input(id, scratch, name) })
}

// remove removes something, and then the content that nothing refers to any more.
func remove(tx *sql.Tx, what func(r *removal) error) (storage.Deleted, error) {
	r := &removal{tx: tx}
	var err error
	if r.tables, err = tablesOf(tx); err != nil {
		return r.Deleted, err
	}
	// Rows that refer to each other go in any order; the commit fails if one is left.
	if _, err := tx.Exec(`PRAGMA defer_foreign_keys = on`); err != nil {
		return r.Deleted, err
	}
	if err := what(r); err != nil {
		return r.Deleted, err
	}
	return r.Deleted, r.content()
}

// table is a table with the columns by which it belongs to something that can be deleted.
type table struct {
	name    string
	columns []string
}

func (t table) has(column string) bool { return slices.Contains(t.columns, column) }

// tablesOf lists the tables, those of later versions too: what a table holds of a project, a run
// or a content is deleted by its columns project_id, run_id and digest.
func tablesOf(tx *sql.Tx) (all []table, err error) {
	found, err := tx.Query(`SELECT m.name, group_concat(p.name) FROM sqlite_schema m, pragma_table_info(m.name) p
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' GROUP BY m.name`)
	if err != nil {
		return nil, err
	}
	return collect(found, func() (t table, err error) {
		var columns string
		err = found.Scan(&t.name, &columns)
		t.columns = strings.Split(columns, ",")
		return t, err
	})
}

// removal is a deletion under way, in a transaction.
type removal struct {
	tx      *sql.Tx
	tables  []table
	digests []string // of the content that was referred to
	storage.Deleted
}

// exec runs a statement that deletes, and adds to a count.
func (r *removal) exec(count *int, statement string, args ...any) error {
	res, err := r.tx.Exec(statement, args...)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	*count += int(n)
	return err
}

// texts reads a column.
func (r *removal) texts(query string, args ...any) (all []string, err error) {
	found, err := r.tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	return collect(found, func() (one string, err error) { return one, found.Scan(&one) })
}

// refer notes the digests of a query: their content goes if nothing else refers to it.
func (r *removal) refer(query string, args ...any) error {
	digests, err := r.texts(query, args...)
	r.digests = append(r.digests, digests...)
	return err
}

// project removes all that belongs to a project.
func (r *removal) project(id string) error {
	roots, err := r.texts(`SELECT DISTINCT root FROM runs WHERE project_id = ?`, id)
	if err != nil {
		return err
	}
	if err := r.lines(roots); err != nil {
		return err
	}
	for _, t := range r.tables {
		if !t.has("project_id") {
			continue
		}
		if t.has("digest") {
			if err := r.refer(`SELECT digest FROM `+t.name+` WHERE project_id = ?`, id); err != nil {
				return err
			}
		}
		if err := r.exec(r.counter(t.name), `DELETE FROM `+t.name+` WHERE project_id = ?`, id); err != nil {
			return err
		}
	}
	return r.exec(new(int), `DELETE FROM projects WHERE id = ?`, id)
}

// counter returns what counts the rows of a table.
func (r *removal) counter(table string) *int {
	switch table {
	case "runs":
		return &r.Runs
	case "events", "standalone_events":
		return &r.Events
	case "inputs":
		return &r.Inputs
	case "artifacts":
		return &r.Artifacts
	case "answers":
		return &r.Answers
	case "messages":
		return &r.Messages
	}
	return new(int)
}

// digestsOfRuns selects the digests that the lines of runs in a list work with.
const digestsOfRuns = `SELECT json_extract(e.body, part.value) AS digest FROM runs JOIN events e ON e.run_id = runs.id AND e.seq = 1,
	json_each('["$.recipe_digest", "$.input_digest", "$.settings.digest"]') AS part
	WHERE runs.root IN (SELECT value FROM json_each(?)) AND json_valid(e.body) AND digest IS NOT NULL`

// lines removes lines of runs, unless one of them has not ended.
func (r *removal) lines(roots []string) error {
	list, err := json.Marshal(roots)
	if err != nil || len(roots) == 0 {
		return err
	}
	var id string
	err = r.tx.QueryRow(`SELECT id FROM runs WHERE ended = 0 AND root IN (SELECT value FROM json_each(?)) ORDER BY position LIMIT 1`,
		string(list)).Scan(&id)
	if err == nil {
		return &run.UnderWayError{RunID: id}
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err := r.refer(digestsOfRuns, string(list)); err != nil {
		return err
	}
	for _, t := range r.tables {
		if t.name == "artifacts" { // of which some may be of other runs, too
			err := r.exec(new(int), `UPDATE artifacts SET run_id = '', stage = '' WHERE run_id IN
				(SELECT id FROM runs WHERE root IN (SELECT value FROM json_each(?)))`, string(list))
			if err != nil {
				return err
			}
		} else if t.has("run_id") {
			err := r.exec(r.counter(t.name), `DELETE FROM `+t.name+` WHERE run_id IN
				(SELECT id FROM runs WHERE root IN (SELECT value FROM json_each(?)))`, string(list))
			if err != nil {
				return err
			}
		}
	}
	if err := r.exec(&r.Answers, `DELETE FROM answers WHERE root IN (SELECT value FROM json_each(?))`, string(list)); err != nil {
		return err
	}
	return r.exec(&r.Runs, `DELETE FROM runs WHERE root IN (SELECT value FROM json_each(?))`, string(list))
}
