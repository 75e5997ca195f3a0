package chain

import (
	"math"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/backoff"
)

// gate keeps a key from a model, or from all models of a provider, until a time. Behind
// one that was closed for asking too often, those who come go through one after the
// other; where it takes a person, one question goes first, and the others wait for what
// becomes of it: that question's trial.
type gate struct {
	queue
	until  time.Time
	since  time.Time // when it was closed for the first time since it was known to be open
	set    time.Time // when it was last closed
	person bool      // it takes a person to open it before its time
	times  int       // how often it was closed in a row
	cause  *Fault    // what closed it; nil if it never was, or is known to be open
	was    *Fault    // what had closed it before it was known to be open, for those who still queue behind it

	doubts bool      // it is closed for a moment only, to ask once more whether the refusal was meant
	trial  uint64    // the question that finds out whether it is open; 0 if none does
	asked  time.Time // when an operator's question last went through while it was closed
}

// older reports whether the gate was last closed before a time.
func (g *gate) older(at time.Time) bool { return g != nil && g.set.Before(at) }

func (g *gate) closed(now time.Time) bool { return g != nil && now.Before(g.until) }

// guarded reports whether one question at a time goes through the gate.
func (g *gate) guarded() bool { return g != nil && g.cause != nil && personal(g.cause.Err) }

// How long a gate stays closed where the provider does not say, at first. It is four times
// as long each time, up to a limit: what it waits for may be mended any minute, and one
// question asks about it.
const (
	personGate      = time.Minute
	longestKeyGate  = 15 * time.Minute // of a key that is refused
	longestTermGate = time.Hour        // of what has to be bought, or is not there

	// longestTrouble is how long a provider in trouble is left alone at the most, whatever it says.
	longestTrouble = time.Hour

	// operatorEvery is how often questions in operators' names go through a closed gate.
	operatorEvery = 10 * time.Second
)

// personWait is how long a gate is closed that takes a person, the n-th time in a row.
func personWait(class failure.Class, n int) time.Duration {
	most := longestTermGate
	if class == failure.Auth || class == failure.Permission {
		most = longestKeyGate
	}
	return min(personGate<<min(2*(n-1), 20), most)
}

// pause is how long a key is kept from a model after it asked too often, when no
// time was stated or when the stated time was not enough.
func pause(times int, random func() float64) time.Duration {
	return backoff.Policy{Base: 2 * time.Second, Cap: time.Minute, Floor: 100 * time.Millisecond, Ratio: 0.25}.Delay(times, random)
}

// shut closes the gate for a failure of a call that began at a time. Calls that
// were under way when it was closed don't close it for longer.
func (g *gate) shut(cause *Fault, began time.Time, random func() float64) {
	now := time.Now()
	if began.After(g.set) || g.times == 0 {
		g.times++
	}
	if g.cause == nil || (personal(g.cause.Err) || personal(cause.Err)) && g.cause.Err.Class != cause.Err.Class {
		g.since, g.times = now, 1 // how often it was closed for something else says nothing of this
	}
	length := g.length(cause.Err, random)
	g.cause, g.doubts = cause, false
	if until := now.Add(length); until.After(g.until) {
		g.until, g.set, g.queue = until, now, queue{}
	} else if began.After(g.set) {
		g.set = now
	}
}

// length returns for how long a failure closes the gate, and notes whether that takes a person.
func (g *gate) length(f *failure.Error, random func() float64) time.Duration {
	stated := time.Duration(0)
	if f.RetryAfter != nil {
		stated = *f.RetryAfter
	}
	switch f.Class {
	case failure.Auth, failure.Permission, failure.NotFound:
		g.person = true
		return personWait(f.Class, g.times)
	case failure.QuotaExhausted:
		if g.person = stated <= 0; g.person || g.times > 2 { // what was stated does not help
			return max(stated, personWait(f.Class, g.times))
		}
		return stated
	}
	g.person = false
	if f.Class != failure.RateLimited { // nobody knows for how long they will have trouble
		stated = min(stated, longestTrouble)
	}
	if g.times > 1 || stated <= 0 {
		return max(stated, pause(g.times, random))
	}
	return stated
}

