package chain

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"cineforge/failure"
	"cineforge/llm"
)

// flight is one call on its way.
type flight struct {
	Try
	seat     *seat
	its      permits
	reserved float64
	began    time.Time
	leave    func() // gives the place at the limit back, if that is the flight's to do

	resp llm.Response
	err  error
	took time.Duration
	lost bool // another call of the same question was faster

	wall  time.Time // when it began, by the clock on the wall
	slept bool      // the machine slept meanwhile
}

// overslept is how much longer a call takes by the clock on the wall than by the one
// that stands still in a sleep, if the machine slept. A clock that is set by as much does
// no harm: a call that failed just then is made again.
const overslept = 5 * time.Second

// wall is the system's clock on the wall.
func wall() time.Time { return time.Now().Round(0) }

// begun tells that a candidate is asked, and returns the call.
func (q *question) begun(ctx context.Context, s *seat, its permits, d Decision) (*flight, error) {
	d.Probe = its.probe()
	f := &flight{Try: Try{q.name, q.router.number(), s.Provider, s.Name, d}, seat: s, its: its, began: time.Now(), wall: q.router.o.Wall()}
	var paid bool
	if f.reserved, paid = q.reserve(s); !paid {
		return nil, errBroke
	}
	if err := q.observer.Observe(ctx, append(q.turned(ctx, s.provider), Began{f.Try})...); err != nil {
		q.settle(f.reserved, llm.Response{}, false)
		return nil, err
	}
	return f, nil
}

// errBroke means that there is no money left for a call.
var errBroke = errors.New("the money is spent")

// call makes the call. A panic in it is its failure: there may be nobody else in the
// goroutine who could catch it.
func (q *question) call(ctx context.Context, f *flight, pulse func()) {
	defer func() {
		if v := recover(); v != nil {
			f.err = &failure.Error{Class: failure.Internal, Message: fmt.Sprintf("asking %s panicked: %v", f.Model, v),
				Hint: "this is a bug; please report it", Err: fmt.Errorf("%s", debug.Stack())}
		}
	}()
	req := q.seats[f.seat.at].change.of(q.req, f.seat)
	f.resp, f.err = f.seat.Model.Generate(llm.WithPulse(ctx, pulse), req)
	f.took = time.Since(f.began)
	f.slept = q.router.o.Wall().Sub(f.wall)-f.took > overslept
}

// fly makes a call, and a second one beside it if that is wanted. The last one that it
// returns decides.
func (q *question) fly(ctx context.Context, c choice, f *flight) []*flight {
	if after := q.hedgeAfter(f.seat); after > 0 {
		return q.race(ctx, c, f, after)
	}
	q.call(ctx, f, f.its.alive)
	return []*flight{f}
}

// landed notes how calls ended, and tells it. It is done when there is an answer.
func (q *question) landed(ctx context.Context, flights []*flight) (resp llm.Response, done bool, err error) {
	for _, f := range flights {
		q.settle(f.reserved, f.resp, f == q.hedged)
		if f.err == nil && !f.lost {
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
	cause := errLost
	if f.err != nil {
		cause = f.err
	}
	fault := typed(cause)
	if f.lost {
		fault = &failure.Error{Class: failure.Canceled, Message: errLost.Error(), Err: cause, Effect: failure.EffectOf(failure.Canceled)}
	} else if ctx.Err() != nil {
		fault = canceled(cause)
	} else if f.slept && (fault.Class == failure.Timeout || fault.Class == failure.Connection) {
		// It is nobody's fault, and is asked again.
		fault = &failure.Error{Class: failure.Canceled, Message: "the machine slept while the answer was to come", Err: cause, Effect: failure.EffectOf(failure.Canceled)}
	}
	if !f.lost {
		q.current = f.seat
	}
	q.failed(f.seat, f.its, fault, f.began, f.resp)
	f.its.neutral()
	q.untold = append(q.untold, Failure{f.Try, f.resp, fault, f.took})
	q.untold = append(q.untold, q.turned(ctx, f.seat.provider)...)
	q.returned(f)
}

// returned wakes those who wait for a probe to end: there is room for another one.
func (q *question) returned(f *flight) {
	if f.Decision.Probe {
		q.router.wake(false)
	}
}

// errLost means that another call of the same question was faster.
var errLost = errors.New("another model was faster to begin")

// succeeded notes an answer.
func (q *question) succeeded(ctx context.Context, f *flight) error {
	s := f.seat
	q.current = s
	s.provider.success(s.model, f.its)
	s.provider.opened(s.model, s.Credential, f.began)
	s.model.begins.note(f.resp.FirstEvent)
	if q.seats[s.at].change.inWords {
		s.model.inWords.Store(true)
	}
	events := append(q.untold, q.turned(ctx, s.provider)...)
	q.untold = nil
	q.returned(f)
	events = append(events, Answered{f.Try, f.resp, f.took})
	for _, other := range q.order {
		// It was not the question's fault if somebody else could answer it.
		if a := q.seats[other.at]; a.round > 1 && other.vendor != s.vendor && counts(a.failed) {
			other.provider.confirm(a.failed, other.Name)
			events = append(events, q.turned(ctx, other.provider)...)
		}
	}
	// What was paid for is recorded also when the run is stopping.
	return q.observer.Observe(context.WithoutCancel(ctx), events...)
}
