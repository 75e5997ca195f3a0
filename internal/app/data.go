package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"cineforge/failure"
	"cineforge/internal/sqlite"
)

// warehouse is the part of a store that its keeper looks after.
type warehouse interface {
	OldLines(ctx context.Context, o sqlite.Old) (roots []string, err error)
	Size(ctx context.Context, roots []string) (sqlite.Pruned, error)
	Prune(ctx context.Context, root string) (sqlite.Pruned, error)
	Sweep(ctx context.Context) (sqlite.Pruned, error)
	Maintain(ctx context.Context, statement string) error
}

// openData opens the database of a data directory without making one.
func openData(ctx context.Context, dataDir string) (*sqlite.Store, error) {
	if !Exists(dataDir) {
		return nil, failure.New(failure.Input, fmt.Sprintf("there is no database in %s", dataDir), "the first run makes it; another data directory is named with --data")
	}
	return openStore(ctx, dataDir)
}

// CheckData looks at a whole database and tells what it holds. The error says that it
// is damaged, and what to do.
func CheckData(ctx context.Context, dataDir string) (sqlite.Facts, error) {
	none := sqlite.Facts{File: filepath.Join(dataDir, sqlite.FileName)}
	s, err := openData(ctx, dataDir)
	if err != nil {
		return none, err
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		return none, err
	}
	if err := s.CheckContent(ctx); err != nil {
		return none, err
	}
	return s.Facts(ctx)
}

// Backup writes a checked copy of a database to a file, also while runs are under way,
// and returns its size.
func Backup(ctx context.Context, dataDir, file string, replace bool) (int64, error) {
	s, err := openData(ctx, dataDir)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	size, err := s.Backup(ctx, file, replace)
	if _, told := errors.AsType[*failure.Error](err); err == nil || told {
		return size, err
	}
	f := &failure.Error{Class: failure.Input, Message: fmt.Sprintf("%s can't be written: %v", file, cause(err)), Hint: "name another file", Err: err}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		f.Message = fmt.Sprintf("%s can't be written: %v", file, p.Err)
	}
	if errors.Is(err, fs.ErrExist) {
		f.Message, f.Hint = file+" is there already", "name another file, or replace it with --force"
		if own := filepath.Join(dataDir, sqlite.FileName); replace {
			f.Message, f.Hint = file+" is the database itself, "+own, "name another file"
		}
	}
	return 0, f
}

// PruneOptions say which runs are removed, a run with all its retries at a time.
type PruneOptions struct {
	Project   string        // "" for all
	OlderThan time.Duration // since something happened in them; 0 for any age
	Keep      int           // the newest so many of each project stay
	DryRun    bool          // only look
	Vacuum    bool          // make the file smaller
}

// Pruned is what was removed, or would be.
type Pruned struct {
	DryRun bool     `json:"dry_run"`
	Lines  []string `json:"lines"` // by their first runs
	sqlite.Pruned
}

// Prune removes runs that have ended, with their events and stored answers, and the
// content that nobody needs then. Artifacts stay.
func (a *App) Prune(ctx context.Context, o PruneOptions) (Pruned, error) {
	done := Pruned{DryRun: o.DryRun, Lines: []string{}}
	old := sqlite.Old{Project: o.Project, Keep: o.Keep}
	if o.OlderThan > 0 {
		old.Before = time.Now().Add(-o.OlderThan)
	}
	lines, err := a.warehouse.OldLines(ctx, old)
	if err != nil {
		return done, err
	}
	if o.DryRun {
		done.Lines = append(done.Lines, lines...)
		done.Pruned, err = a.warehouse.Size(ctx, lines)
		return done, err
	}
	for _, root := range lines {
		p, err := a.warehouse.Prune(ctx, root)
		if err != nil {
			return done, err
		}
		if p.Runs == 0 {
			continue // somebody has begun to retry it
		}
		done.Lines = append(done.Lines, root)
		done.Runs, done.Events, done.Answers = done.Runs+p.Runs, done.Events+p.Events, done.Answers+p.Answers
	}
	swept, err := a.warehouse.Sweep(ctx)
	done.Blobs, done.Bytes = swept.Blobs, swept.Bytes
	if err == nil && o.Vacuum {
		err = a.vacuum(ctx)
	}
	return done, err
}

// vacuum gives room that is not used back to the disk.
func (a *App) vacuum(ctx context.Context) error {
	if err := a.warehouse.Maintain(ctx, "VACUUM"); err != nil {
		return err
	}
	return a.warehouse.Maintain(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
}
