package upkeep

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
)

// condition is whether the store takes anything, as commits and probes have found it. It is
// safe for concurrent use.
type condition struct {
	report func(error) // is called when trouble begins, and with nil when it ends; nil for no report

	mu       sync.Mutex // guards what follows
	commit   error      // of the last commit
	probe    error      // of the last probe
	probed   time.Time
	reported bool

	damages map[string]bool // that requests met, by their texts
}

// probeInterval is the shortest time between two probes of the store.
const probeInterval = 2 * time.Second

// note notes what came of a commit.
func (t *condition) note(err error) {
	if errors.Is(err, pipeline.ErrGaveUp) { // the next probe decides
		t.mu.Lock()
		defer t.mu.Unlock()
		t.commit = nil
		t.probed = time.Time{}
		return
	}
	t.change(func() { t.commit = err })
}

// maxDamages is how many damages are remembered that requests met.
const maxDamages = 100

// met notes that something was refused for trouble of the store. It reports whether that is a
// damage that was not met before: a damaged record is no trouble of the whole store.
func (t *condition) met(err error) (damage bool) {
	if run.TroubleOf(err) != run.Damaged {
		t.change(func() {
			t.probe = err
			t.probed = time.Now()
		})
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	text := err.Error()
	if t.damages[text] || len(t.damages) >= maxDamages {
		return false
	}
	if t.damages == nil {
		t.damages = map[string]bool{}
	}
	t.damages[text] = true
	return true
}

// change notes something, and reports it if trouble has begun or ended by that.
func (t *condition) change(note func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	note()
	now := t.now()
	if t.report != nil && t.reported != (now != nil) {
		t.reported = now != nil
		t.report(now)
	}
}

// now returns the trouble; nil if there is none. The caller holds the lock.
func (t *condition) now() error {
	if t.commit != nil {
		return t.commit
	}
	return t.probe
}

// last returns when the last probe was.
func (t *condition) last() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.probed
}

// look probes, if that was not done just now, and returns the trouble.
func (t *condition) look(ctx context.Context, probe func(context.Context) error) error {
	t.mu.Lock()
	due := time.Since(t.probed) >= probeInterval
	if due {
		t.probed = time.Now()
	}
	t.mu.Unlock()
	if due {
		err := probe(ctx)
		t.change(func() {
			if t.probe = err; err != nil && ctx.Err() != nil && !isTrouble(err) {
				t.probe = nil // the request has ended, and says nothing of the store
			}
		})
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now()
}

// isTrouble reports whether an error is trouble of the store.
func isTrouble(err error) bool {
	_, is := errors.AsType[*run.TroubleError](err)
	return is
}
