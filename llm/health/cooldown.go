package health

import (
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/backoff"
)

// cooldown keeps a key from a model, or from all models of a provider, until a time. After
// one that was set for asking too often, requests go on one after the other; where a person
// has to act, one request goes first, and the others wait for its outcome: that request's
// trial.
type cooldown struct {
	queue
	until  time.Time
	since  time.Time // when it was set for the first time since the way was known to be open
	set    time.Time // when it was last set
	person bool      // it takes a person to end it before its time
	times  int       // how often it was set in a row
	cause  *Fault    // why it was set; nil if it never was, or the way is known to be open
	was    *Fault    // why it was set before the way was known to be open, for requests that still queue

	doubts bool      // it is set for a moment only, to ask once more whether the refusal was meant
	trial  uint64    // the request that finds out whether the way is open; 0 if none does
	asked  time.Time // when an operator's request last went through while it was active
}

// setBefore reports whether the cooldown was last set before a time.
func (c *cooldown) setBefore(at time.Time) bool { return c != nil && c.set.Before(at) }

// active reports whether the cooldown's time is not over.
func (c *cooldown) active(now time.Time) bool { return c != nil && now.Before(c.until) }

// exclusive reports whether one request at a time goes through.
func (c *cooldown) exclusive() bool { return c != nil && c.cause != nil && NeedsPerson(c.cause.Err) }

// How long a cooldown lasts where the provider does not say, at first. It is four times as
// long each time, up to a limit: what it waits for may be mended any minute, and one request
// asks about it.
const (
	personCooldown      = time.Minute
	longestKeyCooldown  = 15 * time.Minute // of a key that is refused
	longestTermCooldown = time.Hour        // of what has to be bought, or is not there

	// longestTrouble is how long a provider in trouble is left alone at the most, whatever it says.
	longestTrouble = time.Hour

	// operatorEvery is how often requests in operators' names go through an active cooldown.
	operatorEvery = 10 * time.Second
)

// ShortHint is the longest time stated by a provider that is waited out on the same model.
const ShortHint = 5 * time.Second

// PersonWait returns how long what takes a person is left alone, the n-th time in a row.
func PersonWait(class failure.Class, n int) time.Duration {
	most := longestTermCooldown
	if class == failure.Auth || class == failure.Permission {
		most = longestKeyCooldown
	}
	return min(personCooldown<<min(2*(n-1), 20), most)
}

// rateWait returns how long a key is kept from a model after it asked too often, when no
// time was stated or when the stated time was not enough.
func rateWait(times int, random func() float64) time.Duration {
	return backoff.Policy{Base: 2 * time.Second, Cap: time.Minute, Floor: 100 * time.Millisecond, Ratio: 0.25}.Delay(times, random)
}

// start sets the cooldown for a failure of a call that began at a time. Calls that were
// under way when it was set don't make it longer.
func (c *cooldown) start(cause *Fault, began time.Time, random func() float64) {
	now := time.Now()
	if began.After(c.set) || c.times == 0 {
		c.times++
	}
	if c.cause == nil || (NeedsPerson(c.cause.Err) || NeedsPerson(cause.Err)) && c.cause.Err.Class != cause.Err.Class {
		c.since, c.times = now, 1 // how often it was set for something else says nothing of this
	}
	length := c.length(cause.Err, random)
	c.cause = cause
	c.doubts = false
	if until := now.Add(length); until.After(c.until) {
		c.until = until
		c.set = now
		c.queue = queue{}
	} else if began.After(c.set) {
		c.set = now
	}
}

// length returns for how long a failure sets the cooldown, and notes whether that takes a
// person.
func (c *cooldown) length(f *failure.Error, random func() float64) time.Duration {
	stated := time.Duration(0)
	if f.RetryAfter != nil {
		stated = *f.RetryAfter
	}
	switch f.Class {
	case failure.Auth, failure.Permission, failure.NotFound:
		c.person = true
		return PersonWait(f.Class, c.times)
	case failure.QuotaExhausted:
		if c.person = stated <= 0; c.person || c.times > 2 { // what was stated does not help
			return max(stated, PersonWait(f.Class, c.times))
		}
		return stated
	}
	c.person = false
	if f.Class != failure.RateLimited { // a provider in trouble does not know for how long
		stated = min(stated, longestTrouble)
	}
	if c.times > 1 || stated <= 0 {
		return max(stated, rateWait(c.times, random))
	}
	return stated
}

