package chain

import (
	"math"
	"time"

	"cineforge/failure"
	"cineforge/resilience/backoff"
)

// gate keeps a key from a model, or from all models of a provider, until a time.
type gate struct {
	until   time.Time
	set     time.Time // when it was last closed
	person  bool      // it takes a person to open it before its time
	times   int       // how often it was closed in a row
	through int       // how many have been given a time behind it
	cause   *Fault    // what closed it; nil if it never was
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
		g.until, g.set, g.through = until, now, 0
	}
}

// slot returns when the next one that waits behind the gate may go: the first at
// its end, then one, two, four, and so on in each second, spread within it.
func (g *gate) slot(random func() float64) time.Time {
	at := g.next()
	g.through++
	spread := min(0.2*g.until.Sub(g.set).Seconds()+0.5, 1)
	return at.Add(time.Duration(random() * spread * float64(time.Second)))
}

// next returns the time that the next slot begins.
func (g *gate) next() time.Time {
	return g.until.Add(time.Duration(math.Log2(float64(1+g.through)) * float64(time.Second)))
}
