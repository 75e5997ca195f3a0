package chain

import (
	"math"
	"time"

	"cineforge/failure"
	"cineforge/resilience/backoff"
)

// gate keeps a key from a model, or from all models of a provider, until a time. Those
// who come then go through it one after the other.
type gate struct {
	queue
	until  time.Time
	set    time.Time // when it was last closed
	person bool      // it takes a person to open it before its time
	times  int       // how often it was closed in a row
	cause  *Fault    // what closed it; nil if it never was, or is known to be open
}

// older reports whether the gate was last closed before a time.
func (g *gate) older(at time.Time) bool { return g != nil && g.set.Before(at) }

func (g *gate) closed(now time.Time) bool { return g != nil && now.Before(g.until) }

// How long a gate stays closed where the provider does not say.
const (
	personGate = 15 * time.Minute
	modelGate  = 24 * time.Hour

	// longestTrouble is how long a provider in trouble is left alone at the most, whatever it says.
	longestTrouble = time.Hour
)

// pause is how long a key is kept from a model after it asked too often, when no
// time was stated or when the stated time was not enough.
func pause(times int, random func() float64) time.Duration {
	return backoff.Policy{Base: 2 * time.Second, Cap: time.Minute, Floor: 100 * time.Millisecond, Ratio: 0.25}.Delay(times, random)
}

// shut closes the gate for a failure of a call that began at a time. Calls that
// were under way when it was closed don't close it for longer.
func (g *gate) shut(cause *Fault, began time.Time, random func() float64) {
	now, f := time.Now(), cause.Err
	stated := f.RetryAfter != nil && *f.RetryAfter > 0
	var length time.Duration
	switch f.Class {
	case failure.Auth, failure.Permission:
		g.person, length = true, personGate
	case failure.NotFound:
		g.person, length = true, modelGate
	case failure.QuotaExhausted:
		g.person, length = !stated, personGate
		if stated {
			length = *f.RetryAfter
		}
		if began.After(g.set) || g.times == 0 {
			g.times++
		}
		if g.times > 2 { // what was stated does not help
			length = max(length, personGate)
		}
	default:
		g.person = false
		if stated {
			length = *f.RetryAfter
		}
		if f.Class != failure.RateLimited { // nobody knows for how long they will have trouble
			length = min(length, longestTrouble)
		}
		if again := began.After(g.set) || g.times == 0; again {
			g.times++
		}
		if g.times > 1 || !stated {
			length = max(length, pause(g.times, random))
		}
	}
	g.cause = cause
	if until := now.Add(length); until.After(g.until) {
		g.until, g.set, g.queue = until, now, queue{}
	}
}

// busy reports whether who comes to the gate has to take a turn: it was closed, and
// nobody knows yet whether it is open, or others go through it at the moment.
func (g *gate) busy(now time.Time) bool {
	return g != nil && (g.cause != nil || !g.over(now))
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