// doubt lets only one request through, after a pause: the one that was refused finds out
// whether that was meant.
func (c *cooldown) doubt(request uint64, cause *Fault, now time.Time) {
	if c.cause == nil {
		c.since = now
	}
	*c = cooldown{
		since:  c.since,
		until:  now.Add(doubtPause),
		set:    now,
		cause:  cause,
		doubts: true,
		trial:  request,
		times:  c.times,
		asked:  c.asked,
	}
}

// admits reports whether a request may go through now, and if not, whether it may once the
// trial under way has ended. The time is when an operator last said that the cause may be
// mended.
func (c *cooldown) admits(request uint64, operator, now time.Time) (yes, trial bool) {
	switch {
	case c == nil:
		return true, false
	case c.exclusive() && c.trial != 0 && c.trial != request:
		return false, true
	case !c.active(now):
		return true, false
	case c.trial == request: // its own pause
		return false, false
	}
	return c.overruled(operator) && now.Sub(c.asked) >= operatorEvery, false
}

// overruled reports whether an operator's order is newer than what set the cooldown.
func (c *cooldown) overruled(operator time.Time) bool { return c.exclusive() && c.set.Before(operator) }

// operatorTrial reports whether a request went through the active cooldown in an operator's
// name, and its outcome is not known yet.
func (c *cooldown) operatorTrial(request uint64) bool {
	return c.exclusive() && c.trial == request && c.asked.After(c.set)
}

// enter notes that a request goes through. It reports whether others wait for its outcome.
func (c *cooldown) enter(request uint64, now time.Time) bool {
	if !c.exclusive() {
		return false
	}
	if c.active(now) {
		c.asked = now
	}
	c.trial = request
	return true
}

// leave ends a request's trial, if it has one; it reports whether it had.
func (c *cooldown) leave(request uint64) bool {
	if c == nil || c.trial == 0 || c.trial != request {
		return false
	}
	c.trial = 0
	return true
}

// queues reports whether a request has to take a slot: the cooldown was set, and the way is
// not known to be open yet, or others go on at the moment.
func (c *cooldown) queues(now time.Time) bool {
	return c != nil && !c.exclusive() && (c.cause != nil || !c.empty(now))
}

// nextSlot returns when the next request may go.
func (c *cooldown) nextSlot(now time.Time) time.Time {
	if c.empty(now) {
		return later(c.until, now)
	}
	return c.next()
}

// takeSlot gives a request a slot, at random a bit later than it begins. One that comes long
// after the cooldown's end, and finds the queue empty, does not wait.
func (c *cooldown) takeSlot(now time.Time, random func() float64) time.Time {
	spread := c.spread
	if c.empty(now) {
		c.queue = queue{from: later(c.until, now), spread: min(0.2*c.until.Sub(c.set).Seconds()+0.5, 1)}
		if spread = c.spread; now.Sub(c.until) > time.Second {
			spread = 0
		}
	}
	at := c.next()
	c.through++
	return at.Add(time.Duration(random() * spread * float64(time.Second)))
}

// followers returns the queue of the requests that go on through a cooldown whose way turned
// out to be open. Those that waited for one request go after it in turn, if that was for long.
func (c *cooldown) followers(now time.Time) queue {
	if c.exclusive() && !c.doubts {
		return queue{from: now, through: 1, spread: 1}
	}
	return c.queue
}

// elapse takes a time that has passed while the machine slept from the cooldown.
func (c *cooldown) elapse(d time.Duration) {
	for _, at := range []*time.Time{&c.until, &c.set, &c.since, &c.asked, &c.from} {
		*at = at.Add(-d)
	}
}
