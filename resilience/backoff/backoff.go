// Package backoff says how long to wait before another try.
package backoff

import (
	"math"
	"time"
)

// Policy is how waits grow from try to try. The zero value waits only Floor.
type Policy struct {
	Base  time.Duration // of the first wait
	Cap   time.Duration // no wait grows above it; 0 means no cap
	Floor time.Duration // no wait is shorter

	// Full draws a wait from all of its length ("full jitter"), which spreads callers
	// that failed together best: Brooker, "Exponential Backoff And Jitter", AWS
	// Architecture Blog 2015. Otherwise Ratio is the share of a wait that is added to
	// it at random, at most.
	Full  bool
	Ratio float64
}

// Delay returns how long to wait before try n+1, when n tries have failed, n from 1.
// random returns numbers in [0, 1). The cap is applied before the jitter, else many
// waits would be exactly the cap.
func (p Policy) Delay(n int, random func() float64) time.Duration {
	grown := float64(p.Base) * math.Pow(2, float64(max(n, 1)-1))
	if p.Cap > 0 {
		grown = min(grown, float64(p.Cap))
	}
	grown = min(grown, float64(math.MaxInt64)/4)
	if p.Full {
		grown *= random()
	} else {
		grown += grown * p.Ratio * random()
	}
	return max(time.Duration(grown), p.Floor)
}

// The spread that is added to a wait that a server stated.
const (
	hintShare = 0.2
	hintLeast = 500 * time.Millisecond
	hintMost  = 5 * time.Second
)

// Hinted returns how long to wait when a server has said so: never less than that,
// and spread upwards, so that callers that got the same hint do not come back together.
func Hinted(hint time.Duration, random func() float64) time.Duration {
	spread := min(time.Duration(hintShare*float64(hint))+hintLeast, hintMost)
	return hint + time.Duration(random()*float64(spread))
}
