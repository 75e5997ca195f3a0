package chain

import (
	"cmp"
	"context"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/backoff"
)

// wait is the waiting of a request for a time at which a candidate may be able to answer.
type wait struct {
	q       *request
	retryAt time.Time     // until when candidates rest that failed in this round
	since   time.Time     // since when it waits for the next round
	cause   *health.Fault // what it waited for, in the round before
	waited  bool          // whether it ever has

	trialSince    time.Time // since when it waits for another request's trial
	trialReported bool      // whether that is recorded
}

// wakeups are what ends a wait early: something was found out about a provider, or an
// operator wants no more waiting. They are taken before a request looks whether it has to
// wait, so that no news in between is missed.
type wakeups struct{ changed, expedite <-chan struct{} }

func (s *Stage) newWakeups() wakeups {
	hurry, _ := s.expedited()
	return wakeups{changed: s.router.health.Changed(), expedite: hurry}
}

// resume begins the round after a wait that the request was suspended for.
func (w *wait) resume(stored Wait) {
	q := w.q
	q.round.number = stored.Round
	w.retryAt = stored.Until
	w.waited = true
	w.cause = stored.Last
	q.again = true
	if last := stored.Last; last != nil {
		q.faults = faults{last: last, primary: last, recoverable: true}
		for _, c := range q.round.order {
			if c.Provider == last.Provider && c.Name == last.Model {
				q.round.current = c
			}
		}
	}
	q.beginRound(w.nextFirst())
}

// finish waits for what is left of the wait that the request was suspended for, as
// long as it is still like that: what it waits for may have changed meanwhile.
func (w *wait) finish(ctx context.Context) error {
	for {
		woken := w.q.stage.newWakeups()
		_, hurried := w.q.stage.expedited()
		if now := time.Now(); hurried || !w.retryAt.After(now) || !w.stillWaits(now) {
			return nil
		}
		if err := w.until(ctx, w.retryAt, woken); err != nil {
			return err
		}
	}
}

// stillWaits reports whether no candidate can be asked before the time that the request
// waits for, give or take a second.
func (w *wait) stillWaits(now time.Time) bool {
	var first time.Time
	for _, c := range w.q.round.order {
		a := w.q.available(c, now)
		if a.Free() {
			return false
		}
		if !a.RetryAt.IsZero() && (first.IsZero() || a.RetryAt.Before(first)) {
			first = a.RetryAt
		}
	}
	return first.Sub(w.retryAt).Abs() <= time.Second
}

// forRound waits until a candidate can be asked, and begins a new round. It returns an
// error if there is none to wait for, or no time.
func (w *wait) forRound(ctx context.Context) error {
	q, c := w.q, &w.q.choice
	began := c.decision.At
	w.retryAt = began.Add(roundPause(q.round.number, q.stage.router.random))
	cause := c.firstCause()
	afterIdle := w.afterIdle(began)
	var reported time.Time
	for {
		woken := q.stage.newWakeups()
		now := time.Now()
		for i, o := range q.round.order {
			c.available[i] = q.available(o, now)
		}
		c.decision.At = now
		c.explain()
		c.cause = cmp.Or(c.firstCause(), cause)
		w.cause = c.cause
		until, end := w.next(now)
		patience, _ := q.stage.patience()
		c.last = end == "" && !until.Before(patience)
		if !until.After(now) {
			until = afterIdle
		}
		switch {
		case end != "":
			c.at = until
			return q.giveUp(ctx, end)
		case until.After(now) && until.Sub(reported).Abs() > time.Second && !(q.round.idle && until.Sub(now) <= time.Second):
			if err := w.report(ctx, until); err != nil {
				return err
			}
			reported = until
		}
		if !until.After(now) {
			if now.Sub(began) >= time.Second {
				q.round.idleRounds = 0 // it has waited
			}
			q.beginRound(w.nextFirst())
			q.again = true
			return nil
		}
		w.waited = true
		if err := w.until(ctx, until, woken); err != nil {
			return err
		}
	}
}

