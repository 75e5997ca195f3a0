package chain

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/inflight"
	"github.com/cineforge/cineforge/llm/sleep"
)

// call is one call to a model.
type call struct {
	Try
	q         *request
	candidate *candidate
	permit    health.Permit
	reserved  float64
	began     time.Time
	release   func()        // gives the place at the limit back, if that is the call's to do
	hedge     bool          // it is the second of two calls of a request
	late      time.Duration // after which a call without an answer is one that failed

	resp  llm.Response
	err   error
	took  time.Duration
	lost  bool          // another call of the same request was faster
	slept time.Duration // for how long the machine slept meanwhile
	left  bool          // it was ended because its caller has left

	wrote  atomic.Int64 // bytes of text that have come
	watch  sleep.Watch
	linger inflight.Linger
	alone  [1]*call // itself, if there is no hedge
}

// errTooFast means that a call is not made after all.
var errTooFast = errors.New("too much has failed lately")

// start records that a candidate is asked, and returns the call. It may be a hedge beside
// another one.
func (q *request) start(ctx context.Context, c *candidate, permit health.Permit, d Decision, hedge bool) (*call, error) {
	s := q.stage
	if !s.router.throttle.Begin(s.plan.Owner, q.asked.Unit, hedge) {
		return nil, errTooFast
	}
	d.Probe = permit.Probe()
	f := &call{
		Try:       Try{RequestID: q.id(), ID: s.router.requests.Add(1), Provider: c.Provider, Model: c.Name, Decision: d},
		q:         q,
		candidate: c,
		permit:    permit,
		reserved:  q.price(c),
		began:     time.Now(),
		hedge:     hedge,
	}
	err := s.plan.Budgets.Reserve(f.reserved)
	if err == nil {
		if err = q.emit(ctx, f.beginning(ctx)...); err == nil {
			return f, nil
		}
		s.plan.Budgets.Settle(f.reserved, 0)
	}
	s.router.throttle.End(s.plan.Owner, q.asked.Unit, hedge, false)
	return nil, err
}

// beginning returns what is to be recorded before the call.
func (f *call) beginning(ctx context.Context) []Event {
	events := f.q.transitions(ctx, &f.candidate.route)
	if !f.hedge {
		events = append(events, f.q.takeAnnounced()...)
	}
	return append(events, AttemptStarted{Try: f.Try, Least: f.candidate.unanswered(f.q.input)})
}

// do makes the call, which goes on for a while when its caller has left; hard ends it at
// once. It calls alive at each sign of life. A panic in it is its failure: it may run in a
// goroutine of its own, where it can't be caught elsewhere.
func (f *call) do(caller, hard context.Context, alive func()) {
	defer func() {
		if v := recover(); v != nil {
			f.resp.Usage = f.candidate.unanswered(f.q.input)
			f.err = &failure.Error{
				Class:   failure.Internal,
				Message: fmt.Sprintf("asking %s panicked: %v", f.Model, v),
				Hint:    "this is a bug; please report it",
				Err:     fmt.Errorf("%s", debug.Stack()),
			}
		}
	}()
	plan := &f.q.stage.plan
	clock := f.q.stage.router.health.Clock()
	req := f.q.round.of(f.candidate).revision.apply(f.q.asked, f.candidate)
	under, cancel := context.WithCancelCause(hard)
	defer cancel(nil)
	f.linger.Start(caller, plan.Grace, cancel)
	defer f.linger.Stop()
	defer f.report(hard)()
	f.watch.Start(clock, cancel)
	defer f.watch.Stop()
	behind := clock.Behind()
	f.resp, f.err = f.candidate.Model.Generate(llm.WithHeartbeat(under, func(bytes int) {
		f.watch.Alive()
		f.wrote.Add(int64(bytes))
		f.stir()
		alive()
	}), req)
	f.took = time.Since(f.began)
	f.left = plan.left(under)
	if slept := clock.Behind() - behind; slept >= sleep.Least {
		f.slept = slept
		clock.Check()
	} else if f.err != nil {
		f.slept = f.watch.Missed()
	}
}

