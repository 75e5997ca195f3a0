package chain

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/health"
)

// settle notes how calls ended. The last one decides. It is done when there is an answer.
func (q *request) settle(ctx context.Context, calls []*call) (resp llm.Response, done bool, err error) {
	s := q.stage
	for _, f := range calls {
		f.pay()
		answered := f.err == nil && !f.lost
		s.router.throttle.End(s.plan.Owner, q.asked.Unit, f.hedge, !answered)
		if answered {
			return f.resp, true, q.succeed(ctx, f)
		}
		q.fail(ctx, f)
		resp = f.resp
	}
	if ctx.Err() != nil {
		return resp, false, q.stopped(ctx)
	}
	return resp, false, nil
}

// pay notes what the call has cost.
func (f *call) pay() {
	s := f.q.stage
	usd := 0.0
	if f.resp.Usage.CostUSD != nil {
		usd = *f.resp.Usage.CostUSD
	}
	s.router.spent.Add(usd, f.hedge)
	if usd > 0 {
		s.costs.Add(usd)
	}
	s.plan.Budgets.Settle(f.reserved, usd)
}

// succeed notes an answer, and records it.
func (q *request) succeed(ctx context.Context, f *call) error {
	c := f.candidate
	q.round.current = c
	f.permit.Success(f.began)
	c.route.Latency.Note(f.resp.FirstEvent)
	if q.round.of(c).revision.inWords {
		c.route.RefusesSchemas()
	}
	events := q.transitions(ctx, &c.route)
	f.wakeOthers()
	events = append(events, AttemptFinished{Try: f.Try, Response: f.resp, Took: f.took})
	for _, other := range q.round.order {
		// It was not the request's fault if another candidate could answer it.
		if a := q.round.of(other); a.tries > 1 && other != c && health.Counts(a.failed) {
			other.route.Confirm(a.failed)
			events = append(events, q.transitions(ctx, &other.route)...)
		}
	}
	// What was paid for is recorded also when the run is stopping.
	return q.emit(context.WithoutCancel(ctx), events...)
}

// fail notes a call without an answer that is used. What that means is recorded with what
// comes next.
func (q *request) fail(ctx context.Context, f *call) {
	fault := f.fault()
	if !f.lost {
		q.round.current = f.candidate
	}
	if fault.Class == failure.Canceled {
		f.permit.Neutral()
	} else {
		(&outcome{q: q, candidate: f.candidate, fault: fault}).note(f)
	}
	q.pending = append(q.pending, AttemptFailed{Try: f.Try, Response: f.resp, Err: fault, Took: f.took})
	q.pending = append(q.pending, q.transitions(ctx, &f.candidate.route)...)
	f.wakeOthers()
}

// wakeOthers wakes the requests that wait for a probe or a trial to end.
func (f *call) wakeOthers() {
	if f.permit.Awaited() {
		f.q.stage.router.health.Wake()
	}
}

// outcome is the failure of a call.
type outcome struct {
	q         *request
	candidate *candidate
	fault     *failure.Error
	attempts  *attempts // at the candidate, with this one
}

// note notes what the failure means: for the provider's health, for the request at this
// candidate, and for the round.
func (o *outcome) note(call *call) {
	q, f := o.q, o.fault
	a := q.round.failed(o.candidate, f)
	o.attempts = a
	q.silent = q.silent || f.Class == failure.Timeout && call.resp.FirstEvent == 0
	q.again = true
	q.faults.add(o.candidate.fault(f))
	a.doubtful = call.permit.Failure(f, call.began)
	if f.Class == failure.RateLimited || f.Class == failure.Overloaded {
		o.candidate.route.Limiter.TooMany()
	}
	switch f.Class {
	case failure.Timeout:
		a.silent = true
	case failure.Connection:
		o.disconnected()
	case failure.ContextLength:
		a.refused = "the request is too long for it"
		o.tooLong()
	case failure.InvalidRequest:
		o.misshaped()
	case failure.BadOutput:
		if a.unusable++; a.unusable > 1 || !a.revision.correct(f, q.asked, o.candidate) {
			a.refused = "its answers could not be used"
		}
	case failure.ContentPolicy:
		if a.unusable++; a.unusable > 1 || !f.Effect.Retryable {
			a.refused = "it does not answer this for its content"
		}
	case failure.NoProvider, failure.Input, failure.Internal, failure.Budget:
		a.refused = f.Message
	}
}

