// Package throttle bounds how many attempts may fail in a time, whatever is answered and
// whatever is decided about it. The bounds are far above what retries with pauses come to,
// and hold where pauses don't: a loop that finds a way to ask again at no cost goes no faster.
package throttle

import (
	"slices"
	"sync"
	"time"
)

// The most failed attempts in a span of time.
const (
	mostOfUnit = 20 // of a unit
	unitSpan   = time.Minute
	mostOfRun  = 40 // of a run, besides as many as it has under way at a time
	runSpan    = 10 * time.Second
)

// Throttle counts the failed attempts of runs and their units. Good answers are not
// bounded. The zero value is ready; it is safe for concurrent use.
type Throttle struct {
	mu    sync.Mutex // guards what follows
	runs  map[string]*failures
	sweep int // how many runs there have to be until those that are over are forgotten
}

// fewestRuns is how many runs are remembered without looking which are over.
const fewestRuns = 64

// failures are the failed attempts of a run, its units among them.
type failures struct {
	recentFailures
	units map[string]*recentFailures
	spare *recentFailures // of a unit that is over
	first int             // attempts under way that are no hedges
	wide  int             // the most of them that there were at a time: the run's concurrency
}

// most is how many attempts may be under way or have failed lately, if another one begins.
func (f *failures) most(hedge bool) int {
	if hedge {
		return mostOfRun + f.wide
	}
	return mostOfRun + max(f.wide, f.first+1)
}

// recentFailures is failed attempts of late, oldest first, and attempts under way, which may fail.
type recentFailures struct {
	at    []time.Time
	under int
}

// prune forgets what failed longer ago than a span. It reports whether nothing is left.
func (t *recentFailures) prune(now time.Time, span time.Duration) bool {
	old := 0
	for old < len(t.at) && now.Sub(t.at[old]) >= span {
		old++
	}
	t.at = slices.Delete(t.at, 0, old)
	return len(t.at) == 0 && t.under == 0
}

// next returns when another attempt may begin, with most of a span.
func (t *recentFailures) next(now time.Time, most int, span time.Duration) time.Time {
	t.prune(now, span)
	over := len(t.at) + t.under - most
	if over < 0 {
		return now
	}
	at := now.Add(span)
	if over < len(t.at) {
		at = t.at[over].Add(span)
	}
	if soon := now.Add(pollEvery); t.under > 0 && at.After(soon) {
		return soon // those under way may end well
	}
	return at
}

// pollEvery is how often a caller looks whether attempts under way have ended.
const pollEvery = 200 * time.Millisecond

// of returns the failures of a run and of one of its units.
func (t *Throttle) of(run, unit string) (*failures, *recentFailures) {
	f, ok := t.runs[run]
	if !ok {
		t.forget()
		f = &failures{units: map[string]*recentFailures{}}
		t.runs[run] = f
	}
	u, ok := f.units[unit]
	if !ok {
		if u = f.spare; u == nil {
			u = &recentFailures{}
		}
		f.units[unit] = u
		f.spare = nil
	}
	return f, u
}

// forget forgets the runs of which nothing has failed lately, when there are many.
func (t *Throttle) forget() {
	if t.runs == nil {
		t.runs = map[string]*failures{}
	}
	if len(t.runs) < max(t.sweep, fewestRuns) {
		return
	}
	now := time.Now()
	for run, f := range t.runs {
		for unit, u := range f.units {
			if u.prune(now, unitSpan) {
				delete(f.units, unit)
			}
		}
		if f.prune(now, runSpan) && len(f.units) == 0 {
			delete(t.runs, run)
		}
	}
	t.sweep = 2 * len(t.runs)
}

// Next returns when an attempt at a unit may begin; now, if nothing speaks against it.
func (t *Throttle) Next(run, unit string, now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	f, known := t.runs[run]
	if !known {
		return now
	}
	at := f.next(now, f.most(false), runSpan)
	if u, known := f.units[unit]; known {
		if after := u.next(now, mostOfUnit, unitSpan); after.After(at) {
			at = after
		}
	}
	return at
}

// Begin notes that an attempt begins, which may be a hedge beside another one. It is false,
// and nothing is noted, if it may not begin yet. What has begun is to be ended.
func (t *Throttle) Begin(run, unit string, hedge bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	f, u := t.of(run, unit)
	if f.next(now, f.most(hedge), runSpan).After(now) || u.next(now, mostOfUnit, unitSpan).After(now) {
		return false
	}
	u.under++
	f.under++
	if !hedge {
		f.first++
		f.wide = max(f.wide, f.first)
	}
	return true
}

// End notes how an attempt ended that has begun.
func (t *Throttle) End(run, unit string, hedge, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	f, u := t.of(run, unit)
	u.under--
	f.under--
	if !hedge {
		f.first--
	}
	if failed {
		f.at = append(f.at, now)
		u.at = append(u.at, now)
	}
	if u.prune(now, unitSpan) {
		delete(f.units, unit)
		f.spare = u
	}
}
