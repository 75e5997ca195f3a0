package chain

import (
	"context"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/backoff"
)

// rest waits until somebody can be asked, and begins a new round. It returns an
// error if there is nobody to wait for, or no time.
func (q *question) rest(ctx context.Context, c choice) error {
	q.rested = c.decision.At.Add(between(q.round, q.router.o.Random))
	began, keeps := c.decision.At, c.cause()
	nothing := q.afterNothing(began)
	var told time.Time
	for {
		// What is said after this is heard, also if it is said before the question sleeps.
		ears := ears{q.router.change(), q.called()}
		now := time.Now()
		for i, s := range q.order {
			c.looks[i] = q.look(s, now)
		}
		c.decision.At = now
		c = q.explained(c).because(keeps)
		q.kept = c.keeps
		until, end := q.outlook(c.looks, now)
		c.last = end == "" && !until.Before(q.patience())
		if !until.After(now) {
			until = nothing
		}
		switch {
		case end != "":
			c.at = until
			return q.ended(ctx, c, end)
		case until.After(now) && until.Sub(told).Abs() > time.Second && !(q.idle && until.Sub(now) <= time.Second):
			if err := q.tellWaiting(ctx, c, until); err != nil {
				return err
			}
			told = until
		}
		if !until.After(now) {
			if now.Sub(began) >= time.Second {
				q.idles = 0 // it has waited
			}
			q.begin(q.behind())
			q.again = true
			return nil
		}
		q.waited = true
		if err := q.doze(ctx, until, ears); suspended(err) {
			return err
		} else if err != nil {
			return q.stopped(ctx)
		}
	}
}

// afterNothing returns when the next round may begin if nothing else keeps it: at once,
// unless nobody was asked in this one. Such a round is not free, however it comes about, and
// less so if it comes again without a wait.
func (q *question) afterNothing(now time.Time) time.Time {
	if !q.idle {
		q.idles = 0
		return now
	}
	q.idles++
	return now.Add(idlePause(q.idles, q.router.o.Random))
}

// idlePause is how long a question pauses after n rounds in a row, without a wait, in which
// nobody was asked.
func idlePause(n int, random func() float64) time.Duration {
	return backoff.Policy{Base: missPause, Cap: 5 * time.Second, Floor: missPause, Ratio: 0.25}.Delay(n, random)
}

// lookEvery is how often a waiting question looks at what other processes know, and whether
// the machine has slept.
const lookEvery = 3 * time.Second

// awaited reports whether nothing but another question's trial keeps a candidate from
// being asked. Its outcome is waited for within the round: that is soon, and takes no
// patience.
func (c choice) awaited() bool {
	return slices.ContainsFunc(c.looks, func(l look) bool { return l.trial })
}

// await waits for the outcome of another question's trial. It is told if it takes a while.
func (q *question) await(ctx context.Context, c choice, heard ears) error {
	until := c.decision.At.Add(lookEvery)
	switch {
	case q.awaits.IsZero():
		q.awaits = c.decision.At
	case !q.waits && c.decision.At.Sub(q.awaits) >= lookEvery:
		q.waits = true
		c.decision.Why = "another question finds out whether a candidate can be asked"
		if err := q.tellWaiting(ctx, c, until); err != nil {
			return err
		}
	}
	if err := q.doze(ctx, until, heard); suspended(err) {
		return err
	} else if err != nil {
		return q.stopped(ctx)
	}
	return nil
}

// cause returns the first failure that keeps a candidate from being asked, nil if none does.
func (c choice) cause() *Fault {
	for _, l := range c.looks {
		if l.keeps != nil {
			return l.keeps
		}
	}
	return nil
}

// because returns a choice that is for a reason, if it has none of its own.
func (c choice) because(f *Fault) choice {
	if c.keeps = c.cause(); c.keeps == nil {
		c.keeps = f
	}
	return c
}

// ears are what a question that waits listens to: what is found out of providers, and
// an operator who wants no more waiting.
type ears struct{ changed, called <-chan struct{} }

// tellWaiting tells that the question waits, and what for.
func (q *question) tellWaiting(ctx context.Context, c choice, until time.Time) error {
	last := q.last
	if last == nil {
		last = c.because(c.keeps).keeps
	}
	if last == nil && len(c.looks) > 0 && c.looks[0].verdict.Detail != "" {
		c.decision.Why = c.looks[0].verdict.Detail // such as that an operator holds it
	}
	c.decision.At = until
	if c.decision.Next = "a new round"; c.last {
		c.decision.Next = "the stage fails, unless a candidate can be asked before"
	}
	events := append(q.untold, StageWaiting{q.name, until, last, c.decision, c.last})
	q.untold = nil
	return q.observer.Observe(ctx, events...)
}