// add adds a failure, and keeps the one that says most about why there is no answer: the
// last one that could have passed, else the first.
func (fs *faults) add(f *health.Fault) {
	fs.last = f
	if may := health.Transient(f.Err) || f.Err.Class == failure.BadOutput; may || fs.primary == nil {
		if fs.recoverable && !may {
			return
		}
		fs.primary = f
		fs.recoverable = fs.recoverable || may
	}
}

// forget forgets what was taken for a fault of a candidate that passes, since it did not.
func (fs *faults) forget(c *candidate) {
	if fs.primary != nil && fs.primary.Provider == c.Provider && fs.primary.Model == c.Name {
		fs.primary = nil
		fs.recoverable = false
	}
}

// disconnected notes a broken connection. Where none can be made, now or at a second try,
// no model of the provider can be reached.
func (o *outcome) disconnected() {
	r := &o.q.round
	if !o.fault.Effect.Retryable { // it is the same for all of its models, and does not pass
		for _, other := range o.q.round.order {
			if other.providerIndex == o.candidate.providerIndex {
				r.of(other).refused = o.fault.Message
			}
		}
		return
	}
	if health.Unreached(o.fault) && o.attempts.tries > 1 {
		r.provider(o.candidate).out = "no connection can be made"
	}
}

// tooLong rules out the provider's models whose window is known to be no larger. What
// others take is theirs to say: catalogues and tokenizers differ, and asking is free.
func (o *outcome) tooLong() {
	c := o.candidate
	for _, other := range o.q.round.order {
		if other.providerIndex == c.providerIndex && c.Spec.Window > 0 && other.Spec.Window > 0 && other.Spec.Window <= c.Spec.Window {
			o.q.round.of(other).refused = "the question is too long for " + c.Name + ", whose window is as large"
		}
	}
}

// misshaped revises the request if it is known what was wrong with it; otherwise the model
// does not take it. The provider's other models are not likely to, so that they are asked last.
func (o *outcome) misshaped() {
	a := o.attempts
	if a.revision.adapt(o.fault) {
		a.revised = true
		return
	}
	a.refused = cmp.Or(o.fault.Parameter, "the form of the request") + " was refused"
}

// appraise says what a failure means in the light of what is known of the route. A bare
// refusal, of which an HTTP status is all there is, can come from any proxy on the way: by
// a route that has answered lately it is a fault that passes, by one that never has it
// means what it says, for this stage only. So it is with a connection that can't be made for a
// reason that does not pass by itself.
func (f *call) appraise(fault *failure.Error) *failure.Error {
	final := fault.Class == failure.Connection && !fault.Effect.Retryable
	if !health.Stray(fault) && !final {
		return fault
	}
	q, c := f.q, f.candidate
	a := q.round.of(c)
	now := time.Now()
	if a.bare++; a.bare == 1 {
		a.bareSince = now
	}
	bare := health.Bare{Request: q.health.ID, Count: a.bare, Since: a.bareSince, Alone: f.only(now)}
	meaning, last := c.route.Interpret(bare, fault, now)
	switch {
	case final && meaning == health.Passing: // the way was open a while ago, and may be again
		fault = fault.Clone()
		fault.Effect.Retryable = true
		return fault
	case final:
		return fault
	case meaning == health.Passing:
		return strayRefusal(fault, last)
	}
	q.faults.forget(c)
	switch {
	case meaning == health.Lasting:
		fault = fault.Clone()
		fault.Bare = false
	case meaning == health.First && (health.NeedsPerson(fault) || fault.Status < 400):
		q.stage.exclude(c, fault)
	default:
		a.refused = fault.Message
	}
	return fault
}

// only reports whether the request has no other candidate to go to.
func (f *call) only(now time.Time) bool {
	q := f.q
	for _, o := range q.round.order {
		if o == f.candidate || q.round.of(o).refused != "" {
			continue
		}
		if cause, _ := q.stage.excluded(o, now); cause == nil {
			return false
		}
	}
	return true
}

// strayRefusal is a bare refusal that is taken for a fault that passes.
func strayRefusal(f *failure.Error, last time.Time) *failure.Error {
	stray := f.Clone()
	stray.Class = failure.ServerError
	stray.Effect = failure.EffectOf(failure.ServerError)
	stray.Effect.Scope = failure.ScopeModel
	stray.Message = fmt.Sprintf("%s; it answered at %s, so that this is taken for a proxy's word, which passes",
		f.Message, health.ClockTime(last))
	stray.Hint = failure.ServerError.Action()
	stray.RetryAfter = nil
	return stray
}
