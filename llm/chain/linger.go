package chain

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cineforge/cineforge/llm"
)

// errLeft ends a call whose caller has left and that did not end in the time that it was
// let.
var errLeft = errors.New("the question was given up by its caller")

// lingering lets a call go on when its caller has left: it is paid for, and its answer is
// stored for whoever asks again. It ends with the plan's grace at the latest, and at once
// if the plan says that everything is to.
type lingering struct {
	cancel context.CancelCauseFunc
	stop   func() bool // ends the watch over the caller

	mu    sync.Mutex  // guards what follows
	timer *time.Timer // of the grace; nil until the caller has left
	over  bool
}

// hard returns the context whose end ends calls at once.
func (p *Plan) hard() context.Context {
	if p.Hard == nil {
		return context.Background()
	}
	return p.Hard
}

// begin watches over the caller of a call, whose context cancel ends.
func (l *lingering) begin(caller context.Context, grace time.Duration, cancel context.CancelCauseFunc) {
	l.cancel = cancel
	l.stop = context.AfterFunc(caller, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		switch {
		case l.over:
		case grace <= 0:
			cancel(errLeft)
		default:
			l.timer = time.AfterFunc(grace, func() { cancel(errLeft) })
		}
	})
}

// end ends the watch.
func (l *lingering) end() {
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if l.timer != nil {
		l.timer.Stop()
	}
}

// left reports whether a call was ended because its caller has left.
func (p *Plan) left(call context.Context) bool {
	return errors.Is(context.Cause(call), errLeft) || p.hard().Err() != nil
}

// shared are the questions that calls of this process are under way for, so that one that
// several ask at once is paid for once. It is safe for concurrent use.
type shared struct {
	mu    sync.Mutex
	under map[string]chan struct{} // by question and chain; closed when the call has ended
	calls atomic.Int64
}

// join begins a call for a question, or returns a channel that is closed when the one under
// way has ended. What has no key is shared with nobody.
func (s *shared) join(key string) (wait <-chan struct{}) {
	if key != "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		if under, ok := s.under[key]; ok {
			return under
		}
		if s.under == nil {
			s.under = map[string]chan struct{}{}
		}
		s.under[key] = make(chan struct{})
	}
	s.calls.Add(1)
	return nil
}

// leave ends a call that join has begun.
func (s *shared) leave(key string) {
	s.calls.Add(-1)
	if key == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.under[key])
	delete(s.under, key)
}

// Calls returns how many questions have a call under way.
func (r *Router) Calls() int { return int(r.shared.calls.Load()) }

// sharedKey names the question among those that may share an answer; "" if it may share
// none.
func (q *question) sharedKey() string {
	if q.req.Key == "" || q.plan.Shared == "" {
		return ""
	}
	return q.req.Key + " " + q.plan.Shared
}

// lookAgain is how old the last look for a stored answer may be when a call begins.
const lookAgain = 100 * time.Millisecond

// answered returns an answer that was stored since the question was first looked up.
func (q *question) answered(ctx context.Context) (resp llm.Response, found bool, err error) {
	if q.plan.Answered == nil || q.req.Key == "" {
		return resp, false, nil
	}
	q.looked = time.Now()
	return q.plan.Answered(ctx, q.req)
}

// awaitShared waits for a call of the same question to end, and returns its answer if it
// had one. It holds nothing meanwhile.
func (q *question) awaitShared(ctx context.Context, ended <-chan struct{}) (resp llm.Response, found bool, err error) {
	select {
	case <-ended:
	case <-ctx.Done():
		return resp, false, q.stopped(ctx)
	}
	return q.answered(ctx)
}
