package spend

import "sync"

// Average is what calls of one kind have cost on average. The zero value is ready; it is
// safe for concurrent use.
type Average struct {
	mu  sync.Mutex // guards what follows
	sum float64
	n   int
}

// Add adds the cost of a call.
func (a *Average) Add(usd float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sum += usd
	a.n++
}

// Mean returns the average cost in USD, 0 if there were no calls.
func (a *Average) Mean() float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sum / float64(max(a.n, 1))
}
