package sleep

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// pollEvery is how often a watch looks whether the machine has slept, and grace how long a
// call that was under way may take to show that it is still alive.
const (
	pollEvery = 2 * time.Second
	grace     = 3 * time.Second
)

// ErrSlept ends a call that was under way when the machine slept, and did not go on.
var ErrSlept = errors.New("the machine slept while the answer was to come")

// Watch ends a call by [ErrSlept] when the machine has slept and the call shows no sign of
// life after that. The zero value is ready to be started, once.
type Watch struct {
	clock  *Clock
	cancel context.CancelCauseFunc
	signs  atomic.Int64
	mu     sync.Mutex    // guards what follows
	behind time.Duration // at the last look
	last   time.Time     // when that was
	gone   time.Duration // for how long it was not run when it should have been
	timer  *time.Timer   // of the next look; nil once stopped
}

// Start begins to watch over a call that cancel ends. It is to be stopped.
func (w *Watch) Start(clock *Clock, cancel context.CancelCauseFunc) {
	w.clock = clock
	w.cancel = cancel
	w.mu.Lock()
	defer w.mu.Unlock()
	w.behind = clock.Behind()
	w.last = time.Now()
	w.timer = time.AfterFunc(pollEvery, w.look)
}

// Alive notes a sign of life of the call.
func (w *Watch) Alive() { w.signs.Add(1) }

// Stop ends the watch.
func (w *Watch) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
	w.timer = nil
}

// Missed returns for how long the watch, and so the whole process, did not run though the
// clock did: it was stopped, or its machine had no time for it. 0 for a moment.
func (w *Watch) Missed() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.noteLook()
	return w.gone
}

// noteLook notes that the watch looks now, and if it should have done so long before. The
// mutex is held.
func (w *Watch) noteLook() {
	now := time.Now()
	if gone := now.Sub(w.last) - pollEvery; gone >= Least {
		w.gone += gone
	}
	w.last = now
}

// look looks whether the machine has slept.
func (w *Watch) look() {
	now := w.clock.Behind()
	w.mu.Lock()
	slept := now-w.behind >= Least
	w.behind = now
	w.mu.Unlock()
	if !slept {
		w.schedule(pollEvery, w.look)
		return
	}
	w.clock.Check()
	w.doubt(w.signs.Load())
}

// doubt ends the call unless it shows a sign of life within the grace. A process that was
// stopped meanwhile has not read what came, and gets that time again.
func (w *Watch) doubt(seen int64) {
	due := time.Now().Add(grace)
	w.schedule(grace, func() { w.decide(seen, due) })
}

// decide ends the call if it has shown no sign of life until a time.
func (w *Watch) decide(seen int64, due time.Time) {
	switch {
	case w.signs.Load() != seen:
		w.look()
	case time.Since(due) >= Least:
		w.doubt(seen)
	default:
		w.cancel(ErrSlept)
	}
}

// schedule calls do after a time, unless the watch was stopped.
func (w *Watch) schedule(after time.Duration, do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.noteLook()
		w.last = w.last.Add(after - pollEvery)
		w.timer = time.AfterFunc(after, do)
	}
}