// outlook says until when to wait, or why not to.
func (q *question) outlook(looks []look, now time.Time) (until time.Time, end End) {
	guessed, over := false, false // whether any of the times is our guess; whether only money is missing
	for i, s := range q.order {
		at, guess := q.hope(looks[i], s, now)
		over = over || looks[i].verdict.Reason == OverBudget
		if at.IsZero() {
			continue
		}
		guessed = guessed || guess
		if until.IsZero() || at.Before(until) {
			until = at
		}
	}
	if early := mended(looks, until); early.Before(until) {
		until, guessed = early, true
	}
	limit := q.patience()
	switch {
	case until.IsZero() && over:
		return until, MoneySpent
	case until.IsZero() && q.telling != nil && q.telling.Err.Class == failure.BadOutput:
		return until, TriesSpent
	case until.IsZero():
		return until, Hopeless
	case q.plan.MaxWait == 0:
		return until, TriesSpent
	case q.waited && !now.Before(limit):
		return until, WaitSpent
	case until.After(limit) && q.waited && guessed:
		return limit, "" // what we guess may come earlier
	case until.After(limit):
		return until, TriesSpent
	}
	return until, ""
}

// mended returns when the first of those is asked again that takes a person, if that is
// before a time that is waited until for others; a person alone is not waited for.
func mended(looks []look, until time.Time) time.Time {
	for _, l := range looks {
		if !l.ends.IsZero() && l.ends.Before(until) {
			until = l.ends
		}
	}
	return until
}

// hope returns when a candidate may be able to answer, zero if no time will do, and
// whether that is a guess.
func (q *question) hope(l look, s *seat, now time.Time) (at time.Time, guess bool) {
	a := &q.seats[s.at]
	switch {
	case l.spared && q.fresh(s), l.free() && a.changed && a.refused == "":
		return now, true // it is asked in the next round, without a wait
	case l.free() && a.again() && q.plan.MaxAttempts > 1:
		return q.rested, true
	case !l.free():
		return l.again, !l.stated
	case q.vendors[s.vendor].out != "":
		return q.rested, true // its provider rests, whether or not it was asked itself
	case a.round == 0 && !(a.lap && transient(a.failed)), a.doubtful:
		return now, true // its turn did not come in this round
	case a.failed == nil || gates(a.failed):
		return now, true // what kept it is over
	case transient(a.failed) && q.since(s, a.ended):
		return now, true // others were answered meanwhile
	case transient(a.failed):
		return q.rested, true
	}
	return time.Time{}, false
}

// since reports whether a candidate has answered others after a time, and not failed since.
func (q *question) since(s *seat, at time.Time) bool {
	s.provider.mu.Lock()
	defer s.provider.mu.Unlock()
	return s.model.answered.After(at)
}

// behind returns where the next round begins in the order: at the first one that this lap has
// not come to, since the round was too short, else behind the last one that was asked, with
// a new lap.
func (q *question) behind() int {
	if q.current == nil {
		return 0
	}
	now := time.Now()
	for i, s := range q.ahead {
		if q.fresh(s) && q.look(s, now).free() {
			return i
		}
	}
	for i := range q.seats {
		q.seats[i].lap = false
	}
	return (q.place(q.current) + 1) % len(q.order)
}

// doze waits until a time, or until somebody may be available earlier. It returns a
// [*Suspended] if all of the stage waits, and for long.
func (q *question) doze(ctx context.Context, until time.Time, ears ears) error {
	long := q.plan.LongestWait > 0 && time.Until(until) > q.plan.LongestWait
	if long {
		q.sleepers.fall(q, until)
		defer q.sleepers.wake(q)
	}
	slept := q.router.clock.Total()
	for look := settled; ; look = lookEvery {
		wait := time.Until(until)
		if wait <= 0 {
			return nil
		}
		if wait = min(wait, lookEvery); long {
			wait = min(wait, look)
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
			q.router.clock.Check()
			if long := q.router.clock.Total() - slept; long > 0 {
				q.rested = q.rested.Add(-long)
				return nil // what it waits for is nearer
			}
			if long {
				if err := q.sleepers.suspend(); err != nil {
					return err
				}
			}
			q.router.sync(ctx)
			continue
		case <-q.sleepers.woken:
			timer.Stop()
			return q.sleepers.suspend()
		case <-ears.changed:
		case <-ears.called:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		timer.Stop()
		select {
		case <-ears.called: // both may be so
			q.rested = time.Now()
		default:
		}
		return nil
	}
}
