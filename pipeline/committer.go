package pipeline

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// How long, and how often, a commit is tried again that the store can't take at the moment.
// Two minutes are enough for a person to make room on a disk, or for a backup to release it,
// and short enough that the caller of the run gets an error in time.
const (
	commitPatience     = 2 * time.Minute
	commitPause        = time.Second
	longestCommitPause = 5 * time.Second
)

// How long answers that were paid for are kept for a store that takes nothing: half an hour
// where a caller waits for the run, and in a server until the process ends. At most mostKept
// bytes are kept that long.
const (
	keepPatience = 30 * time.Minute
	mostKept     = 64 << 20 // bytes
)

// ErrGaveUp is reported when no commit is tried again any more, and the store has not taken
// what was tried: whether it would take anything is not known then.
var ErrGaveUp = errors.New("nothing is tried again")

// committer stores changes of runs. What the store can't take for a trouble that may pass is
// kept and tried again, so that no answer that was paid for is lost by it. It is safe for
// concurrent use.
type committer struct {
	log    run.Log
	end    context.Context //nolint:containedctx // it is the process's end, not a caller's
	report func(error)     // nil if trouble is not reported

	kept     atomic.Int64 // bytes of answers
	waiting  atomic.Int64 // changes that are tried again
	mu       sync.Mutex   // guards transitions of refusing
	refusing atomic.Bool  // whether the store refuses; changes while mu is held
}

// commit stores a change of a run, and tries again for as long as patience lasts.
func (c *committer) commit(ctx context.Context, claim durable.Claim, change run.Change, patience time.Duration) (err error) {
	began := time.Now()
	c.waiting.Add(1)
	defer func() { c.leave(err == nil) }()
	for pause := commitPause; ; pause = min(2*pause, longestCommitPause) {
		was := c.refusing.Load()
		err = c.log.Commit(ctx, claim, change)
		c.note(was, err)
		if !passes(err) || time.Since(began) > patience-pause {
			return err
		}
		select {
		case <-c.end.Done():
			return err
		case <-ctx.Done():
			return err // the store's error says more than that the caller left
		case <-time.After(pause):
		}
	}
}

// note reports what came of a commit, if that is a transition: a commit that began before the
// last transition says nothing of the present.
func (c *committer) note(was bool, err error) {
	refused := passes(err)
	if c.report == nil || refused == was || err != nil && !refused {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refusing.CompareAndSwap(was, refused) {
		c.report(err)
	}
}

// leave ends the waiting of a change that the store took, or did not.
func (c *committer) leave(taken bool) {
	if c.waiting.Add(-1) > 0 || taken || c.report == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refusing.CompareAndSwap(true, false) {
		c.report(ErrGaveUp)
	}
}

// passes reports whether what could not be stored may be stored later. A claim that is
// lost stays lost.
func passes(err error) bool {
	t, ok := errors.AsType[*run.TroubleError](err)
	return ok && t.Passes() && !errors.Is(err, durable.ErrLost)
}

// runLog is the one way in which anything that happens in a run is stored, under a claim.
// Callers act on an event only after its commit has returned.
type runLog struct {
	committer *committer
	claim     durable.Claim
	terms     durable.Terms
}

// append records events that go with no artifact and no answer.
func (l runLog) append(ctx context.Context, events ...event.Body) error {
	return l.commit(ctx, run.Change{Events: func([]artifact.Artifact) []event.Body { return events }})
}

// commit stores artifacts, answers and the events that belong to them, all or nothing.
func (l runLog) commit(ctx context.Context, change run.Change) error {
	return l.committer.commit(ctx, l.claim, change, commitPatience)
}

// keep stores answers with their events. While the store takes nothing they are kept: until
// soft is done and the grace of the run is over, or for as long as other changes.
func (l runLog) keep(ctx, soft context.Context, change run.Change) error {
	size := int64(0)
	for _, a := range change.Answers {
		size += int64(len(a.JSON))
	}
	patience := keepPatience
	if l.terms.LongestWait > 0 { // in a server, where no caller waits for the run
		patience = math.MaxInt64
	}
	if l.committer.kept.Add(size) > mostKept {
		patience = commitPatience
	}
	defer l.committer.kept.Add(-size)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(soft, func() {
		select {
		case <-time.After(max(l.terms.Grace, commitPatience)):
			stop()
		case <-ctx.Done():
		}
	})()
	return l.committer.commit(ctx, l.claim, change, patience)
}
