package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// BackupOptions say where a backup is written to.
type BackupOptions struct {
	File    string
	Replace bool // what is there already
	Damaged bool // also what is damaged
	NoCopy  bool // make no copy before the database is brought up to date
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
	done.Bytes = size
	done.Bytewise = found.Bytewise
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
		f.Message = o.File + " is there already"
		f.Hint = "name another file, or replace it with --force"
		if o.Replace {
			f.Message = o.File + " is the database itself, " + own
			f.Hint = "name another file"
		}
	}
	return f
}
