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
	"github.com/cineforge/cineforge/llm/inflight"
	"github.com/cineforge/cineforge/llm/spend"
)

// question is one request on its way to an answer. It is used by one goroutine.
type question struct {
	*Stage
	req    llm.Request // as the module means it
	name   RequestID
	number uint64
	input  int // tokens of the question, roughly
	need   int // the same with its answer
	order  []*seat

	round   int
	subject string // names the question for the breakers, also after it was suspended
	key     string // of the question in this round, for the same
	left    int    // attempts in this round
	first   int    // where this round begins in the order
	idle    bool   // whether nobody was asked in it yet
	idles   int    // rounds in a row in which nobody was
	seats   []attempts
	vendors []vendor // by provider

	current *seat     // who was asked last
	last    *Fault    // how that failed
	kept    *Fault    // what it waited for, in the round before
	telling *Fault    // the failure that says most about why there is no answer
	curable bool      // whether that could have passed
	rested  time.Time // until when those rest that failed in this round
	drowsy  time.Time // since when it waits for the next round
	waited  bool
	again   bool      // whether the next try is a further one
	hedged  *flight   // the last second call
	silent  bool      // whether it has waited for an answer that did not begin
	looked  time.Time // when it was last looked whether its answer is stored
	naps    int       // how often the machine slept while it waited for an answer
	misses  int       // choices in a row that could not be followed
	waits   bool      // whether it is told that it waits for another question's trial
	awaits  time.Time // since when it does
	untold  []Event   // to be told with what comes next
	coming  []Event   // what the coming try is, told when it is made

	few struct { // what seats and vendors are kept in, unless there are more
		seats   [4]attempts
		vendors [4]vendor
	}
}

// attempts is what a question has come to at one candidate.
type attempts struct {
	round   int            // tries in this round
	lap     bool           // it was asked in this lap: since all that may be asked were
	failed  *failure.Error // the last one
	ended   time.Time      // when that was
	refused string         // why it is not asked this question any more
	change  change         // of the request for it
	bad     int            // answers that could not be used
	changed bool           // the request was changed after the last one
	silent  bool           // it has not begun to answer, or stopped, in this round

	doubtful  bool // it has just refused, and is asked once more whether it meant that
	bare      int  // refusals that any proxy may have answered
	bareSince time.Time
}

// again reports whether the candidate is to be asked once more, since its answer was of no use.
func (a *attempts) again() bool {
	if a.failed == nil || a.refused != "" {
		return false
	}
	return a.failed.Effect.Retryable && (a.failed.Class == failure.BadOutput || a.failed.Class == failure.ContentPolicy)
}

// vendor is what a round has come to at one provider.
type vendor struct {
	out    string         // why none of its models is asked again; "" if they may be
	failed *failure.Error // how it failed last; nil if it was not asked
}

