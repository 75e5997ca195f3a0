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

// How long, and how often, it is tried to store what the store can't take at the
// moment. Two minutes are enough for a person to make room on a disk, or for a backup
// to let go of it, and short enough that whoever waits for the run is told.
const (
	commitPatience     = 2 * time.Minute
	commitPause        = time.Second
	longestCommitPause = 5 * time.Second
)

// How long answers that were paid for are kept for a store that takes nothing: where
// somebody waits for the run for half an hour, and in a server until the process ends. So
// much of them is kept at the most.
const (
	keepPatience = 30 * time.Minute
	mostKept     = 64 << 20 // bytes
)

// trouble is what the store's last refusal was told to.
type trouble struct {
	kept    atomic.Int64 // bytes of answers
	waiting atomic.Int64 // changes that are tried again
	mu      sync.Mutex
	on      atomic.Bool // changes while mu is held
	tell    func(error) // nil if nobody wants to know
}

// OnTrouble makes tell be told, once, that the store takes nothing, and once with nil
// that it does again. It is called before the pipeline is used.
func (p *Pipeline) OnTrouble(tell func(err error)) { p.trouble.tell = tell }

// EndWith makes waiting for the store end when ctx is done: the process has to end then. It
// is called before the pipeline is used.
func (p *Pipeline) EndWith(ctx context.Context) { p.end = ctx }

// note tells of what came of a commit, if that is news: what began before the last
// turn says nothing of what is now.
func (t *trouble) note(was bool, err error) {
	refused := passes(err)
	if t.tell == nil || refused == was || err != nil && !refused {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on.CompareAndSwap(was, refused) {
		t.tell(err)
	}
}

// ErrGaveUp is what is told when nothing waits for the store any more, which has not taken
// what waited: whether it would take anything is not known then.
var ErrGaveUp = errors.New("nothing is tried again")

// leave ends the waiting of a change that the store took, or did not.
func (t *trouble) leave(taken bool) {
	if t.waiting.Add(-1) > 0 || taken || t.tell == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on.CompareAndSwap(true, false) {
		t.tell(ErrGaveUp)
	}
}

// commit stores a change of a run; everything that a run records goes through here.
// What the store can't take for a trouble that may pass is kept and tried again, so
// that no answer that was paid for is lost by it.
func (p *Pipeline) commit(ctx context.Context, claim durable.Claim, c run.Change) error {
	return p.commitFor(ctx, claim, c, commitPatience)
}

// keep stores answers, and the events that tell of them. While the store takes nothing they
// are kept; when soft is done, for the grace of the run, or for as long as other events.
func (o *opened) keep(ctx, soft context.Context, c run.Change) error {
	size := int64(0)
	for _, a := range c.Answers {
		size += int64(len(a.JSON))
	}
	patience := keepPatience
	if o.terms.LongestWait > 0 { // nobody waits for it
		patience = math.MaxInt64
	}
	if o.trouble.kept.Add(size) > mostKept {
		patience = commitPatience
	}
	defer o.trouble.kept.Add(-size)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(soft, func() {
		select {
		case <-time.After(max(o.terms.Grace, commitPatience)):
			stop()
		case <-ctx.Done():
		}
	})()
	return o.commitFor(ctx, o.claim, c, patience)
}

func (p *Pipeline) commitFor(ctx context.Context, claim durable.Claim, c run.Change, patience time.Duration) (err error) {
	began := time.Now()
	p.trouble.waiting.Add(1)
	defer func() { p.trouble.leave(err == nil) }()
	for pause := commitPause; ; pause = min(2*pause, longestCommitPause) {
		was := p.trouble.on.Load()
		err = p.store.Commit(ctx, claim, c)
		p.trouble.note(was, err)
		if !passes(err) || time.Since(began) > patience-pause {
			return err
		}
		select {
		case <-p.end.Done():
			return err
		case <-ctx.Done():
			return err // which tells more than that somebody has left
		case <-time.After(pause):
		}
	}
}

// passes reports whether what could not be stored may be stored later. A claim that is
// lost stays lost.
func passes(err error) bool {
	t, ok := errors.AsType[*run.TroubleError](err)
	return ok && t.Passes() && !errors.Is(err, durable.ErrLost)
}

// append records events that go with no artifact.
func (p *Pipeline) append(ctx context.Context, claim durable.Claim, events ...event.Body) error {
	return p.commit(ctx, claim, run.Change{Events: func([]artifact.Artifact) []event.Body { return events }})
}
