package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite/datafile"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// raised is a number of steps that the program says it knows beyond its own; they change
// nothing. Only tests set it, when they link a program that is newer than another one.
var raised string //nolint:gochecknoglobals // the linker sets it

// raise notes the raised steps as done.
func (d *database) raise(ctx context.Context, own int64) error {
	for version := own + 1; version <= d.schema; version++ {
		if _, err := d.write.ExecContext(ctx, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)`, version); err != nil {
			return err
		}
	}
	return nil
}

// errNewer means that a newer version of the program has brought the schema up to date
// while this one had it open.
var errNewer = errors.New("the schema of the database is newer than this program")

const newestStep = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`

// known returns an error if the schema is newer than this program, which then begins nothing
// more; what it has begun it can still store, since a step only adds.
func (d *database) known(tx *sql.Tx) error {
	var version int64
	if err := tx.QueryRow(newestStep).Scan(&version); err != nil {
		return fmt.Errorf("look at the schema: %w", err)
	}
	if version > d.schema {
		return errNewer
	}
	return nil
}

// stillKnown is known outside of a transaction.
func (d *database) stillKnown(ctx context.Context) error {
	var version int64
	if err := d.read.QueryRowContext(ctx, newestStep).Scan(&version); err != nil {
		return fmt.Errorf("look at the schema: %w", err)
	}
	if version > d.schema {
		return why(d.file, errNewer)
	}
	return nil
}

// Copy is a copy of a database that was made before its schema was brought up to date.
type Copy struct {
	File   string
	Schema int64
	Made   time.Time
}

// copyAge is how long a copy is kept.
const copyAge = 7 * 24 * time.Hour

// Copies lists the copies in a data directory, newest first. There is one, if any: the next
// one takes its place, and it is removed when runs are, or after 7 days.
func Copies(dir string) (list []Copy) {
	names, _ := filepath.Glob(filepath.Join(escaped(dir), FileName+".schema*.bak")) // the pattern is a good one
	for _, name := range names {
		info, err := os.Stat(name)
		schema, numErr := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), FileName+".schema"), ".bak"), 10, 64)
		if err == nil && numErr == nil {
			list = append(list, Copy{name, schema, info.ModTime()})
		}
	}
	slices.SortFunc(list, func(a, b Copy) int { return b.Made.Compare(a.Made) })
	return list
}

