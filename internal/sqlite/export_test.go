package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/cineforge/cineforge/internal/sqlite/deletion"
	"github.com/cineforge/cineforge/internal/sqlite/presence"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// SpoilBlob replaces stored content behind the store's back.
func SpoilBlob(dir string, old, changed []byte) error {
	db, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(`UPDATE blobs SET data = ? WHERE data = ?`, changed, old)
	return err
}

// Die unlocks what shows that the store's process is alive, as the system does when the
// process is gone.
func Die(s *Store) {
	s.db.presence.Abandon()
}

// Locks says that stores see which processes are gone.
const Locks = presence.CanLock

// Schemas returns the newest version of the schema.
func Schemas() (newest int64, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql") // in order
	if err != nil {
		return 0, err
	}
	number, _, _ := strings.Cut(filepath.Base(names[len(names)-1]), "_")
	return strconv.ParseInt(number, 10, 64)
}

// FillAttempts stores runs of many events from a time on, a third of which end attempts. They
// are spread over a day.
func FillAttempts(ctx context.Context, s *Store, from time.Time, runs, each int) error {
	return s.db.transact(func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO events (run_id, seq, ts, name, body) VALUES (?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		pause := 24 * time.Hour / time.Duration(runs*each)
		for n := range runs {
			id := fmt.Sprintf("run-%06d", n)
			if _, err := tx.ExecContext(ctx, `INSERT INTO runs (id, position, project_id, last_seq, ended, root) VALUES (?, ?, 'p', ?, 1, ?)`,
				id, n+1, each, id); err != nil {
				return err
			}
			for seq := 1; seq <= each; seq++ {
				name, body := attemptEvent(seq)
				at := from.Add(time.Duration(n*each+seq) * pause).UnixMilli()
				if _, err := insert.ExecContext(ctx, id, seq, at, name, body); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// attemptEvent is one of the events that FillAttempts stores: of 30, nine answers, a failure, a
// fallback and 19 others.
func attemptEvent(seq int) (name, body string) {
	const at = `"stage_id":"extract_scenes","unit":"scene_012","role":"work","attempt":1,"provider":"anthropic","model":"claude-sonnet-4-6",`
	switch {
	case seq == 1:
		return "pipeline_started", `{"recipe_id":"mvp_ingest","project_id":"p","stage_ids":["extract_scenes"]}`
	case seq%30 == 0:
		return "attempt_failed", `{` + at + `"error_class":"overloaded","error_code":"529","error":"it is overloaded",` +
			`"request_id":"req_011CieM99p2GqkoflFYetd9y","input_tokens":1200,"output_tokens":0,"cost_usd":0,"latency_ms":420}`
	case seq%30 == 1:
		return "stage_fallback", `{` + at + `"from_model":"claude-sonnet-4-6","to_model":"gpt-5.2","from_provider":"anthropic",` +
			`"to_provider":"openai","reason":"the provider has more to do than it can do","skipped_models":["claude-opus-4-6"]}`
	case seq%3 == 2:
		return "attempt_finished", fmt.Sprintf(`{`+at+`"served_model":"claude-sonnet-4-6","request_id":"req_011CieM99p2GqkoflFYetd9y",`+
			`"input_tokens":1200,"output_tokens":%d,"cost_usd":0.0123,"latency_ms":%d,"first_event_ms":512}`, seq, 1000+seq%7000)
	}
	return "attempt_started", `{` + at + `"decision":{"round":1,"provider":"anthropic","model":"claude-sonnet-4-6",` +
		`"why":"the first that can be asked","attempts_left":3,"others":[{"provider":"openai","model":"gpt-5.2","reason":"behind"}]}}`
}

// MakeOld makes a database as it was at a version of the schema, with what statements put into it.
func MakeOld(ctx context.Context, dir string, version int64, statements ...string) error {
	db, err := sql.Open("sqlite", filepath.Join(dir, FileName)+"?_pragma=journal_mode(wal)&_pragma=foreign_keys(on)")
	if err != nil {
		return err
	}
	defer db.Close()
	sources, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, sources)
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// DeleteAndDie deletes a project as a process does that dies before it has erased what is left.
func DeleteAndDie(ctx context.Context, s *Store, id string) error {
	err := s.db.update(ctx, func(tx *sql.Tx) error {
		_, err := s.Deletion.remove(tx, func(tx *sql.Tx) (storage.Deleted, error) { return deletion.Project(tx, id, "drill-"+id) })
		return err
	})
	return errors.Join(err, s.Close())
}

// Tables lists the tables of a database, with their columns.
func Tables(ctx context.Context, s *Store) (tables map[string][]string, err error) {
	found, err := s.db.read.QueryContext(ctx, `SELECT m.name, p.name FROM sqlite_schema m, pragma_table_info(m.name) p WHERE m.type = 'table'`)
	if err != nil {
		return nil, err
	}
	tables = map[string][]string{}
	_, err = collect(found, func(row scanner) (none struct{}, err error) {
		var name, column string
		err = row.Scan(&name, &column)
		tables[name] = append(tables[name], column)
		return none, err
	})
	return tables, err
}

// OpenReadOnly opens the database of a folder as if it might not be written to.
var OpenReadOnly = openReadOnly

// CopyFor copies a database as a process does that dies before it brings the schema up to date,
// of a program that knows as many steps more.
func CopyFor(ctx context.Context, dir string, more int64) error {
	d, err := connect(dir, false)
	if err != nil {
		return err
	}
	sources, err := fs.ReadDir(migrations, "migrations")
	d.schema = int64(len(sources)) + more
	return errors.Join(err, d.copyBefore(ctx), d.close())
}

// NoRoom is what is said when there is no room for a copy of a folder's database.
func NoRoom(dir string) error {
	d := &database{file: filepath.Join(dir, FileName)}
	return d.noRoom(syscall.ENOSPC)
}

// Blame is how a backup names what an error is of.
func Blame(s *Store, target string, err error) error { return s.Maintenance.blame(target, err) }

// Refusals returns errors of SQLite itself, by what they mean.
func Refusals(ctx context.Context, dir string) map[run.Trouble]error {
	file := dsn(filepath.Join(dir, "refusals.db"))
	use := func(name string, statements ...string) (err error) {
		db, err := sql.Open("sqlite", name)
		if err != nil {
			return err
		}
		defer db.Close()
		db.SetMaxOpenConns(1)
		for _, s := range statements {
			if _, err = db.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}
	return map[run.Trouble]error{
		run.DiskFull:    use(file, `CREATE TABLE t (x)`, `PRAGMA max_page_count = 1`, `INSERT INTO t VALUES (zeroblob(100000))`),
		run.ReadOnly:    use(file+"?mode=ro", `INSERT INTO t VALUES (1)`),
		run.Unreachable: use(dsn(filepath.Join(dir, "none", "x.db")), `CREATE TABLE t (x)`),
		run.Damaged: use(file, `PRAGMA writable_schema = on`, `UPDATE sqlite_schema SET rootpage = 999`,
			`PRAGMA writable_schema = reset`, `SELECT * FROM t`),
	}
}

// AppendAsBefore makes a run with an event by the statements of the versions that knew no standalone
// events.
func AppendAsBefore(ctx context.Context, dir, id string) error {
	db, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `INSERT INTO runs (id, position, project_id) SELECT ?1, coalesce(max(position), 0) + 1, 'p' FROM runs;
		INSERT INTO events (run_id, seq, ts, name, body) VALUES (?1, 1, 0, 'unit_done', '{}')`, id)
	return err
}

// LeaveBehind stores content and removes it again as the versions did that overwrote nothing: it
// is still in free pages.
func LeaveBehind(ctx context.Context, dir string, content []byte) error {
	db, err := sql.Open("sqlite", filepath.Join(dir, FileName)+"?_pragma=secure_delete(off)")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `INSERT INTO blobs (digest, data) VALUES ('behind', ?)`, content); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `DELETE FROM blobs WHERE digest = 'behind'; PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}
