package chain

import (
	"slices"
	"sync"
	"time"
)

// quantile remembers how long the last answers took to begin. The zero value is
// ready; it is safe for concurrent use.
type quantile struct {
	mu   sync.Mutex // guards what follows
	seen [quantileSize]time.Duration
	n    int
}

const (
	quantileSize   = 100
	quantileFewest = 50 // fewer say too little
)

func (q *quantile) note(d time.Duration) {
	if d <= 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.seen[q.n%quantileSize] = d
	q.n++
}

// p95 returns the time within which 95 of 100 answers begin, or 0 if too few are known.
func (q *quantile) p95() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.n < quantileFewest {
		return 0
	}
	seen := slices.Clone(q.seen[:min(q.n, quantileSize)])
	slices.Sort(seen)
	return seen[len(seen)*95/100]
}
