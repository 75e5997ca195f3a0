package wire

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure/diagnosis"
)

// watchdog ends a call whose answer does not come in time. Each part of an answer has a clock
// of its own: until it begins, until its visible part does, and from piece to piece of that.
// It is safe for concurrent use.
type watchdog struct {
	times     times
	heartbeat func(bytes int) // is called at each sign of life
	stop      context.CancelCauseFunc

	mu         sync.Mutex // guards what follows
	start      time.Time
	firstEvent time.Time // the first event; zero before it
	lastText   time.Time // the last piece of text; zero before the first
	firstText  time.Time // the first one
	textBytes  int       // bytes of text behind that
	pings      int       // signs of life in a row since the last event
	deadline   time.Time
	ending     time.Time // when the answer as a whole has to be there
	timer      *time.Timer
	total      *time.Timer
	finished   bool // the answer is complete
}

// maxPings is how many signs of life in a row count without an event once the visible
// answer has begun: a server that only pings then has stopped.
const maxPings = 3

func newWatchdog(t times, heartbeat func(bytes int), stop context.CancelCauseFunc) *watchdog {
	now := time.Now()
	w := &watchdog{times: t, heartbeat: heartbeat, stop: stop, start: now, deadline: now.Add(t.first)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(t.first, w.expire)
	w.limitTotal(t.most())
	return w
}

// limitTotal sets how long the call may last from now.
func (w *watchdog) limitTotal(d time.Duration) {
	w.ending = time.Now().Add(d)
	if w.total == nil {
		w.total = time.AfterFunc(d, w.expireTotal)
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

// expireTotal ends the call for the time that it has taken as a whole.
func (w *watchdog) expireTotal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.finished:
	case time.Now().Before(w.ending): // it was moved meanwhile
	case lateness(w.ending) > 0:
		w.limitTotal(wakeGrace)
	default:
		w.stop(diagnosis.ErrLong)
	}
}

// afterEnd is how long a complete answer is listened to for what may follow it, such as
// how many tokens it has.
const afterEnd = 2 * time.Second

// errComplete ends the reading behind a complete answer.
var errComplete = errors.New("the answer is complete")

// finish notes that the answer is complete.
func (w *watchdog) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finished = true
	w.timer.Stop()
	w.total.Stop()
	w.timer = time.AfterFunc(afterEnd, func() { w.stop(errComplete) })
}

// isFinished reports whether the answer is complete.
func (w *watchdog) isFinished() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.finished
}

// expire ends the call if nothing has come in time.
func (w *watchdog) expire() {
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
		w.excludePause(late)
		return
	}
	if w.firstEvent.IsZero() {
		w.stop(diagnosis.ErrSilent)
		return
	}
	w.stop(diagnosis.ErrStalled)
}

// excludePause leaves a time out of account that nothing was read in, and gives some for reading.
func (w *watchdog) excludePause(d time.Duration) {
	for _, t := range []*time.Time{&w.start, &w.firstEvent, &w.lastText, &w.firstText} {
		if !t.IsZero() {
			*t = t.Add(d)
		}
	}
	w.deadline = time.Now().Add(wakeGrace)
	w.timer.Reset(wakeGrace)
}

// signOfLife notes a mere sign of life of an answer: a header, a comment, a ping.
func (w *watchdog) signOfLife() {
	w.heartbeat(0)
	w.extendBySign()
}

// extendBySign gives the response more time, as a sign of life does. The head of an error response
// is none: it says nothing good of its sender.
func (w *watchdog) extendBySign() {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	switch {
	case w.firstEvent.IsZero():
		w.extend(now.Add(w.times.life), w.start.Add(longestSigns))
	case w.lastText.IsZero():
		w.extend(now.Add(w.times.think), w.start.Add(longestSigns))
	default:
		if w.pings++; w.pings <= maxPings {
			w.extend(now.Add(w.times.idle), w.lastText.Add(idlesOfNothing*w.times.idle))
		}
	}
}

// event notes an event of the answer, with or without text.
func (w *watchdog) event() {
	w.heartbeat(0)
	w.progress()
}

// progress gives the response more time, as an event does. What comes of an error is none.
func (w *watchdog) progress() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.finished {
		return
	}
	now := time.Now()
	w.pings = 0
	switch {
	case w.firstEvent.IsZero():
		w.firstEvent, w.deadline = now, now.Add(w.times.think)
		w.timer.Reset(w.times.think)
	case w.lastText.IsZero():
		w.extend(now.Add(w.times.think), w.firstEvent.Add(idlesOfNothing*w.times.think))
	default:
		w.extend(now.Add(w.times.idle), w.lastText.Add(idlesOfNothing*w.times.idle))
	}
}

// text notes that a piece of the visible answer came, of so many bytes.
func (w *watchdog) text(bytes int) {
	w.heartbeat(bytes)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.finished {
		return
	}
	now := time.Now()
	first := w.lastText.IsZero()
	if w.lastText, w.deadline = now, now.Add(w.times.idle); !first {
		w.textBytes += bytes
	} else {
		w.firstText = now
		w.timer.Reset(w.times.idle)
		if !w.times.whole {
			w.limitTotal(w.times.total)
		}
	}
}

// writingSpeed returns how much text came after its first piece, and how long that took.
func (w *watchdog) writingSpeed() (bytes int, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.textBytes, w.lastText.Sub(w.firstText)
}

// extend moves the deadline to a time, but to no later one than the last, and never back.
func (w *watchdog) extend(to, last time.Time) {
	if to.After(last) {
		to = last
	}
	if to.After(w.deadline) {
		w.deadline = to
	}
}

func (w *watchdog) stopTimers() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total.Stop()
	w.timer.Stop()
	w.stop(nil)
}
