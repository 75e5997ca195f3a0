package chain

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/inflight"
	"github.com/cineforge/cineforge/llm/sleep"
)

// flight is one call on its way.
type flight struct {
	Try
	seat     *seat
	its      permits
	reserved float64
	began    time.Time
	leave    func()        // gives the place at the limit back, if that is the flight's to do
	beside   bool          // it is the second of two calls of a question
	late     time.Duration // after which a call without an answer is one that failed

	resp  llm.Response
	err   error
	took  time.Duration
	lost  bool          // another call of the same question was faster
	slept time.Duration // for how long the machine slept meanwhile
	left  bool          // it was ended because its caller has left

	wrote  atomic.Int64 // bytes of text that have come
	watch  sleep.Watch
	linger inflight.Linger
	alone  [1]*flight // itself, if there is no second call
}

// mostNapsOfQuestion is how often a call of a question that a sleep of the machine broke is
// made again as if it had not been.
const mostNapsOfQuestion = 3

// begun tells that a candidate is asked, and returns the call. It may be one beside another.
func (q *question) begun(ctx context.Context, s *seat, its permits, d Decision, beside bool) (*flight, error) {
	if !q.router.throttle.Begin(q.plan.Owner, q.name.Unit, beside) {
		return nil, errTooFast
	}
	d.Probe = its.probe()
	f := &flight{Try: Try{q.name, q.router.number(), s.Provider, s.Name, d}, seat: s, its: its, began: time.Now(), beside: beside}
	price := q.price(s)
	err := q.plan.Budgets.Reserve(price)
	if err == nil {
		f.reserved = price
		err = q.observer.Observe(ctx, append(append(q.turned(ctx, s.provider), q.coming...), AttemptStarted{f.Try, q.unanswered(s)})...)
		if err == nil {
			if !beside {
				q.coming, q.again = nil, false
			}
			return f, nil
		}
		q.settle(f.reserved, llm.Response{}, false)
	}
	q.router.throttle.End(q.plan.Owner, q.name.Unit, beside, false)
	return nil, err
}

// errTooFast means that a call is not made after all.
var errTooFast = errors.New("too much has failed lately")

// call makes the call, which goes on for a while when its caller has left; hard ends it at
// once. A panic in it is its failure: there may be nobody else in the goroutine who could
// catch it.
func (q *question) call(caller, hard context.Context, f *flight, pulse func()) {
	defer func() {
		if v := recover(); v != nil {
			f.resp.Usage = q.unanswered(f.seat)
			f.err = &failure.Error{Class: failure.Internal, Message: fmt.Sprintf("asking %s panicked: %v", f.Model, v),
				Hint: "this is a bug; please report it", Err: fmt.Errorf("%s", debug.Stack())}
		}
	}()
	req := q.seats[f.seat.at].change.of(q.req, f.seat)
	under, cancel := context.WithCancelCause(hard)
	defer cancel(nil)
	f.linger.Start(caller, q.plan.Grace, cancel)
	defer f.linger.Stop()
	defer q.report(hard, f)()
	f.watch.Start(q.router.clock, cancel)
	defer f.watch.Stop()
	behind := q.router.clock.Behind()
	f.resp, f.err = f.seat.Model.Generate(llm.WithPulse(under,
		func(bytes int) { f.watch.Alive(); f.wrote.Add(int64(bytes)); q.stir(f); pulse() }), req)
	f.took, f.left = time.Since(f.began), q.plan.left(under)
	if slept := q.router.clock.Behind() - behind; slept >= sleep.Least {
		f.slept = slept
		q.router.clock.Check()
	} else if f.err != nil {
		f.slept = f.watch.Missed()
	}
}

// fly makes a call, and a second one beside it if that is wanted. The last one that it
// returns decides.
func (q *question) fly(ctx context.Context, c choice, f *flight) []*flight {
	if h := q.hedging(f.seat); h.after > 0 {
		return q.race(ctx, c, f, h)
	}
	q.call(ctx, q.plan.hard(), f, func() {})
	f.alone[0] = f
	return f.alone[:]
}

// stir notes a sign of life of a call.
func (q *question) stir(f *flight) {
	if f.its.alive() {
		q.router.wake(false)
	}
}

