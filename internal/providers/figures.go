package providers

import (
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/storage"
)

// The fewest values that a percentile is made of.
const (
	fewestForP50 = 5
	fewestForP95 = 20
)

// Sums add up attempts. The zero value has none.
type Sums struct {
	figures    health.Figures
	latencies  []int64 // of answers
	firstBytes []int64
}

// Add counts an attempt. In a drill its cost is simulated, whatever its event says: those of
// earlier versions have it as the cost.
func (s *Sums) Add(a storage.EndedAttempt, drill bool) {
	f := &s.figures
	switch {
	case a.Answered:
		f.Answered++
		s.latencies = append(s.latencies, a.LatencyMS)
		if a.FirstByteMS != nil {
			s.firstBytes = append(s.firstBytes, *a.FirstByteMS)
		}
	case a.Class == failure.Canceled:
		f.Canceled++
	default:
		f.Failed++
		if f.ByClass == nil {
			f.ByClass = map[failure.Class]int{}
		}
		f.ByClass[a.Class]++
	}
	f.InputTokens += a.InputTokens
	f.OutputTokens += a.OutputTokens
	switch {
	case a.CostUSD == nil:
		f.Unpriced++
	case drill && a.SimulatedUSD != nil:
		f.SimulatedCostUSD += *a.SimulatedUSD
	case drill:
		f.SimulatedCostUSD += *a.CostUSD
	default:
		f.CostUSD += *a.CostUSD
		f.WastedCostUSD += wasted(a)
	}
}

// wasted returns what was paid for nothing, as far as that is known.
func wasted(a storage.EndedAttempt) float64 {
	switch {
	case a.WastedUSD != nil:
		return *a.WastedUSD
	case !a.Answered && a.CostUSD != nil:
		return *a.CostUSD
	}
	return 0
}

// Result returns the figures.
func (s *Sums) Result() health.Figures {
	f := s.figures
	if f.ByClass == nil {
		f.ByClass = map[failure.Class]int{}
	}
	slices.Sort(s.latencies)
	slices.Sort(s.firstBytes)
	f.LatencyN = len(s.latencies)
	f.LatencyP50MS = percentile(s.latencies, 50, fewestForP50)
	f.LatencyP95MS = percentile(s.latencies, 95, fewestForP95)
	f.FirstByteN = len(s.firstBytes)
	f.FirstByteP50MS = percentile(s.firstBytes, 50, fewestForP50)
	return f
}

// percentile returns the smallest of sorted values that so many percent of them do not exceed; nil
// if there are too few.
func percentile(sorted []int64, percent, fewest int) *int64 {
	n := len(sorted)
	if n < fewest {
		return nil
	}
	rank := (n*percent + 99) / 100
	return new(sorted[max(rank, 1)-1])
}

// series is what attempts at a provider or a model add up to, as a whole and by bucket.
type series struct {
	total   Sums
	buckets map[time.Time]*Sums
}

func newSeries() *series { return &series{buckets: map[time.Time]*Sums{}} }

func (s *series) add(a storage.EndedAttempt, w storage.Window, bucket time.Duration) {
	s.total.Add(a, w.Drills)
	at := w.From.Add(a.At.Sub(w.From).Truncate(bucket))
	if s.buckets[at] == nil {
		s.buckets[at] = &Sums{}
	}
	s.buckets[at].Add(a, w.Drills)
}

// list returns the buckets in which an attempt ended, oldest first.
func (s *series) list() []health.Bucket {
	all := []health.Bucket{}
	for at, sum := range s.buckets {
		all = append(all, health.Bucket{At: at, Figures: sum.Result()})
	}
	slices.SortFunc(all, func(a, b health.Bucket) int { return a.At.Compare(b.At) })
	return all
}

// Faults counts failed attempts by class.
type Faults map[failure.Class]*health.FaultCount

// Add counts an attempt, if it failed.
func (f Faults) Add(a storage.EndedAttempt) {
	if a.Answered || a.Class == failure.Canceled {
		return
	}
	c := f[a.Class]
	if c == nil {
		c = &health.FaultCount{Class: a.Class, Title: a.Class.Title(), Fault: a.Class.Fault()}
		if c.Fault == "" { // a class of another version
			c.Fault = failure.NoSide
		}
		f[a.Class] = c
	}
	c.Attempts++
	c.WastedCostUSD += wasted(a)
	c.LastAt = a.At
}

// List returns the counts, most first, and their totals.
func (f Faults) List() (all []health.FaultCount, totals health.FaultTotals) {
	all = []health.FaultCount{}
	for _, c := range f {
		all = append(all, *c)
		totals.Add(c.Fault, c.Attempts)
	}
	slices.SortFunc(all, func(a, b health.FaultCount) int {
		if a.Attempts != b.Attempts {
			return b.Attempts - a.Attempts
		}
		return b.LastAt.Compare(a.LastAt)
	})
	return all, totals
}
