package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// openData opens the database of a data directory without making one.
func openData(ctx context.Context, dataDir string, noCopy bool) (*sqlite.Store, error) {
	if !Exists(dataDir) {
		return nil, failure.New(failure.Input, fmt.Sprintf("there is no database in %s", dataDir), "the first run makes it; another data directory is named with --data")
	}
	return openStore(ctx, dataDir, noCopy)
}

// CheckedData is what a database holds, and what of it is damaged.
type CheckedData struct {
	storage.Facts
	*storage.Examination
}

// CheckData reads a whole database, and tells what it holds. If it is damaged, the error
// says what is, and what to do; what was found comes with it.
func CheckData(ctx context.Context, dataDir string, noCopy bool) (CheckedData, error) {
	none := CheckedData{storage.Facts{File: filepath.Join(dataDir, sqlite.FileName)}, &storage.Examination{Damages: []storage.Damage{}}}
	s, err := openData(ctx, dataDir, noCopy)
	if err != nil {
		return none, unreadable(err)
	}
	defer s.Close()
	found, err := s.Maintenance.Examine(ctx)
	if err != nil {
		return none, unreadable(err)
	}
	none.Examination = found
	if !found.OK() {
		return none, damagedData(none.File, found)
	}
	f, err := s.Maintenance.Facts(ctx)
	return CheckedData{f, found}, err
}

// unreadable says of a database that is so damaged that it can't be opened what to do.
func unreadable(err error) error {
	if run.TroubleOf(err) != run.Damaged {
		return err
	}
	f, _ := errors.AsType[*failure.Error](err)
	return &failure.Error{Class: failure.Internal, Message: f.Message + " so that nothing of it can be read",
		Hint: "put a backup in its place", Err: err}
}

// damagedData says how much of a database is damaged, and what to do.
func damagedData(file string, found *storage.Examination) error {
	f := &failure.Error{Class: failure.Internal, Message: fmt.Sprintf("%s is damaged: %s", file, damages(found)), Err: run.ErrDamaged}
	const replace = "put a backup in its place"
	if n := len(found.Whole); n > 0 {
		return f.Advised(fmt.Sprintf("%d of %d runs are whole and can be taken out first: %%s; then %s", n, found.Listed, replace),
			failure.Export(found.Whole[0]))
	}
	return f.Advised(replace)
}

// damages lists the first damages in a few words.
func damages(found *storage.Examination) string {
	const most = 5
	var texts []string
	for _, d := range found.Damages[:min(len(found.Damages), most)] {
		texts = append(texts, d.String())
	}
	if more := len(found.Damages) + found.More - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}

// BackupOptions say where a backup is written to.
type BackupOptions struct {
	File    string
	Replace bool // what is there already
	Damaged bool // also what is damaged
	NoCopy  bool // as Models.NoBackup
}

// BackedUp is what a backup wrote.
type BackedUp struct {
	File     string           `json:"file"`
	Bytes    int64            `json:"bytes"`
	Damages  []storage.Damage `json:"damages,omitempty"`
	Bytewise bool             `json:"bytewise,omitempty"` // the files were copied as they are
}

// Backup writes an examined copy of a database to a file, also while runs are under way.
// A copy of a database that is damaged is written only if that is asked for; what is damaged
// is returned then.
func Backup(ctx context.Context, dataDir string, o BackupOptions) (BackedUp, error) {
	done := BackedUp{File: o.File}
	s, err := openData(ctx, dataDir, o.NoCopy)
	if err != nil {
		return done, unreadable(err)
	}
	defer s.Close()
	own := filepath.Join(dataDir, sqlite.FileName)
	size, found, err := s.Maintenance.Backup(ctx, o.File, o.Replace, o.Damaged)
	if _, named := errors.AsType[*failure.Error](err); named {
		return done, unreadable(err)
	}
	if err != nil {
		return done, unwritable(err, o, own)
	}
	done.Damages = found.Damages
	if !found.OK() && !o.Damaged {
		err = damagedData(own, found)
		f, _ := errors.AsType[*failure.Error](err)
		f.Message = "nothing was written: " + f.Message
		f.Hint = "copy it as it is: " + failure.Backup().String() + "; " + f.Hint
		f.Remedies = append(f.Remedies, failure.Backup())
		return done, err
	}
	done.Bytes, done.Bytewise = size, found.Bytewise
	return done, nil
}

// unwritable says why the target of a backup can't be written, and what to do.
func unwritable(err error, o BackupOptions, own string) error {
	f := &failure.Error{Class: failure.Input, Message: fmt.Sprintf("%s can't be written: %v", o.File, run.FileCause(err)),
		Hint: "name another file", Err: err}
	switch run.TroubleOf(err) {
	case run.DiskFull:
		f.Hint = "make room on its disk, or name a file on another one"
	case run.ReadOnly:
		f.Hint = "change the permissions of its folder, or name another file"
	case run.DiskFault:
		f.Hint = "name a file on another disk; the system's log tells more"
	}
	if errors.Is(err, fs.ErrExist) {
		f.Message, f.Hint = o.File+" is there already", "name another file, or replace it with --force"
		if o.Replace {
			f.Message, f.Hint = o.File+" is the database itself, "+own, "name another file"
		}
	}
	return f
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
	storage.Pruned
}

// Prune removes runs that have ended, with their events and stored answers, and the
// content that nobody needs then. Artifacts stay.
func (a *App) Prune(ctx context.Context, o PruneOptions) (Pruned, error) {
	done := Pruned{DryRun: o.DryRun, Lines: []string{}}
	old := storage.PruneFilter{Project: o.Project, Keep: o.Keep}
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
	if len(done.Lines) > 0 {
		a.warehouse.RemoveCopies(0) // what is to be gone is gone from them, too
	}
	swept, err := a.warehouse.Sweep(ctx)
	done.Blobs, done.Bytes = swept.Blobs, swept.Bytes
	if err == nil && o.Vacuum {
		err = a.warehouse.Compact(ctx)
	}
	return done, err
}