// doubt lets only one question through, after a pause: the one that was refused finds out
// whether that was meant.
func (g *gate) doubt(question uint64, cause *Fault, now time.Time) {
	if g.cause == nil {
		g.since = now
	}
	*g = gate{since: g.since, until: now.Add(doubtPause), set: now, cause: cause, doubts: true, trial: question, times: g.times, asked: g.asked}
}

// admits reports whether a question may go through the gate now, and if not, whether it
// may once the trial under way has ended. The word is when an operator last said that
// the gate's cause may be mended.
func (g *gate) admits(question uint64, word, now time.Time) (yes, trial bool) {
	switch {
	case g == nil:
		return true, false
	case g.guarded() && g.trial != 0 && g.trial != question:
		return false, true
	case !g.closed(now):
		return true, false
	case g.trial == question: // its own pause
		return false, false
	}
	return g.heeds(word) && now.Sub(g.asked) >= operatorEvery, false
}

// heeds reports whether an operator's word is newer than what closed the gate.
func (g *gate) heeds(word time.Time) bool { return g.guarded() && g.set.Before(word) }

// asks reports whether a question went through the closed gate in an operator's name, and
// its outcome is not known yet.
func (g *gate) asks(question uint64) bool {
	return g.guarded() && g.trial == question && g.asked.After(g.set)
}

// enter notes that a question goes through the gate. It reports whether others wait for
// what becomes of it.
func (g *gate) enter(question uint64, now time.Time) bool {
	if !g.guarded() {
		return false
	}
	if g.closed(now) {
		g.asked = now
	}
	g.trial = question
	return true
}

// leave ends a question's trial, if it has one; it reports whether it had.
func (g *gate) leave(question uint64) bool {
	if g == nil || g.trial == 0 || g.trial != question {
		return false
	}
	g.trial = 0
	return true
}

// busy reports whether who comes to the gate has to take a turn: it was closed, and
// nobody knows yet whether it is open, or others go through it at the moment.
func (g *gate) busy(now time.Time) bool {
	return g != nil && !g.guarded() && (g.cause != nil || !g.over(now))
}

// turn returns when the next one may go.
func (g *gate) turn(now time.Time) time.Time {
	if g.over(now) {
		return later(g.until, now)
	}
	return g.next()
}

// slot gives a turn, at random a bit later than it begins. Who comes long after the
// gate's end, and finds nobody there, does not wait.
func (g *gate) slot(now time.Time, random func() float64) time.Time {
	spread := g.spread
	if g.over(now) {
		g.queue = queue{from: later(g.until, now), spread: min(0.2*g.until.Sub(g.set).Seconds()+0.5, 1)}
		if spread = g.spread; now.Sub(g.until) > time.Second {
			spread = 0
		}
	}
	at := g.next()
	g.through++
	return at.Add(time.Duration(random() * spread * float64(time.Second)))
}

// elapse tells the gate of time that has passed while the machine slept.
func (g *gate) elapse(d time.Duration) {
	g.until, g.set, g.since, g.asked, g.from = g.until.Add(-d), g.set.Add(-d), g.since.Add(-d), g.asked.Add(-d), g.from.Add(-d)
}

// queue is those who go through a gate: one in the first second, then two, four, and so
// on, up to mostPerSecond in each.
type queue struct {
	from    time.Time // when the first one goes
	through int       // how many have been given a turn
	spread  float64   // by how many seconds they are spread
}

const mostPerSecond = 32

// over reports whether nobody is in the queue, or has been for a moment.
func (q queue) over(now time.Time) bool {
	return q.through == 0 || now.Sub(q.next()) > time.Second
}

// next returns the time of the next turn.
func (q queue) next() time.Time {
	grown := min(q.through+1, mostPerSecond)
	seconds := math.Log2(float64(grown)) + float64(q.through+1-grown)/mostPerSecond
	return q.from.Add(time.Duration(seconds * float64(time.Second)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