func (s *Stage) question(req llm.Request) *question {
	q := &question{
		Stage: s, req: req, name: RequestID{req.Unit, req.Role, req.Key}, number: s.router.number(), input: inputTokens(req), need: tokensOf(req),
		order: s.order(req.Role), looked: time.Now(), subject: strings.Join([]string{s.plan.Owner, req.Unit, string(req.Role), req.Key}, "\x00"),
	}
	q.seats, q.vendors = append(q.few.seats[:0], make([]attempts, len(s.seats))...), append(q.few.vendors[:0], make([]vendor, s.vendors)...)
	if w, ok := s.plan.Waits[RequestID{Unit: req.Unit, Role: req.Role}]; ok {
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
	q.kept = w.Last
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
	q.idle = true
	q.key = strconv.FormatUint(q.number, 10) + "/" + strconv.Itoa(q.round)
	q.left, q.first = q.plan.MaxAttempts, first
	q.drowsy = time.Time{}
	for i := range q.seats {
		q.seats[i].round, q.seats[i].silent = 0, false
	}
	clear(q.vendors)
}

// leave ends the trials that the question has left.
func (q *question) leave() {
	freed := false
	for _, s := range q.order {
		freed = s.provider.end(s, q.number) || freed
	}
	if freed {
		q.router.wake(false)
	}
}

// answer asks until there is an answer, or no hope.
func (q *question) answer(ctx context.Context) (llm.Response, error) {
	for {
		if ctx.Err() != nil || q.plan.hard().Err() != nil {
			return llm.Response{}, q.stopped(ctx)
		}
		heard := ears{q.router.change(), q.called()}
		c := q.choose(time.Now())
		if c.seat == nil {
			rest := q.rest
			if c.awaited() {
				rest = func(ctx context.Context, c choice) error { return q.await(ctx, c, heard) }
			}
			if err := rest(ctx, c); err != nil {
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
	resp, done, other, err := q.admitted(ctx, c)
	if other != nil {
		return q.awaitShared(ctx, other)
	}
	return resp, done, err
}

// admitted makes a call when there is room for it, unless its answer is there by then. If a
// call of the same question is under way, it returns a channel that is closed at its end.
func (q *question) admitted(ctx context.Context, c choice) (resp llm.Response, done bool, other <-chan struct{}, err error) {
	c.seat.limiter.Share(c.seat.provider.share(c.seat.model))
	release, err := c.seat.limiter.Acquire(ctx, q.plan.Owner)
	if err != nil || ctx.Err() != nil {
		if err == nil {
			release()
		}
		return resp, false, nil, q.stopped(ctx)
	}
	defer release()
	key := q.sharedKey()
	if other = q.router.inflight.Join(key); other != nil {
		return resp, false, other, nil
	}
	defer q.router.inflight.Leave(key)
	if time.Since(q.looked) >= lookAgain {
		if resp, done, err = q.answered(ctx); done || err != nil {
			return resp, done, nil, err
		}
	}
	resp, done, err = q.permitted(ctx, c)
	return resp, done, nil, err
}

// permitted makes a call that there is room for, if the provider is still as it was when
// the choice was made.
func (q *question) permitted(ctx context.Context, c choice) (resp llm.Response, done bool, err error) {
	its, ok := c.seat.provider.acquire(q, c.seat)
	if !ok {
		return resp, false, q.missed(ctx) // it has changed meanwhile; choose again
	}
	f, err := q.begun(ctx, c.seat, its, c.decision, false)
	if err != nil {
		its.neutral()
		if errors.Is(err, spend.ErrOverBudget) || errors.Is(err, errTooFast) {
			return resp, false, q.missed(ctx) // others were faster; choose again
		}
		return resp, false, err
	}
	q.misses, q.waits, q.awaits, q.idle = 0, false, time.Time{}, false
	return q.landed(ctx, q.fly(ctx, c, f))
}

// freeMisses is how many choices in a row cost no time although they can't be followed, and
// missPause what the next ones cost.
const (
	freeMisses = 3
	missPause  = 100 * time.Millisecond
)

// missed notes that a choice could not be followed: others were faster. However often
// that is so, it is no loop without a pause.
func (q *question) missed(ctx context.Context) error {
	if q.misses++; q.misses <= freeMisses {
		return nil
	}
	if q.sleep(ctx, time.Now().Add(missPause)) != nil {
		return q.stopped(ctx)
	}
	return nil
}

// announce records what has failed, and what comes after a pause. What comes at once is
// recorded with its beginning: until then the choice may turn out to be one that can't be
// followed, and no try is announced that is not made.
func (q *question) announce(ctx context.Context, c choice) error {
	events := q.untold
	q.untold, q.coming = nil, q.follows(c)
	if time.Until(c.at) > 0 {
		events = append(events, q.coming...)
		q.coming, q.again = nil, false
	}
	if len(events) == 0 {
		return nil
	}
	return q.observer.Observe(ctx, events...)
}

// follows returns what the try of a choice is, if it is not simply the first choice.
func (q *question) follows(c choice) (events []Event) {
	before := cmp.Or(q.last, c.cause(), q.kept)
	switch {
	case q.again && before != nil:
		events = append(events, StageRetrying{q.name, before, c.decision})
	case time.Until(c.at) > time.Second:
		events = append(events, StageWaiting{RequestID: q.name, Until: c.at, Last: cmp.Or(q.last, c.keeps), Decision: c.decision})
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
		events = append(events, StageFallback{q.name, from.Candidate, last, c.decision})
	}
	return events
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
		events[i] = BreakerTransition{t}
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
		return canceled(cmp.Or(cause, inflight.ErrLeft))
	}
	end := TriesSpent
	if q.waited {
		end = WaitSpent
	}
	if q.telling == nil {
		q.telling = &Fault{Err: failure.New(failure.Budget, fmt.Sprintf("%s, and nobody could be asked about %s in it", errStageTime, q.name.Unit),
			"retry: the stage's time begins anew; a recipe with a larger max_stage_seconds gives it more")}
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
	return neutral("the question was given up by its caller", err)
}

// neutral is the failure of a call that this program ended, which says nothing about anybody.
func neutral(why string, err error) *failure.Error {
	return &failure.Error{Class: failure.Canceled, Message: why, Err: err, Effect: failure.EffectOf(failure.Canceled)}
}
