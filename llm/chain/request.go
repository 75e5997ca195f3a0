package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/inflight"
	"github.com/cineforge/cineforge/llm/spend"
)

// request is one request on its way to an answer. It is used by one goroutine.
type request struct {
	stage  *Stage
	asked  llm.Request    // as the module means it
	input  int            // tokens of the question, roughly
	need   int            // the same with its answer
	health health.Request // what the providers' health knows of it

	round  round  // the round under way
	choice choice // the last one
	wait   wait
	faults faults // what has failed

	silent bool      // whether it has waited for an answer that did not begin
	looked time.Time // when it was last looked whether its answer is stored
	naps   int       // how often the machine slept while it waited for an answer
	misses int       // choices in a row that could not be followed

	again     bool    // whether the next try is a further one
	pending   []Event // to be recorded with what comes next
	announced []Event // what the coming try is, recorded when it is made
}

// faults are the failures of a request.
type faults struct {
	last        *health.Fault // how the candidate that was asked last failed
	primary     *health.Fault // the failure that says most about why there is no answer
	recoverable bool          // whether that could have passed
}

// newRequest returns a request that is to be asked.
func newRequest(s *Stage, req llm.Request) *request {
	q := &request{
		stage:  s,
		asked:  req,
		input:  InputTokens(req),
		need:   InputTokens(req) + req.MaxOutputTokens,
		looked: time.Now(),
	}
	q.health = health.Request{
		ID:       s.router.requests.Add(1),
		Subject:  strings.Join([]string{s.plan.Owner, req.Unit, string(req.Role), req.Key}, "\x00"),
		OneRound: s.plan.MaxWait == 0,
	}
	q.round.order, q.health.Order = s.order(req.Role)
	q.round.init(s.providers)
	q.choice.q = q
	q.choice.available = make([]health.Availability, 0, len(q.round.order))
	q.wait.q = q
	if w, ok := s.plan.Waits[RequestID{Unit: req.Unit, Role: req.Role}]; ok {
		q.wait.resume(w)
		return q
	}
	q.beginRound(0)
	return q
}

// id returns what the request is called in events.
func (q *request) id() RequestID {
	return RequestID{Unit: q.asked.Unit, Role: q.asked.Role, Key: q.asked.Key}
}

// beginRound begins a round at a place in the order.
func (q *request) beginRound(first int) {
	q.round.begin(first, q.stage.plan.MaxAttempts)
	q.health.Round = strconv.FormatUint(q.health.ID, 10) + "/" + strconv.Itoa(q.round.number)
	q.wait.since = time.Time{}
}

// known returns what the providers' health is to know of the request.
func (q *request) known() *health.Request {
	q.health.Operator = q.stage.operatorAt()
	return &q.health
}

// available returns whether a candidate can be asked now, as far as that does not depend on
// the round. A reason of the request's own counts before the provider's health.
func (q *request) available(c *candidate, now time.Time) (a health.Availability) {
	tried := q.round.of(c)
	switch {
	case tried.refused != "":
		a.Reason = Refused
		a.Detail = tried.refused
	case c.Spec.Window > 0 && q.need > c.Spec.Window:
		a.Reason = SmallWindow
		a.Detail = fmt.Sprintf("the request has about %d tokens, the model takes %d", q.need, c.Spec.Window)
	}
	if f, until := q.stage.excluded(c, now); f != nil && a.Free() {
		a.Reason = Refused
		a.Detail = string(f.Err.Class) + ": " + f.Err.Message
		a.Until = until
		a.Cause = f
		a.NeedsPerson = true
		a.PersonRetryAt = until
	}
	if a.Free() {
		if exceeded := q.stage.plan.Budgets.Exceeded(q.price(c)); exceeded != nil {
			spent, limit := exceeded.Spent()
			a.Reason = OverBudget
			a.Detail = fmt.Sprintf("$%.4f of $%.2f are spent", spent, limit)
		}
	}
	if a.Free() {
		return c.route.Check(q.known(), now)
	}
	a.ProviderBreaker, a.Breaker = c.route.Breakers()
	return a
}

