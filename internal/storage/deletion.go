package storage

import (
	"context"
	"errors"
	"slices"

	"github.com/cineforge/cineforge/artifact"
)

// ErrNotErased means that what was deleted may still be in the files of the store.
var ErrNotErased = errors.New("what was deleted may still be in the files of the data directory")

// Deletion deletes what people want gone, with what was made of it and nothing else needs. What it
// has deleted is not in the files of the store any more. An error that wraps ErrNotErased means
// that it is deleted, and that the files may still have something of it until the store is
// opened again, or something else is deleted.
//
// While a run that would go has not ended, nothing is deleted: the error is a *run.UnderWayError.
type Deletion interface {
	// DeleteProject deletes a project, and with it the scratch project of its drills: inputs,
	// artifacts, messages, runs with their events and answers, and content that nothing else
	// refers to. Answers that runs of other projects have used are theirs, and stay. It returns
	// project.ErrNotFound if there is no such project.
	DeleteProject(ctx context.Context, id, scratch string) (Deleted, error)

	// DeleteInput deletes a file of a project with the lines of runs that worked with it, the
	// artifacts that only those made, and what was made of these. If the project has the
	// same content under another name, runs and artifacts stay. It returns project.ErrNotFound
	// if the project has no such file.
	DeleteInput(ctx context.Context, id, scratch, name string) (Deleted, error)
}

// Deleted counts what was deleted.
type Deleted struct {
	Runs      int
	Events    int
	Inputs    int
	Artifacts int // versions
	Answers   int
	Messages  int
	Blobs     int
	Bytes     int64 // of the blobs
}

// MadeOnlyOf returns those of all versions of a project that some runs have saved and no others,
// and those that were made of these, by people too, and that no other run has saved.
func MadeOnlyOf(all []artifact.Metadata, theirs, kept map[artifact.Ref]bool) (gone []artifact.Ref) {
	going := map[artifact.Ref]bool{}
	for more := true; more; {
		more = false
		for _, m := range all {
			made := theirs[m.Ref] || slices.ContainsFunc(m.Lineage, func(of artifact.Ref) bool { return going[of] })
			if made && !kept[m.Ref] && !going[m.Ref] {
				going[m.Ref] = true
				gone = append(gone, m.Ref)
				more = true
			}
		}
	}
	return gone
}