// escaped writes a folder's name as a pattern that means it alone.
func escaped(dir string) string {
	return strings.NewReplacer("[", `\[`, "*", `\*`, "?", `\?`, `\`, `\\`).Replace(dir)
}

// copyBefore makes a copy of the database before its schema is brought up to date. A new
// database has nothing to lose.
//
// No other process changes anything from the look at the schema until the copy is there, and
// the database keeps of which schema it is (PRAGMA user_version) until it is up to date: what
// another process is bringing up to date, or one that died left half way, is not copied over
// the copy of what was before.
func (d *database) copyBefore(ctx context.Context) error {
	if d.noCopy || d.file == "" || d.schemaVersion(ctx) == 0 {
		return nil
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf(copying, err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing is in it, or it is committed
	var version, copied int64
	err = errors.Join(tx.QueryRowContext(ctx, newestStep).Scan(&version), tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&copied))
	if err != nil {
		return fmt.Errorf(copying, err)
	}
	if version >= d.schema || copied > 0 && slices.ContainsFunc(Copies(d.dir()), func(c Copy) bool { return c.Schema == copied }) {
		return nil
	}
	file := fmt.Sprintf("%s.schema%d.bak", d.file, version)
	if err := copyWhole(ctx, d.read.db, file); err != nil {
		return d.noRoom(err)
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, version)); err != nil {
		return d.noRoom(err)
	}
	if err := tx.Commit(); err != nil {
		return d.noRoom(err)
	}
	for _, c := range Copies(d.dir()) {
		if c.File != file {
			os.Remove(c.File) //nolint:errcheck // the next one tries again
		}
	}
	return nil
}

// copyWhole writes a copy of a database, which has the name when it is whole.
func copyWhole(ctx context.Context, db *sql.DB, file string) error {
	part, err := os.CreateTemp(filepath.Dir(file), FileName+".copy-*.part") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(part.Name()) //nolint:errcheck // it has its own name by then, or is of no use
	defer part.Close()           //nolint:errcheck // it is on the disk by then
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, part.Name()); err != nil {
		return err
	}
	if err := errors.Join(part.Sync(), os.Rename(part.Name(), file)); err != nil {
		return err
	}
	datafile.Sync(filepath.Dir(file))
	return nil
}

// updated notes that the schema is up to date: the next copy is of this one.
func (d *database) updated(ctx context.Context) error {
	var copied int64
	err := d.read.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&copied)
	if err == nil && copied > 0 {
		_, err = d.write.ExecContext(ctx, `PRAGMA user_version = 0`)
	}
	if err != nil {
		return fmt.Errorf("note that the database's schema is up to date: %w", err)
	}
	return nil
}

const copying = "copy the database before it is brought up to date: %w"

// noRoom says that a copy can't be made, and what to do.
func (d *database) noRoom(err error) error {
	if troubleOf(err) != run.DiskFull {
		return fmt.Errorf(copying, err)
	}
	need := "some"
	if info, statErr := os.Stat(d.file); statErr == nil {
		need = fmt.Sprintf("up to %.1f MB of", float64(info.Size())/1e6)
	}
	return &run.TroubleError{Kind: run.DiskFull, Err: &failure.Error{Class: failure.Internal, Err: err,
		Message: fmt.Sprintf("%s has to be brought up to date, and there is no room for a copy of it, which needs %s room beside it", d.file,
			need),
		Hint: "make room, or do without the copy: --no-backup"}}
}

// removeCopies removes the copies of a data directory that are older than a time, and what
// was left of copies by processes that died. It returns how many copies it removed.
func (d *database) removeCopies(age time.Duration) (n int) {
	if d.file == "" || d.readOnly() {
		return 0
	}
	for _, c := range Copies(d.dir()) {
		if (age <= 0 || time.Since(c.Made) >= age) && os.Remove(c.File) == nil { // the clock may have gone back
			n++
		}
	}
	left, _ := filepath.Glob(filepath.Join(escaped(d.dir()), FileName+".copy-*.part")) // the pattern is a good one
	for _, name := range left {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.Remove(name) //nolint:errcheck // the next one tries again
		}
	}
	return n
}

// RemoveCopies removes the copies of a data directory that are older than a time.
func (m *Maintenance) RemoveCopies(age time.Duration) int { return m.db.removeCopies(age) }

// erase removes what was deleted from the files of the data directory: from copies that
// migrations made, from the log of what was written last, and from pages that are free. It
// returns an error that wraps storage.ErrNotErased if that can't be done now; what is left is
// removed when the database is opened next, or with the next deletion.
func (d *database) erase(ctx context.Context) error {
	if d.file == "" {
		return nil
	}
	d.removeCopies(0)
	parts, _ := filepath.Glob(filepath.Join(escaped(d.dir()), FileName+".copy-*.part")) // the pattern is a good one
	for _, name := range parts {
		os.Remove(name) //nolint:errcheck // left by a process that died
	}
	err := d.checkpoint(ctx) // what is overwritten is in the file then
	if err == nil {
		_, err = d.write.ExecContext(ctx, `VACUUM`)
	}
	if err == nil {
		_, err = d.write.ExecContext(ctx, `DELETE FROM erasures`)
	}
	if err == nil {
		err = d.checkpoint(ctx)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", storage.ErrNotErased, why(d.file, err))
	}
	return nil
}

// errRead means that a reader of another process keeps the log of what was written last.
var errRead = errors.New("another process is reading the database")

// checkpoint writes the log of what was written last into the database, and empties it.
func (d *database) checkpoint(ctx context.Context) error {
	var busy, pages, written int
	err := d.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &written)
	if err == nil && busy != 0 {
		return errRead
	}
	return err
}

// finishErasure erases what a process has deleted that came to no end. What fails is tried again
// when the database is opened next.
func (d *database) finishErasure(ctx context.Context) {
	var due bool
	err := d.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM erasures)`).Scan(&due)
	if err == nil && due && !d.readOnly() {
		d.erase(ctx) //nolint:errcheck // see above
	}
}
