package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/run/event"
)

// The errors of stores.
var (
	// ErrExists means that a run of that id is there already.
	ErrExists = errors.New("a run of that id exists already")
	// ErrNotFound means that there is no such run, artifact or blob.
	ErrNotFound = artifact.ErrNotFound
	// ErrDamaged means that content is not what was stored.
	ErrDamaged = artifact.ErrDamaged
)

// RetriedError means that a run is being retried already.
type RetriedError struct{ By string }

// Error names the retry.
func (e *RetriedError) Error() string { return "it is retried already by run " + e.By }

// RepeatedError means that a request has made a run already.
type RepeatedError struct {
	RunID string
	Same  bool // whether the same was asked for then
}

// Error names the run.
func (e *RepeatedError) Error() string { return "the request has made run " + e.RunID + " already" }

// UnderWayError means that a run that was asked for in the same way is not over yet.
type UnderWayError struct {
	RunID  string
	Paused bool // it was interrupted, and goes on when it is resumed
}

// Error names the run.
func (e *UnderWayError) Error() string { return "run " + e.RunID + " of the same is under way already" }

// IdempotencyKey is a request that makes one run, however often it is repeated.
type IdempotencyKey struct {
	Key   string          // that its sender gave it; "" for a request that is not repeated
	Asked artifact.Digest // of what it asks for
}

// Summary is a run in a list, as far as its own events don't say it.
type Summary struct {
	RunID       string
	ProjectID   string
	ProjectName string // that people call the project by
	Parent      string // the run that it retries; "" if it is the first of its line
	Root        string // the first run of its line
	RetriedBy   string // the newest run that retries it; "" if none does
	LastSeq     int64  // of its last event
	Position    int64  // grows in the order in which runs were made

	Acknowledged *Acknowledgement // the last one; nil if there is none
}

// Acknowledgement is a person's word that what a run needed a person for is taken note of. It
// holds for as long as nothing happens in the run.
type Acknowledgement struct {
	Seq int64    `json:"-"` // of the run's last event then
	At  UnixTime `json:"at"`
	event.Asked
}

// FileKey names what runs of a project did: a file, up to a stage.
type FileKey struct {
	ProjectID string
	Input     artifact.Digest
	EndAt     string // the last stage that was asked for; "" for all
}

// Answer is a model's answer to a request, kept so that the request need not be sent, and paid
// for, again.
type Answer struct {
	Key   string `json:"-"` // of the request's content
	Chain string `json:"-"` // of the models that it was asked of; "" if no other line of runs may use it
	RunID string `json:"-"` // the run that asked, or took it over from another line
	Root  string `json:"-"` // the line of runs that it belongs to; set where it is read

	JSON        json.RawMessage `json:"json"`
	Source      artifact.Source `json:"source"`
	Provider    string          `json:"provider"`
	Model       string          `json:"model"` // as the recipe names it
	ServedModel string          `json:"served_model"`
	RequestID   string          `json:"request_id,omitempty"`
}

// AnswerKey selects the answers that serve a request.
type AnswerKey struct {
	Key   string // of the request's content
	Root  string // answers of this line of runs,
	Chain string // and of others if they asked this chain; "" for none

	Former string // another name of the chain, which versions before gave it; "" for none
}

// Memo keeps answers. They get into it by Log.Commit.
type Memo interface {
	// Answer returns an answer to a request, one of the own line first, or ErrNotFound.
	Answer(ctx context.Context, q AnswerKey) (Answer, error)
}

// NewRun is what makes a run.
type NewRun struct {
	ID, ProjectID string
	Parent, Root  string // "" if the run is the first of its line

	// Wake is when the run is due for a process that works on due runs; the zero time means at
	// once.
	Wake  time.Time
	First []event.Body
	Blobs [][]byte // what the run works with, stored with it
	Once  IdempotencyKey

	// Asked is the digest of all that was asked for; "" if no other run is the same. Unless
	// New is set, no run is made while one of the same digest is under way.
	Asked artifact.Digest
	New   bool

	// Refusal, if it is not nil, is returned in place of making the run. That the request
	// has made one already, or that one of the parent's line is under way, comes first.
	Refusal error
}

// Change is what is stored in one transaction.
type Change struct {
	Save    []artifact.Artifact
	Answers []Answer
	Forget  []string // keys of answers of the run's line that are of no use

	// Events are appended; they are asked for when each artifact has its version.
	Events func(saved []artifact.Artifact) []event.Body
}