// afterIdle returns when the next round may begin if nothing else keeps it: at once,
// unless no candidate was asked in this one. Such a round is not free, however it comes
// about, and less so if it comes again without a wait.
func (w *wait) afterIdle(now time.Time) time.Time {
	r := &w.q.round
	if !r.idle {
		r.idleRounds = 0
		return now
	}
	r.idleRounds++
	return now.Add(idlePause(r.idleRounds, w.q.stage.router.random))
}

// idlePause is how long a request pauses after n rounds in a row, without a wait, in which
// no candidate was asked.
func idlePause(n int, random func() float64) time.Duration {
	return backoff.Policy{Base: missPause, Cap: 5 * time.Second, Floor: missPause, Ratio: 0.25}.Delay(n, random)
}

// forTrial waits for the outcome of another request's trial. That is recorded if it takes a
// while.
//
// The request leaves the trials that it holds itself: of two that each waited for a trial of
// the other, neither would ever end.
func (w *wait) forTrial(ctx context.Context, woken wakeups) error {
	w.q.leave()
	c := &w.q.choice
	until := c.decision.At.Add(health.PollEvery)
	switch {
	case w.trialSince.IsZero():
		w.trialSince = c.decision.At
	case !w.trialReported && c.decision.At.Sub(w.trialSince) >= health.PollEvery:
		w.trialReported = true
		c.decision.Why = "another request checks whether a candidate answers"
		if err := w.report(ctx, until); err != nil {
			return err
		}
	}
	return w.until(ctx, until, woken)
}

// endTrial notes that no trial is waited for.
func (w *wait) endTrial() {
	w.trialSince = time.Time{}
	w.trialReported = false
}

// report records that the request waits, and what for.
func (w *wait) report(ctx context.Context, until time.Time) error {
	q, c := w.q, &w.q.choice
	last := cmp.Or(q.faults.last, c.firstCause(), c.cause)
	d := c.decision
	if last == nil && len(c.available) > 0 && c.available[0].Detail != "" {
		d.Why = c.available[0].Detail // such as that an operator holds it
	}
	d.At = until
	if d.Next = "a new round"; c.last {
		d.Next = "the stage fails, unless a candidate can be asked before"
	}
	return q.emit(ctx, StageWaiting{RequestID: q.id(), Until: until, Last: last, Decision: d, GivesUp: c.last})
}

// next returns until when to wait, or why not to.
func (w *wait) next(now time.Time) (until time.Time, end End) {
	q := w.q
	guessed := false    // whether any of the times is our guess
	probed := false     // whether any is the latest at which a probe ends, which may be at any moment
	overBudget := false // whether only the budget is missing
	for i, o := range q.round.order {
		a := &q.choice.available[i]
		at, guess := w.eligibleAt(o, a, now)
		overBudget = overBudget || a.Reason == OverBudget
		if at.IsZero() {
			continue
		}
		guessed = guessed || guess
		probed = probed || a.Reason == health.Probing
		if until.IsZero() || at.Before(until) {
			until = at
		}
	}
	if early := personRetryAt(q.choice.available, until); early.Before(until) {
		until = early
		guessed = true
	}
	limit, _ := q.stage.patience()
	primary := q.faults.primary
	switch {
	case until.IsZero() && overBudget:
		return until, MoneySpent
	case until.IsZero() && primary != nil && primary.Err.Class == failure.BadOutput:
		return until, TriesSpent
	case until.IsZero():
		return until, Hopeless
	case q.stage.plan.MaxWait == 0:
		return until, TriesSpent
	case w.waited && !now.Before(limit):
		return until, WaitSpent
	case until.After(limit) && (w.waited && guessed || probed && now.Before(limit)):
		return limit, "" // what we guess may come earlier
	case until.After(limit):
		return until, TriesSpent
	}
	return until, ""
}