// landed notes how calls ended, and tells it. It is done when there is an answer.
func (q *question) landed(ctx context.Context, flights []*flight) (resp llm.Response, done bool, err error) {
	for _, f := range flights {
		q.settle(f.reserved, f.resp, f == q.hedged)
		answered := f.err == nil && !f.lost
		q.router.throttle.End(q.plan.Owner, q.name.Unit, f.beside, !answered)
		if answered {
			return f.resp, true, q.succeeded(ctx, f)
		}
		q.fell(ctx, f)
		resp = f.resp
	}
	if ctx.Err() != nil {
		return resp, false, q.stopped(ctx)
	}
	return resp, false, nil
}

// fell notes a call without an answer that is used.
func (q *question) fell(ctx context.Context, f *flight) {
	fault := q.faultOf(f)
	if !f.lost {
		q.current = f.seat
	}
	if fault.Class == failure.Canceled {
		f.its.neutral()
	} else {
		q.failed(f.seat, f.its, fault, f.began, f.resp)
	}
	q.untold = append(q.untold, AttemptFailed{f.Try, f.resp, fault, f.took})
	q.untold = append(q.untold, q.turned(ctx, f.seat.provider)...)
	q.returned(f)
}

// returned wakes those who wait for a probe or a trial to end.
func (q *question) returned(f *flight) {
	if f.Decision.Probe || f.its.trial {
		q.router.wake(false)
	}
}

// faultOf says how a call failed. Only what this program ended itself is a cancellation:
// for its caller, for a faster call, for a sleep of the machine. Whatever else comes as
// one failed somewhere else.
func (q *question) faultOf(f *flight) *failure.Error {
	cause := f.err
	if cause == nil {
		cause = errLost
	}
	fault := typed(cause)
	if fault.Reach == "" && f.resp.FirstEvent > 0 {
		fault = new(*fault)
		fault.Reach = failure.Answering
	}
	switch {
	case f.left && !f.lost:
		return canceled(cause)
	case f.lost && f.late > 0 && f.took >= f.late && f.resp.FirstEvent == 0:
		return &failure.Error{Class: failure.Timeout, Message: fmt.Sprintf("%s: no answer began within %v; another model was asked meanwhile, and was faster", f.Provider, f.took.Round(time.Second)),
			Hint: failure.Timeout.Action(), Err: cause, Effect: failure.EffectOf(failure.Timeout), Reach: failure.Sent}
	case f.lost:
		return neutral(errLost.Error(), cause)
	case f.slept > 0 && q.naps < mostNapsOfQuestion && (fault.Class == failure.Timeout || fault.Class == failure.Connection || fault.Class == failure.Canceled):
		q.naps++
		return neutral(sleep.ErrSlept.Error(), cause) // it is nobody's fault, and is asked again
	default:
		return q.appraise(f.seat, recognized(fault))
	}
}

// recognized returns a failure with a class that is known here: any other one, and what
// somebody calls a cancellation that was none of ours, is a failure of no known kind.
func recognized(f *failure.Error) *failure.Error {
	if f.Class != failure.Canceled && f.Class.Meaning() != "" {
		return f
	}
	unknown := *f
	unknown.Class, unknown.Effect = failure.Unknown, failure.EffectOf(failure.Unknown)
	if unknown.Hint == "" || f.Class == failure.Canceled {
		unknown.Hint = failure.Unknown.Action()
	}
	return &unknown
}

// errLost means that another call of the same question was faster.
var errLost = errors.New("another model was faster to begin")

// succeeded notes an answer.
func (q *question) succeeded(ctx context.Context, f *flight) error {
	s := f.seat
	q.current = s
	s.provider.success(s, f.its, f.began)
	s.model.begins.note(f.resp.FirstEvent)
	if q.seats[s.at].change.inWords {
		s.model.inWords.Store(true)
	}
	events := append(q.untold, q.turned(ctx, s.provider)...)
	q.untold = nil
	q.returned(f)
	events = append(events, AttemptFinished{f.Try, f.resp, f.took})
	for _, other := range q.order {
		// It was not the question's fault if somebody else could answer it.
		if a := q.seats[other.at]; a.round > 1 && other != s && counts(a.failed) {
			other.provider.confirm(a.failed, other)
			events = append(events, q.turned(ctx, other.provider)...)
		}
	}
	// What was paid for is recorded also when the run is stopping.
	return q.observer.Observe(context.WithoutCancel(ctx), events...)
}