// price returns what asking a candidate will cost, in USD: what the question costs, or
// what answers of the stage have cost until now if that is more; 0 if neither is known.
func (q *request) price(c *candidate) float64 {
	return max(q.stage.costs.Mean(), c.price(q.input))
}

// leave ends the trials that the request has left.
func (q *request) leave() {
	freed := false
	for _, c := range q.round.order {
		freed = c.route.Leave(q.health.ID) || freed
	}
	if freed {
		q.stage.router.health.Wake()
	}
}

// answer asks until there is an answer, or no hope.
func (q *request) answer(ctx context.Context) (llm.Response, error) {
	for {
		if ctx.Err() != nil || q.stage.plan.hard().Err() != nil {
			return llm.Response{}, q.stopped(ctx)
		}
		woken := q.stage.newWakeups()
		c := q.choice.choose(time.Now())
		if c.candidate == nil {
			var err error
			if c.awaitsTrial() {
				err = q.wait.forTrial(ctx, woken)
			} else {
				err = q.wait.forRound(ctx)
			}
			if err != nil {
				return llm.Response{}, err
			}
			continue
		}
		resp, done, err := q.take(ctx, c)
		if done || err != nil {
			return resp, err
		}
	}
}

// take follows a choice. It is done when there is an answer; it is not when the try
// failed, or could not be made after all.
func (q *request) take(ctx context.Context, c *choice) (resp llm.Response, done bool, err error) {
	if err := q.announce(ctx, c); err != nil {
		return resp, false, err
	}
	if err := q.sleep(ctx, c.at); err != nil {
		return resp, false, q.stopped(ctx)
	}
	resp, done, other, err := q.admit(ctx, c)
	if other == nil {
		return resp, done, err
	}
	select {
	case <-other: // the answer to the same request, if it has one
		return q.stored(ctx)
	case <-ctx.Done():
		return resp, false, q.stopped(ctx)
	}
}

// admit makes a call when there is room for it, unless its answer is there by then. If a
// call of the same request is under way, it returns a channel that is closed at its end.
func (q *request) admit(ctx context.Context, c *choice) (resp llm.Response, done bool, other <-chan struct{}, err error) {
	route := &c.candidate.route
	route.Limiter.Share(route.Share())
	release, err := route.Limiter.Acquire(ctx, q.stage.plan.Owner)
	if err != nil || ctx.Err() != nil {
		if err == nil {
			release()
		}
		return resp, false, nil, q.stopped(ctx)
	}
	defer release()
	key := q.sharedKey()
	if other = q.stage.router.inflight.Join(key); other != nil {
		return resp, false, other, nil
	}
	defer q.stage.router.inflight.Leave(key)
	if time.Since(q.looked) >= lookAgain {
		if resp, done, err = q.stored(ctx); done || err != nil {
			return resp, done, nil, err
		}
	}
	resp, done, err = q.attempt(ctx, c)
	return resp, done, nil, err
}

// attempt makes a call that there is room for, if the provider is still as it was when the
// choice was made.
func (q *request) attempt(ctx context.Context, c *choice) (resp llm.Response, done bool, err error) {
	permit, ok := c.candidate.route.Acquire(q.known())
	if !ok {
		return resp, false, q.missed(ctx) // it has changed meanwhile; choose again
	}
	f, err := q.start(ctx, c.candidate, permit, c.decision, false)
	if err != nil {
		permit.Neutral()
		if errors.Is(err, spend.ErrOverBudget) || errors.Is(err, errTooFast) {
			return resp, false, q.missed(ctx) // others were faster; choose again
		}
		return resp, false, err
	}
	q.misses = 0
	q.wait.endTrial()
	q.round.idle = false
	if h := f.hedging(); h.after > 0 {
		return q.settle(ctx, f.doHedged(ctx, h))
	}
	f.do(ctx, q.stage.plan.hard(), func() {})
	f.alone[0] = f
	return q.settle(ctx, f.alone[:])
}