// personRetryAt returns when the first of the candidates is asked again that take a person,
// if that is before a time that is waited until for others; a person alone is not waited for.
func personRetryAt(available []health.Availability, until time.Time) time.Time {
	for i := range available {
		if at := available[i].PersonRetryAt; !at.IsZero() && at.Before(until) {
			until = at
		}
	}
	return until
}

// eligibleAt returns when a candidate may be able to answer, zero if no time will do, and
// whether that is a guess.
func (w *wait) eligibleAt(c *candidate, a *health.Availability, now time.Time) (at time.Time, guess bool) {
	r := &w.q.round
	tried := r.of(c)
	switch {
	case a.OthersFault && r.fresh(c), a.Free() && tried.revised && tried.refused == "":
		return now, true // it is asked in the next round, without a wait
	case a.Free() && tried.asksAgain() && w.q.stage.plan.MaxAttempts > 1:
		return w.retryAt, true
	case !a.Free():
		return a.RetryAt, !a.Stated
	case r.provider(c).out != "":
		return w.retryAt, true // its provider rests, whether or not it was asked itself
	case tried.tries == 0 && !(tried.lap && health.Transient(tried.failed)), tried.doubtful:
		return now, true // its turn did not come in this round
	case tried.failed == nil || health.CoolsDown(tried.failed):
		return now, true // what kept it is over
	case health.Transient(tried.failed) && c.route.AnsweredAfter(tried.ended):
		return now, true // others were answered meanwhile
	case health.Transient(tried.failed):
		return w.retryAt, true
	}
	return time.Time{}, false
}

// nextFirst returns where the next round begins in the order: at the first candidate that
// this lap has not come to, since the round was too short, else after the one that was asked
// last, with a new lap.
func (w *wait) nextFirst() int {
	q := w.q
	if q.round.current == nil {
		return 0
	}
	now := time.Now()
	for i, c := range q.round.ahead {
		if !q.round.fresh(c) {
			continue
		}
		if a := q.available(c, now); a.Free() {
			return i
		}
	}
	q.round.beginLap()
	return (q.round.place(q.round.current) + 1) % len(q.round.order)
}

// until waits until a time, or until a candidate may be available earlier. It returns a
// [*Suspended] if all of the stage waits, and for long, and the error of the request if ctx
// has ended.
func (w *wait) until(ctx context.Context, at time.Time, woken wakeups) error {
	err := w.pause(ctx, at, woken)
	if err == nil || isSuspended(err) {
		return err
	}
	return w.q.stopped(ctx)
}

// pause is until with the error of ctx.
func (w *wait) pause(ctx context.Context, at time.Time, woken wakeups) error {
	s := w.q.stage
	clock := s.router.health.Clock()
	long := s.plan.LongestWait > 0 && time.Until(at) > s.plan.LongestWait
	if long {
		if w.since.IsZero() {
			w.since = time.Now()
		}
		s.suspension.enter(w.q, longWait{since: w.since, until: at})
		defer s.suspension.leave(w.q)
	}
	slept := clock.Total()
	for poll := settled; ; poll = health.PollEvery {
		pause := time.Until(at)
		if pause <= 0 {
			return nil
		}
		if pause = min(pause, health.PollEvery); long {
			pause = min(pause, poll)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
			clock.Check()
			if gone := clock.Total() - slept; gone > 0 {
				w.retryAt = w.retryAt.Add(-gone)
				return nil // what it waits for is nearer
			}
			if long {
				if err := s.suspension.suspend(); err != nil {
					return err
				}
			}
			s.router.health.Sync(ctx)
			continue
		case <-s.suspension.suspended:
			timer.Stop()
			return s.suspension.suspend()
		case <-woken.changed:
		case <-woken.expedite:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		timer.Stop()
		select {
		case <-woken.expedite: // both may be so
			w.retryAt = time.Now()
		default:
		}
		return nil
	}
}
