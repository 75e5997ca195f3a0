package sqlite

import (
	"context"
	"database/sql"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/pressly/goose/v3"

	"github.com/cineforge/cineforge/internal/sqlite/presence"
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
	names, err := fs.Glob(migrations, "migrations/*.sql")
	return int64(len(names)), err
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

// OpenReadOnly opens the database of a folder as if it might not be written to.
var OpenReadOnly = openReadOnly

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
