package health

import (
	"slices"
	"sync"
	"time"
)

// Latency remembers how long the last answers of a model took to begin. The zero value is
// ready; it is safe for concurrent use.
type Latency struct {
	mu   sync.Mutex // guards what follows
	seen [latencySize]time.Duration
	n    int
}

const (
	latencySize   = 100
	latencyFewest = 50 // fewer say too little
)

// Note notes how long an answer took to begin; 0 if that is not known.
func (l *Latency) Note(d time.Duration) {
	if d <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen[l.n%latencySize] = d
	l.n++
}

// P95 returns the time within which 95 of 100 answers begin, or 0 if too few are known.
func (l *Latency) P95() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n < latencyFewest {
		return 0
	}
	seen := slices.Clone(l.seen[:min(l.n, latencySize)])
	slices.Sort(seen)
	return seen[len(seen)*95/100]
}
