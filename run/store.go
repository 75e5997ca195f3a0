package run

import (
	"context"
	"errors"
	"iter"

	"cineforge/artifact"
	"cineforge/durable"
)

// The errors of stores.
var (
	// ErrExists means that a run of that id is there already.
	ErrExists = errors.New("a run of that id exists already")
	// ErrNotFound means that there is no such run, artifact or blob.
	ErrNotFound = errors.New("not found")
)

// Summary is a run in a list.
type Summary struct {
	RunID     string
	ProjectID string
}

// Log keeps the events of runs, and with them what the runs made. It is safe for
// concurrent use, by several processes.
type Log interface {
	// Create makes a run with its first events. It returns ErrExists if the id is taken.
	Create(ctx context.Context, id, projectID string, first ...Body) error

	// Commit stores artifacts and the events that tell of them in one transaction:
	// all of it is there when Commit returns nil, and nothing otherwise. It gives
	// each artifact a version, or the latest one if that is the same, and asks
	// events for what to append. It returns an error that wraps durable.ErrLost
	// if the claim is void or the run has ended.
	Commit(ctx context.Context, claim durable.Claim, save []artifact.Artifact, events func(saved []artifact.Artifact) []Body) error

	// Events returns the events of a run after a seq, in order.
	Events(ctx context.Context, id string, after int64) iter.Seq2[Event, error]

	// Wait returns when the run may have events after a seq, or when ctx is done.
	Wait(ctx context.Context, id string, after int64) error
}

// Archive keeps artifacts and the blobs that they and the runs' inputs are made of.
type Archive interface {
	// PutBlobs stores content under its digest; what is there already stays.
	PutBlobs(ctx context.Context, data ...[]byte) error
	// Blob returns content by its digest, or ErrNotFound.
	Blob(ctx context.Context, digest artifact.Digest) ([]byte, error)
	// Artifact returns one version, or ErrNotFound.
	Artifact(ctx context.Context, projectID string, ref artifact.Ref) (artifact.Artifact, error)
	// Latest returns the latest version of every entity of a type, by entity.
	Latest(ctx context.Context, projectID, artifactType string) ([]artifact.Artifact, error)
}

// Runs lists runs.
type Runs interface {
	// Runs returns runs, newest first: those of a project, or all for "".
	Runs(ctx context.Context, projectID string) iter.Seq2[Summary, error]
}

// Load folds the events of a run. It returns ErrNotFound if there is no such run.
func Load(ctx context.Context, log Log, id string) (State, error) {
	s, err := Fold(log.Events(ctx, id, 0))
	if err == nil && s.LastSeq == 0 {
		err = ErrNotFound
	}
	return s, err
}

// Follow yields the events of a run after a seq as they come, until the terminal
// one or until ctx is done.
func Follow(ctx context.Context, log Log, id string, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			for e, err := range log.Events(ctx, id, after) {
				if !yield(e, err) || err != nil || Terminal(e.Body) {
					return
				}
				after = e.Seq
			}
			if err := log.Wait(ctx, id, after); err != nil {
				yield(Event{}, err)
				return
			}
		}
	}
}