// sharedKey names the request among those that may share an answer; "" if it may share
// none.
func (q *request) sharedKey() string {
	if q.asked.Key == "" || q.stage.plan.Shared == "" {
		return ""
	}
	return q.asked.Key + " " + q.stage.plan.Shared
}

// lookAgain is how old the last look for a stored answer may be when a call begins.
const lookAgain = 100 * time.Millisecond

// stored returns an answer that was stored since the request was first looked up.
func (q *request) stored(ctx context.Context) (resp llm.Response, found bool, err error) {
	if q.stage.plan.Answered == nil || q.asked.Key == "" {
		return resp, false, nil
	}
	q.looked = time.Now()
	return q.stage.plan.Answered(ctx, q.asked)
}

// freeMisses is how many choices in a row cost no time although they can't be followed, and
// missPause what the next ones cost.
const (
	freeMisses = 3
	missPause  = 100 * time.Millisecond
)

// missed notes that a choice could not be followed: others were faster. However often
// that is so, it is no loop without a pause.
func (q *request) missed(ctx context.Context) error {
	if q.misses++; q.misses <= freeMisses {
		return nil
	}
	if q.sleep(ctx, time.Now().Add(missPause)) != nil {
		return q.stopped(ctx)
	}
	return nil
}

// emit records events, after those that are pending, before the request acts on them.
func (q *request) emit(ctx context.Context, events ...Event) error {
	if len(q.pending) > 0 {
		events = append(q.pending, events...)
		q.pending = nil
	}
	return q.stage.emit(ctx, events...)
}

// announce records what has failed, and what comes after a pause. What comes at once is
// recorded with its beginning: until then the choice may turn out to be one that can't be
// followed, and no try is announced that is not made.
func (q *request) announce(ctx context.Context, c *choice) error {
	q.announced = c.announcement()
	if time.Until(c.at) > 0 {
		return q.emit(ctx, q.takeAnnounced()...)
	}
	return q.emit(ctx)
}

// takeAnnounced returns what the coming try is, which is to be recorded once.
func (q *request) takeAnnounced() []Event {
	events := q.announced
	q.announced = nil
	q.again = false
	return events
}

// sleep waits until a time, or until an operator wants no more of it.
func (q *request) sleep(ctx context.Context, until time.Time) error {
	wait := time.Until(until)
	if until.IsZero() || wait <= 0 {
		return nil
	}
	hurry, _ := q.stage.expedited()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-hurry:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// transitions returns the transitions of a provider's breakers, having saved them and woken
// the requests that wait for them.
func (q *request) transitions(ctx context.Context, r *health.Route) []Event {
	transitions := q.stage.router.health.Save(ctx, r)
	events := make([]Event, len(transitions))
	for i, t := range transitions {
		events[i] = BreakerTransition{Transition: t}
	}
	return events
}

// stopped returns the error of a request that ctx has ended, having recorded what is pending.
func (q *request) stopped(ctx context.Context) error {
	if len(q.pending) > 0 {
		if err := q.emit(context.WithoutCancel(ctx)); err != nil {
			return err
		}
	}
	if cause := context.Cause(ctx); !errors.Is(cause, errStageTime) {
		return canceled(cmp.Or(cause, inflight.ErrLeft))
	}
	end := TriesSpent
	if q.wait.waited {
		end = WaitSpent
	}
	if q.faults.primary == nil {
		q.faults.primary = &health.Fault{Err: failure.New(failure.Budget,
			fmt.Sprintf("%s, and no model could be asked about %s in that time", errStageTime, q.asked.Unit),
			"retry: the stage's time starts over; a recipe with a larger max_stage_seconds gives it more")}
	}
	q.choice.clear(Decision{Round: q.round.number, At: time.Now(), Why: errStageTime.Error()})
	return (&ending{q: q, end: end}).givenUp()
}
