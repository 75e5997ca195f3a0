package run

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/cineforge/cineforge/failure"
)

// Trouble is what keeps a store from its work through no fault of the caller.
type Trouble string

// The troubles of stores.
const (
	DiskFull    Trouble = "disk_full"
	Locked      Trouble = "locked"       // another process keeps everybody out
	ReadOnly    Trouble = "read_only"    // nothing may be written
	Unreachable Trouble = "unreachable"  // its files can't be opened
	Removed     Trouble = "removed"      // its files are gone while they are used
	NewerSchema Trouble = "newer_schema" // a newer version of the program has brought it up to date
	DiskFault   Trouble = "disk_fault"   // reading or writing failed
	Damaged     Trouble = "damaged"      // the content is not what was stored
)

// Troubles lists all kinds of trouble.
var Troubles = []Trouble{DiskFull, Locked, ReadOnly, Unreachable, Removed, NewerSchema, DiskFault, Damaged}

// TroubleError means that a store can't do its work at the moment, or at all. What
// it wraps tells a person where, and what to do.
type TroubleError struct {
	Kind Trouble
	Err  *failure.Error
}

// Error says where the trouble is, and what to do.
func (e *TroubleError) Error() string { return e.Err.Error() }

// Unwrap returns the failure, which has the cause.
func (e *TroubleError) Unwrap() error { return e.Err }

// Passes reports whether the same can succeed later, once there is room, or the lock
// is released: trying it again is no waste.
func (e *TroubleError) Passes() bool { return e.Kind != Damaged && e.Kind != NewerSchema }

// fileTroubles are the system's own errors, of the files beside a store.
var fileTroubles = map[syscall.Errno]Trouble{
	syscall.ENOSPC: DiskFull,
	syscall.EDQUOT: DiskFull,
	syscall.EROFS:  ReadOnly,
	syscall.EACCES: ReadOnly,
	syscall.EPERM:  ReadOnly,
	syscall.EIO:    DiskFault,
}

// TroubleOf returns the trouble that an error of a store, or of files beside it, means; "" if
// it means none.
func TroubleOf(err error) Trouble {
	if t, ok := errors.AsType[*TroubleError](err); ok {
		return t.Kind
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return fileTroubles[errno]
	}
	return ""
}

// FileCause strips the operation and the path from a file error, for messages that name them.
func FileCause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
