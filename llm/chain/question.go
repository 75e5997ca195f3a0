package chain

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"cineforge/failure"
	"cineforge/llm"
)

// question is one request on its way to an answer. It is used by one goroutine.
type question struct {
	*Stage
	req    llm.Request // as the module means it
	name   Question
	number uint64
	input  int // tokens of the question, roughly
	need   int // the same with its answer
	order  []*seat

	round   int
	key     string // of the question in this round, for the breakers
	left    int    // attempts in this round
	first   int    // where this round begins in the order
	seats   []attempts
	vendors []vendor // by provider

	current *seat     // who was asked last
	last    *Fault    // how that failed
	telling *Fault    // the failure that says most about why there is no answer
	curable bool      // whether that could have passed
	rested  time.Time // until when those rest that failed in this round
	drowsy  time.Time // since when it waits for the next round
	waited  bool
	again   bool    // whether the next try is a further one
	hedged  *flight // the last second call
	untold  []Event // to be told with what comes next
}

// attempts is what a question has come to at one candidate.
type attempts struct {
	round   int            // tries in this round
	failed  *failure.Error // the last one
	refused string         // why it is not asked this question any more
	change  change         // of the request for it
	bad     int            // answers that could not be used
	changed bool           // the request was changed after the last one
}

// vendor is what a round has come to at one provider.
type vendor struct {
	out    string         // why it is not asked again; "" if it may be
	failed *failure.Error // how it failed last; nil if it was not asked
}

func (s *Stage) question(req llm.Request) *question {
	q := &question{
		Stage: s, req: req, name: Question{req.Unit, req.Role, req.Key}, number: s.router.number(), input: inputTokens(req), need: tokensOf(req),
		order: s.order(req.Role), seats: make([]attempts, len(s.seats)), vendors: make([]vendor, s.vendors),
	}
	if w, ok := s.plan.Waits[Question{Unit: req.Unit, Role: req.Role}]; ok {
		q.takeUp(w)
		return q
	}
	q.begin(0)
	return q
}

// takeUp begins the round behind a wait that the question was suspended for.
func (q *question) takeUp(w Wait) {
	q.round, q.rested = w.Round, w.Until
	q.waited, q.again = true, true
	if w.Last != nil {
		q.last, q.telling, q.curable = w.Last, w.Last, true
		for _, s := range q.order {
			if s.Provider == w.Last.Provider && s.Name == w.Last.Model {
				q.current = s
			}
		}
	}
	q.begin(q.behind())
}

