// Package budget bounds how much a process adds to a provider's trouble by
// repeating calls.
package budget

import (
	"sync"
	"time"
)

// Options are settings of a bucket. The zero value of each means what its comment
// says; together they allow one repetition for ten calls, and three a minute
// besides.
type Options struct {
	Cap       float64 // the most that it holds; 20
	Start     float64 // what it holds at first; 10
	PerCall   float64 // what a first try pays in; 0.1
	PerSecond float64 // what time pays in; 0.05
}

// Bucket is a bucket of tokens that repetitions take from. It limits a rate and not
// a number of calls at a time, since calls that fail fast are never many at a time.
// It is safe for concurrent use.
type Bucket struct {
	o Options

	mu    sync.Mutex // guards what follows
	level float64
	at    time.Time // when the level was that
}

// New returns a bucket.
func New(o Options) *Bucket {
	if o == (Options{}) {
		o = Options{Cap: 20, Start: 10, PerCall: 0.1, PerSecond: 0.05}
	}
	return &Bucket{o: o, level: min(o.Start, o.Cap), at: time.Now()}
}

// Call pays in for a first try.
func (b *Bucket) Call() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill()
	b.level = min(b.level+b.o.PerCall, b.o.Cap)
}

// Take takes n tokens for a repetition, and reports whether there were as many.
func (b *Bucket) Take(n float64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill()
	if b.level < n {
		return false
	}
	b.level -= n
	return true
}

// Level returns how many tokens there are.
func (b *Bucket) Level() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill()
	return b.level
}

// fill pays in for the time that has passed.
func (b *Bucket) fill() {
	now := time.Now()
	if d := now.Sub(b.at); d > 0 {
		b.level = min(b.level+d.Seconds()*b.o.PerSecond, b.o.Cap)
	}
	b.at = now
}