// Log keeps the events of runs, and with them what the runs made. It is safe for
// concurrent use, by several processes.
type Log interface {
	// Create makes a run with its first events, and its project if that is not there.
	// It returns a *RepeatedError if the request has made a run already, ErrExists if
	// the id is taken, a *RetriedError if another run of the parent's line is under way, an
	// *UnderWayError if one of the same is, and ErrNotFound if the parent is not there any more.
	Create(ctx context.Context, c NewRun) error

	// Commit stores a change in one transaction: all of it is there when Commit
	// returns nil, and nothing otherwise. It gives each artifact a version, or the
	// latest one if that is the same. It returns an error that wraps
	// durable.ErrLost if the claim is void or the run has ended.
	Commit(ctx context.Context, claim durable.Claim, c Change) error

	// Events returns the events of a run after a seq, in order.
	Events(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error]

	// Acknowledge notes, once for a seq, that a person has taken note of a run as it stands after
	// that event, and records it beside the runs. It returns ErrNotFound if there is no such run.
	Acknowledge(ctx context.Context, id string, seq int64, asked event.Asked) error

	// Wait returns when the run may have events after a seq, or when ctx is done.
	Wait(ctx context.Context, id string, after int64) error
}

// LogEntry is an event in its place among all: those of runs, and standalone ones.
type LogEntry struct {
	Position  int64  // grows in the order in which events were stored; there may be gaps
	ProjectID string // "" if it is of no project
	About     string // the run that a standalone event is about; "" for none
	event.Event
}

// EventFilter says which events are meant. The zero value means all.
type EventFilter struct {
	Runs      []string // only those of, or about, these runs
	ProjectID string   // only those of a project

	OfRuns bool          // only those of runs, and no standalone ones
	Topics []event.Topic // only those of these topics
	Kinds  []string      // only those of these names
}

// Match reports whether an event is meant.
func (f EventFilter) Match(e *LogEntry) bool {
	name := e.Body.EventName()
	switch {
	case f.ProjectID != "" && e.ProjectID != f.ProjectID,
		f.OfRuns && e.RunID == "",
		len(f.Runs) > 0 && !slices.Contains(f.Runs, cmp.Or(e.RunID, e.About)),
		len(f.Kinds) > 0 && !slices.Contains(f.Kinds, name):
		return false
	case len(f.Topics) == 0, e.RunID != "" && slices.Contains(f.Topics, event.TopicRuns):
		return true
	}
	return slices.Contains(event.TopicNames(f.Topics), name)
}

// Feed reads all events, of runs and standalone ones, in the order in which they were stored.
type Feed interface {
	// Head returns the position of the newest event, 0 if there is none.
	Head(ctx context.Context) (int64, error)
	// Entries returns what comes behind a position, up to a limit.
	Entries(ctx context.Context, of EventFilter, after int64, limit int) ([]LogEntry, error)
	// Await returns when something may have come behind a position, or when ctx is done.
	Await(ctx context.Context, after int64) error
}

// RunFilter says which runs are listed.
type RunFilter struct {
	ProjectID string // "" for all
	Before    string // only those that are older than this run; "" for all
	UnderWay  bool   // only those that are not over

	// Unattended selects only those that are not over or failed, that no run retries, and in which
	// something has happened since they were acknowledged: those that may need a person.
	Unattended bool
}

// Index lists runs.
type Index interface {
	// Runs returns runs, newest first. It returns ErrNotFound if Before is no run.
	Runs(ctx context.Context, p RunFilter) iter.Seq2[Summary, error]
	// Run returns a run, or ErrNotFound.
	Run(ctx context.Context, id string) (Summary, error)
	// Line returns the runs of a line, oldest first.
	Line(ctx context.Context, root string) ([]Summary, error)
	// Done returns the position of the newest run that is done with each of some files. A run
	// that only checked a file is not done with it.
	Done(ctx context.Context, files []FileKey) (map[FileKey]int64, error)
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
func Follow(ctx context.Context, log Log, id string, after int64) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for {
			for e, err := range log.Events(ctx, id, after) {
				if !yield(e, err) || err != nil || event.Terminal(e.Body) {
					return
				}
				after = e.Seq
			}
			if err := log.Wait(ctx, id, after); err != nil {
				yield(event.Event{}, err)
				return
			}
		}
	}
}