// stir notes a sign of life of a call.
func (f *call) stir() {
	if f.permit.Alive() {
		f.q.stage.router.health.Wake()
	}
}

// reportEvery is how often a call that lasts is reported.
const reportEvery = 15 * time.Second

// report records from time to time that the call is under way, until the returned function is
// called. Nothing is recorded after that.
func (f *call) report(ctx context.Context) (stop func()) {
	var mu sync.Mutex
	over := false
	var timer *time.Timer
	record := func() {
		mu.Lock()
		defer mu.Unlock()
		if over || f.q.stage.emit(ctx, AttemptProgress{Try: f.Try, Bytes: int(f.wrote.Load()), Took: time.Since(f.began)}) != nil {
			return // what can't be recorded now shows with the call's end
		}
		timer.Reset(reportEvery)
	}
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(reportEvery, record)
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		over = true
	}
}

// errLost means that another call of the same request was faster.
var errLost = errors.New("another model was faster to begin")

// mostNaps is how often a call of a request that a sleep of the machine broke is made again
// as if it had not been.
const mostNaps = 3

// fault says how the call failed. Only what this program ended itself is a cancellation:
// for its caller, for a faster call, for a sleep of the machine. Whatever else comes as
// one failed somewhere else.
func (f *call) fault() *failure.Error {
	cause := f.err
	if cause == nil {
		cause = errLost
	}
	fault := typed(cause)
	if fault.Reach == "" && f.resp.FirstEvent > 0 {
		fault = fault.Clone()
		fault.Reach = failure.Answering
	}
	switch {
	case f.left && !f.lost:
		return canceled(cause)
	case f.lost && f.late > 0 && f.took >= f.late && f.resp.FirstEvent == 0:
		return &failure.Error{
			Class: failure.Timeout,
			Message: fmt.Sprintf("%s: no answer began within %v; another model was asked meanwhile, and was faster",
				f.Provider, f.took.Round(time.Second)),
			Hint:   failure.Timeout.Action(),
			Err:    cause,
			Effect: failure.EffectOf(failure.Timeout),
			Reach:  failure.Sent,
		}
	case f.lost:
		return neutral(errLost.Error(), cause)
	case f.slept > 0 && f.q.naps < mostNaps &&
		(fault.Class == failure.Timeout || fault.Class == failure.Connection || fault.Class == failure.Canceled):
		f.q.naps++
		return neutral(sleep.ErrSlept.Error(), cause) // it is no one's fault, and is asked again
	default:
		return f.appraise(recognized(fault))
	}
}

// typed returns the failure that an error is; an error without a class is this program's
// fault.
func typed(err error) *failure.Error {
	if f, ok := errors.AsType[*failure.Error](err); ok {
		return f
	}
	return &failure.Error{Class: failure.ClassOf(err), Message: err.Error(), Err: err, Effect: failure.EffectOf(failure.ClassOf(err))}
}

// recognized returns a failure with a class that is known here: any other one, and what
// a provider calls a cancellation that was none of ours, is a failure of no known kind.
func recognized(f *failure.Error) *failure.Error {
	if f.Class != failure.Canceled && f.Class.Meaning() != "" {
		return f
	}
	unknown := f.Clone()
	unknown.Class = failure.Unknown
	unknown.Effect = failure.EffectOf(failure.Unknown)
	if unknown.Hint == "" || f.Class == failure.Canceled {
		unknown.Hint = failure.Unknown.Action()
	}
	return unknown
}

func canceled(err error) *failure.Error {
	return neutral("the question was given up by its caller", err)
}

// neutral is the failure of a call that this program ended, which says nothing about a
// provider's health.
func neutral(why string, err error) *failure.Error {
	return &failure.Error{Class: failure.Canceled, Message: why, Err: err, Effect: failure.EffectOf(failure.Canceled)}
}
