package chain

import (
	"time"

	"github.com/cineforge/cineforge/failure"
)

// round is the round of attempts under way, and what the request has come to at each
// candidate. A lap goes once over all candidates, through as many rounds as that takes.
type round struct {
	order []*candidate

	number     int         // from 1
	left       int         // attempts
	first      int         // where it begins in the order
	idle       bool        // whether no candidate was asked in it yet
	idleRounds int         // rounds in a row in which none was
	current    *candidate  // which one was asked last
	candidates []attempts  // by their index
	providers  []providers // by their index

	few struct { // what these are kept in, unless there are more
		candidates [4]attempts
		providers  [4]providers
	}
}

// attempts is what a request has come to at one candidate.
type attempts struct {
	tries    int            // in this round
	unusable int            // answers that could not be used
	failed   *failure.Error // the last one
	ended    time.Time      // when that was
	refused  string         // why it is not asked this any more
	revision revision       // of the request for it

	bare      int // refusals that any proxy may have answered
	bareSince time.Time

	lap      bool // it was asked in this lap: since all that may be asked were
	revised  bool // the request was revised after the last one
	silent   bool // it has not begun to answer, or stopped, in this round
	doubtful bool // it has just refused, and is asked once more whether it meant that
}

// asksAgain reports whether the candidate is to be asked once more, since its answer was of no use.
func (a *attempts) asksAgain() bool {
	if a.failed == nil || a.refused != "" {
		return false
	}
	return a.failed.Effect.Retryable && (a.failed.Class == failure.BadOutput || a.failed.Class == failure.ContentPolicy)
}

// providers is what a round has come to at one provider.
type providers struct {
	out    string         // why none of its models is asked again; "" if they may be
	failed *failure.Error // how it failed last; nil if it was not asked
}

// init makes room for the candidates in the order, which are of a number of providers.
func (r *round) init(ofProviders int) {
	r.candidates = append(r.few.candidates[:0], make([]attempts, len(r.order))...)
	r.providers = append(r.few.providers[:0], make([]providers, ofProviders)...)
}

// of returns what the request has come to at a candidate.
func (r *round) of(c *candidate) *attempts { return &r.candidates[c.index] }

// provider returns what the round has come to at a candidate's provider.
func (r *round) provider(c *candidate) *providers { return &r.providers[c.providerIndex] }

// begin begins a round at a place in the order.
func (r *round) begin(first, attempts int) {
	r.number++
	r.idle = true
	r.left = attempts
	r.first = first
	for i := range r.candidates {
		r.candidates[i].tries = 0
		r.candidates[i].silent = false
	}
	clear(r.providers)
}

// beginLap notes that all candidates that may be asked were.
func (r *round) beginLap() {
	for i := range r.candidates {
		r.candidates[i].lap = false
	}
}

// fresh reports whether a candidate was not asked in this lap, and may be in this round.
func (r *round) fresh(c *candidate) bool {
	return !r.of(c).lap && r.provider(c).out == ""
}

// place returns a candidate's place in the order.
func (r *round) place(c *candidate) int {
	if len(r.order) > 0 && r.order[0] == c {
		return 0
	}
	for i, o := range r.order {
		if o == c {
			return i
		}
	}
	return -1
}

// ahead yields the places in the order, from where the round began.
func (r *round) ahead(yield func(int, *candidate) bool) {
	for n := range r.order {
		i := (r.first + n) % len(r.order)
		if !yield(i, r.order[i]) {
			return
		}
	}
}

// failed notes the failure of a try.
func (r *round) failed(c *candidate, f *failure.Error) *attempts {
	a := r.of(c)
	a.tries++
	a.lap = true
	a.failed = f
	a.ended = time.Now()
	a.revised = false
	a.doubtful = false
	r.left--
	r.provider(c).failed = f
	return a
}
