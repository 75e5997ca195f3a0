package breaker

import (
	"fmt"
	"time"
)

// row is the failures in a row. A request counts once in each of its rounds, however often
// it was tried in it.
type row struct {
	weight float64
	rounds map[string]string // the request of each round that is counted
	since  time.Time         // the first of them
	took   time.Duration     // from the first to the last
}

// add counts the failure of a call.
func (r *row) add(now time.Time, p *Permit, weight float64) {
	if _, counted := r.rounds[p.request]; counted || weight <= 0 {
		return
	}
	if r.rounds == nil {
		r.rounds = map[string]string{}
		r.since = now
	}
	r.rounds[p.request] = p.name
	r.weight += weight
	r.took = now.Sub(r.since)
}

func (r *row) clear() { *r = row{} }

// String says how many failures these were, and of how many requests, as the end of a
// sentence that names the last one; it is "" for a single failure.
func (r *row) String() string {
	requests := map[string]bool{}
	for _, name := range r.rounds {
		requests[name] = true
	}
	of := fmt.Sprintf("%d requests", len(requests))
	switch len(requests) {
	case len(r.rounds):
		of = "different requests"
	case 1:
		of = "one request"
	}
	if len(r.rounds) < 2 {
		return ""
	}
	return fmt.Sprintf(", %d failures in a row of %s within %v", len(r.rounds), of, max(r.took.Round(time.Second), time.Second))
}
