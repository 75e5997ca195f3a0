package breaker

import "time"

// buckets is how finely a window is divided.
const buckets = 10

// window counts outcomes of the last span of time.
type window struct {
	span   time.Duration
	counts [buckets]struct{ all, failed float64 }
	first  int64 // the number of the oldest division that is counted
}

// slot returns the division that a time falls into, after forgetting those that
// are too old.
func (w *window) slot(now time.Time) int64 {
	n := now.UnixNano() / int64(w.span/buckets)
	if oldest := n - buckets + 1; oldest > w.first {
		for i := max(w.first, oldest-buckets); i < oldest; i++ {
			w.counts[i%buckets].all = 0
			w.counts[i%buckets].failed = 0
		}
		w.first = oldest
	}
	return max(n, w.first) % buckets // a clock that was set back counts into the oldest
}

func (w *window) add(now time.Time, all, failed float64) {
	c := &w.counts[w.slot(now)]
	c.all += all
	c.failed += failed
}

// tripped reports whether the share of failures is reached, of enough outcomes.
func (w *window) tripped(now time.Time, volume, ratio float64) bool {
	w.slot(now)
	var all, failed float64
	for _, c := range w.counts {
		all += c.all
		failed += c.failed
	}
	return all >= volume && failed >= ratio*all
}

func (w *window) clear() { *w = window{span: w.span} }
