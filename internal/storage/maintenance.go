package storage

import (
	"context"
	"fmt"
	"time"
)

// Maintenance is the part of a store that its keeper looks after.
type Maintenance interface {
	// Probe tries whether the store takes anything. The error is a *run.TroubleError.
	Probe(ctx context.Context) error
	// Facts counts what the store holds.
	Facts(ctx context.Context) (Facts, error)
	// Examine reads all of the store and reports what is not what was stored. An error means
	// that it could not be read for another reason.
	Examine(ctx context.Context) (*Examination, error)
	// Backup writes an examined copy to a file, which appears whole or not at all.
	Backup(ctx context.Context, file string, replace, damaged bool) (size int64, found *Examination, err error)

	// OldLines lists the first runs of the lines that a filter selects, oldest first.
	OldLines(ctx context.Context, f PruneFilter) (roots []string, err error)
	// Size counts what lines of runs hold, and what no other run needs then.
	Size(ctx context.Context, roots []string) (Pruned, error)
	// Prune removes a line of runs, unless one of them can go on; what the runs made stays.
	Prune(ctx context.Context, root string) (Pruned, error)
	// Sweep removes the content that nothing refers to.
	Sweep(ctx context.Context) (Pruned, error)
	// Compact gives unused room back to the disk.
	Compact(ctx context.Context) error
	// RemoveCopies removes the copies of the store that are older than an age, and returns how
	// many there were.
	RemoveCopies(age time.Duration) int
	// Check reads the structure of the store and returns an error if it is damaged.
	Check(ctx context.Context) error
}

// Facts are what a store holds.
type Facts struct {
	File      string `json:"file"`
	Bytes     int64  `json:"bytes"` // with the log of what was written last
	Runs      int    `json:"runs"`
	Events    int    `json:"events"`
	Answers   int    `json:"answers"`
	Artifacts int    `json:"artifacts"`
	Blobs     int    `json:"blobs"`
}

// Damage is something in a store that is not what was stored.
type Damage struct {
	What   string `json:"what"` // structure, run, project, artifact, input, content, answer or message
	Name   string `json:"name"` // of the run, project, ...; of the structure: the table, "" for the file
	Detail string `json:"detail"`
}

// String says what is damaged, and how, on one line.
func (d Damage) String() string {
	if d.Name == "" {
		return fmt.Sprintf("%s: %s", d.What, d.Detail)
	}
	return fmt.Sprintf("%s %s: %s", d.What, d.Name, d.Detail)
}

// Examination is what was found in a store.
type Examination struct {
	Damages []Damage `json:"damages"`
	More    int      `json:"more_damages,omitempty"` // that are not listed
	Listed  int      `json:"-"`                      // runs that could be listed
	Whole   []string `json:"whole_runs,omitempty"`   // those that can be exported in full, oldest last; only where something is damaged

	Bytewise bool `json:"-"` // a backup is a copy of the files, since the store could write none
}

// mostDamages is how many damages are listed.
const mostDamages = 100

// OK reports whether the store is whole.
func (x *Examination) OK() bool { return len(x.Damages) == 0 }

// Add notes a damage; those beyond the first 100 are only counted.
func (x *Examination) Add(what, name string, detail any) {
	if len(x.Damages) == mostDamages {
		x.More++
		return
	}
	x.Damages = append(x.Damages, Damage{What: what, Name: name, Detail: fmt.Sprint(detail)})
}

// PruneFilter selects lines of runs, a run with all its retries, that are not wanted any
// more. Only those count of which no run can go on.
type PruneFilter struct {
	Project string    // "" for all
	Before  time.Time // nothing has happened in them since; the zero time for any
	Keep    int       // this many lines of each project stay, the newest ones
}

// Pruned counts what was removed.
type Pruned struct {
	Runs    int   `json:"runs"`
	Events  int   `json:"events"`
	Answers int   `json:"answers"`
	Blobs   int   `json:"blobs"`
	Bytes   int64 `json:"blob_bytes"`
}