// sleepOn waits for what is left of the wait that the question was suspended for, as
// long as it is still like that: what it waits for may have changed while nobody looked.
func (q *question) sleepOn(ctx context.Context) error {
	for {
		heard := ears{q.router.change(), q.called()}
		q.mu.Lock()
		hurried := q.hurried
		q.mu.Unlock()
		if now := time.Now(); hurried || !q.rested.After(now) || !q.stillWaits(now) {
			return nil
		}
		err := q.doze(ctx, q.rested, heard)
		if err != nil && !suspended(err) {
			err = q.stopped(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// stillWaits reports whether nobody can be asked before the time that the question
// waits for, give or take a second.
func (q *question) stillWaits(now time.Time) bool {
	var first time.Time
	for _, s := range q.order {
		l := q.look(s, now)
		if l.free() {
			return false
		}
		if !l.again.IsZero() && (first.IsZero() || l.again.Before(first)) {
			first = l.again
		}
	}
	return first.Sub(q.rested).Abs() <= time.Second
}

// begin begins a round at a place in the order.
func (q *question) begin(first int) {
	q.round++
	q.key = strconv.FormatUint(q.number, 10) + "/" + strconv.Itoa(q.round)
	q.left, q.first = q.plan.MaxAttempts, first
	q.drowsy = time.Time{}
	for i := range q.seats {
		q.seats[i].round = 0
	}
	clear(q.vendors)
}

// answer asks until there is an answer, or no hope.
func (q *question) answer(ctx context.Context) (llm.Response, error) {
	for {
		if err := ctx.Err(); err != nil {
			return llm.Response{}, q.stopped(ctx)
		}
		c := q.choose(time.Now())
		if c.seat == nil {
			if err := q.rest(ctx, c); err != nil {
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
func (q *question) take(ctx context.Context, c choice) (resp llm.Response, done bool, err error) {
	if err := q.announce(ctx, c); err != nil {
		return resp, false, err
	}
	if err := q.sleep(ctx, c.at); err != nil {
		return resp, false, q.stopped(ctx)
	}
	c.seat.limiter.Share(c.seat.provider.share(c.seat.model))
	release, err := c.seat.limiter.Acquire(ctx, q.plan.Owner)
	if err != nil {
		return resp, false, q.stopped(ctx)
	}
	defer release()
	its, ok := c.seat.provider.acquire(c.seat, q.key)
	if !ok {
		return resp, false, nil // it has changed meanwhile; choose again
	}
	f, err := q.begun(ctx, c.seat, its, c.decision)
	if err != nil {
		its.neutral()
		if errors.Is(err, errBroke) {
			return resp, false, nil // others have spent it meanwhile; choose again
		}
		return resp, false, err
	}
	return q.landed(ctx, q.fly(ctx, c, f))
}

// announce tells what is about to happen, if it is not simply the first choice.
func (q *question) announce(ctx context.Context, c choice) error {
	events := q.untold
	q.untold = nil
	switch {
	case q.again:
		events = append(events, Retrying{q.name, q.last, c.decision})
	case time.Until(c.at) > time.Second:
		events = append(events, Waiting{q.name, c.at, c.keeps, c.decision})
	}
	from := q.current
	if from == nil {
		from = q.order[0]
	}
	if from != c.seat {
		last := q.last
		if last == nil {
			last = c.looks[0].keeps
		}
		events = append(events, Falling{q.name, from.Candidate, last, c.decision})
	}
	if q.again = false; len(events) == 0 {
		return nil
	}
	return q.observer.Observe(ctx, events...)
}

// sleep waits until a time, or until an operator wants no more of it.
func (q *question) sleep(ctx context.Context, until time.Time) error {
	wait := time.Until(until)
	if until.IsZero() || wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-q.called():
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// turned returns the turns of a provider's breakers, having saved them and woken
// those who wait for them.
func (q *question) turned(ctx context.Context, p *provider) []Event {
	turns, _ := q.router.save(ctx, p, func(*provider) {}) // what can't be kept is lost, and is kept when it changes again
	events := make([]Event, len(turns))
	for i, t := range turns {
		events[i] = Turned{t}
	}
	return events
}

// stopped returns the error of a question that ctx has ended, having told what was
// left to tell.
func (q *question) stopped(ctx context.Context) error {
	if len(q.untold) > 0 {
		if err := q.observer.Observe(context.WithoutCancel(ctx), q.untold...); err != nil {
			return err
		}
		q.untold = nil
	}
	if cause := context.Cause(ctx); !errors.Is(cause, errStageTime) {
		return canceled(cause)
	}
	end := TriesSpent
	if q.waited {
		end = WaitSpent
	}
	if q.telling == nil {
		q.telling = &Fault{Err: failure.New(failure.Budget, fmt.Sprintf("%s, and nobody could be asked about %s in it", errStageTime, q.name.Unit),
			"raise max_stage_seconds in the recipe, then retry")}
	}
	return q.giveUp(end, choice{decision: Decision{Round: q.round, At: time.Now(), Why: errStageTime.Error()}})
}

// typed returns the failure that an error is; an error that nobody classified is this
// program's fault.
func typed(err error) *failure.Error {
	if f, ok := errors.AsType[*failure.Error](err); ok {
		return f
	}
	return &failure.Error{Class: failure.ClassOf(err), Message: err.Error(), Err: err, Effect: failure.EffectOf(failure.ClassOf(err))}
}

func canceled(err error) *failure.Error {
	return &failure.Error{Class: failure.Canceled, Message: "the question was given up by its caller", Err: err, Effect: failure.EffectOf(failure.Canceled)}
}
