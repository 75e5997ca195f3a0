package health

import (
	"math"
	"time"
)

// queue is the requests that go on after a cooldown: one in the first second, then two,
// four, and so on, up to mostPerSecond in each.
type queue struct {
	from    time.Time // when the first one goes
	through int       // how many have been given a slot
	spread  float64   // by how many seconds they are spread
}

const mostPerSecond = 32

// empty reports whether the queue is empty, or has been left for a moment.
func (q queue) empty(now time.Time) bool {
	return q.through == 0 || now.Sub(q.next()) > time.Second
}

// next returns the time of the next slot.
func (q queue) next() time.Time {
	grown := min(q.through+1, mostPerSecond)
	seconds := math.Log2(float64(grown)) + float64(q.through+1-grown)/mostPerSecond
	return q.from.Add(time.Duration(seconds * float64(time.Second)))
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
