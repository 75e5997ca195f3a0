package wire

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure/diagnosis"
)

// watch ends a call whose answer does not come in time. Each part of an answer has a clock
// of its own: until it begins, until its visible part does, and from piece to piece of that.
// It is safe for concurrent use.
type watch struct {
	times times
	pulse func(bytes int) // is told of each sign of life
	stop  context.CancelCauseFunc

	mu       sync.Mutex // guards what follows
	start    time.Time
	begun    time.Time // the first event; zero before it
	text     time.Time // the last piece of text; zero before the first
	opened   time.Time // the first one
	wrote    int       // bytes of text behind that
	pings    int       // signs of life in a row since the last event
	deadline time.Time
	ending   time.Time // when the answer as a whole has to be there
	timer    *time.Timer
	total    *time.Timer
	finished bool // the answer is complete
}

// maxPings is how many signs of life in a row count without an event once the visible
// answer has begun: a server that only pings then has stopped.
const maxPings = 3

func newWatch(t times, pulse func(bytes int), stop context.CancelCauseFunc) *watch {
	now := time.Now()
	w := &watch{times: t, pulse: pulse, stop: stop, start: now, deadline: now.Add(t.first)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(t.first, w.expire)
	w.limitAll(t.most())
	return w
}

// limitAll sets how long the call may last from now.
func (w *watch) limitAll(d time.Duration) {
	w.ending = time.Now().Add(d)
	if w.total == nil {
		w.total = time.AfterFunc(d, w.overlong)
		return
	}
	w.total.Reset(d)
}

// A timer that fires later than tooLate has waited for a process that was stopped, or was
// given no time. What came meanwhile is still in the socket: wakeGrace is for reading it.
const (
	tooLate   = 3 * time.Second
	wakeGrace = 3 * time.Second
)

// lateness returns by how much now is later than a time if that is too late, else 0.
func lateness(due time.Time) time.Duration {
	if late := time.Since(due); late > tooLate {
		return late
	}
	return 0
}

// overlong ends the call for the time that it has taken as a whole.
func (w *watch) overlong() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.finished:
	case time.Now().Before(w.ending): // it was moved meanwhile
	case lateness(w.ending) > 0:
		w.limitAll(wakeGrace)
	default:
		w.stop(diagnosis.ErrLong)
	}
}

// afterEnd is how long a complete answer is listened to for what may follow it, such as
// how many tokens it has.
const afterEnd = 2 * time.Second

// errEnough ends the reading behind a complete answer.
var errEnough = errors.New("the answer is complete")

// finish notes that the answer is complete.
func (w *watch) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finished = true
	w.timer.Stop()
	w.total.Stop()
	w.timer = time.AfterFunc(afterEnd, func() { w.stop(errEnough) })
}

// isFinished reports whether the answer is complete.
func (w *watch) isFinished() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.finished
}

// expire ends the call if nothing has come in time.
func (w *watch) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.finished {
		return
	}
	if rest := time.Until(w.deadline); rest > 0 {
		w.timer.Reset(rest)
		return
	}
	if late := lateness(w.deadline); late > 0 {
		w.skip(late)
		return
	}
	if w.begun.IsZero() {
		w.stop(diagnosis.ErrSilent)
		return
	}
	w.stop(diagnosis.ErrStalled)
}

// skip leaves a time out of account that nothing was read in, and gives some for reading.
func (w *watch) skip(d time.Duration) {
	for _, t := range []*time.Time{&w.start, &w.begun, &w.text, &w.opened} {
		if !t.IsZero() {
			*t = t.Add(d)
		}
	}
	w.deadline = time.Now().Add(wakeGrace)
	w.timer.Reset(wakeGrace)
}

// sign notes a mere sign of life of an answer: a header, a comment, a ping.
func (w *watch) sign() {
	w.pulse(0)
	w.moved()
}

// moved gives the response more time, as a sign of life does. The head of an error response
// is none: it says nothing good of whoever sent it.
func (w *watch) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	switch {
	case w.begun.IsZero():
		w.extend(now.Add(w.times.life), w.start.Add(longestSigns))
	case w.text.IsZero():
		w.extend(now.Add(w.times.think), w.start.Add(longestSigns))
	default:
		if w.pings++; w.pings <= maxPings {
			w.extend(now.Add(w.times.idle), w.text.Add(idlesOfNothing*w.times.idle))
		}
	}
}

// event notes an event of the answer, with or without text.
func (w *watch) event() {
	w.pulse(0)
	w.came()
}

// came gives the response more time, as an event does. What comes of an error is none.
func (w *watch) came() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.finished {
		return
	}
	now := time.Now()
	w.pings = 0
	switch {
	case w.begun.IsZero():
		w.begun, w.deadline = now, now.Add(w.times.think)
		w.timer.Reset(w.times.think)
	case w.text.IsZero():
		w.extend(now.Add(w.times.think), w.begun.Add(idlesOfNothing*w.times.think))
	default:
		w.extend(now.Add(w.times.idle), w.text.Add(idlesOfNothing*w.times.idle))
	}
}

// piece notes that a piece of the visible answer came, of so many bytes.
func (w *watch) piece(bytes int) {
	w.pulse(bytes)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.finished {
		return
	}
	now := time.Now()
	first := w.text.IsZero()
	if w.text, w.deadline = now, now.Add(w.times.idle); !first {
		w.wrote += bytes
	} else {
		w.opened = now
		w.timer.Reset(w.times.idle)
		if !w.times.whole {
			w.limitAll(w.times.total)
		}
	}
}

// written returns how much text came after its first piece, and how long that took.
func (w *watch) written() (bytes int, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wrote, w.text.Sub(w.opened)
}

// extend moves the deadline to a time, but to no later one than the last, and never back.
func (w *watch) extend(to, last time.Time) {
	if to.After(last) {
		to = last
	}
	if to.After(w.deadline) {
		w.deadline = to
	}
}

func (w *watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total.Stop()
	w.timer.Stop()
	w.stop(nil)
}
