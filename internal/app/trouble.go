package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
)

// troubles is whether the store takes nothing, as commits and probes have found it. It is
// safe for concurrent use.
type troubles struct {
	tell func(error) // is told of its begin, and with nil of its end; nil for nobody

	mu     sync.Mutex // guards what follows
	commit error      // of the last commit
	probe  error      // of the last probe
	probed time.Time
	told   bool

	damages map[string]bool // that requests met, by their texts
}

// probeEvery is how often it is tried at the most whether the store takes anything.
const probeEvery = 2 * time.Second

// note notes what came of a commit.
func (t *troubles) note(err error) {
	if errors.Is(err, pipeline.ErrGaveUp) { // the next probe tells
		t.mu.Lock()
		defer t.mu.Unlock()
		t.commit, t.probed = nil, time.Time{}
		return
	}
	t.change(func() { t.commit = err })
}

// mostDamages is how many damages are remembered that requests met.
const mostDamages = 100

// met notes that something was refused for trouble of the store. It reports whether that is a
// damage that was not met before: a damaged record is no trouble of the whole store.
func (t *troubles) met(err error) (damage bool) {
	if run.TroubleOf(err) != run.Damaged {
		t.change(func() { t.probe, t.probed = err, time.Now() })
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	text := err.Error()
	if t.damages[text] || len(t.damages) >= mostDamages {
		return false
	}
	if t.damages == nil {
		t.damages = map[string]bool{}
	}
	t.damages[text] = true
	return true
}

// change notes something, and tells if that is news.
func (t *troubles) change(note func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	note()
	now := t.now()
	if told := t.told; t.tell != nil && told != (now != nil) {
		t.told = now != nil
		t.tell(now)
	}
}

// now returns the trouble; nil if there is none. The caller holds the lock.
func (t *troubles) now() error {
	if t.commit != nil {
		return t.commit
	}
	return t.probe
}

// last returns when the last probe was.
func (t *troubles) last() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.probed
}

// look probes, if that was not done just now, and returns the trouble.
func (t *troubles) look(ctx context.Context, probe func(context.Context) error) error {
	t.mu.Lock()
	due := time.Since(t.probed) >= probeEvery
	if due {
		t.probed = time.Now()
	}
	t.mu.Unlock()
	if due {
		err := probe(ctx)
		t.change(func() {
			if t.probe = err; err != nil && ctx.Err() != nil && !isTrouble(err) {
				t.probe = nil // who asked has left
			}
		})
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now()
}

func isTrouble(err error) bool {
	_, is := errors.AsType[*run.TroubleError](err)
	return is
}

// Trouble returns what keeps the store from taking anything, as far as is known; nil if
// nothing does.
func (a *App) Trouble() error {
	a.troubles.mu.Lock()
	defer a.troubles.mu.Unlock()
	return a.troubles.now()
}

// Met notes that a request was refused for trouble of the store, which begins by that, if it has
// not begun yet, and ends when the store takes something again. It reports whether the caller
// should log the error: damage of a record, once for each; all other trouble is reported by itself.
func (a *App) Met(err error) (damage bool) { return a.troubles.met(err) }

// Ready returns an error if the store can't be read, or takes nothing.
func (a *App) Ready(ctx context.Context) error {
	if _, _, err := a.journal.Due(ctx, 1); err != nil && !isTrouble(err) {
		return err
	}
	return a.troubles.look(ctx, a.probe)
}

// probe tries whether the store takes anything, and is still of a form that this program
// knows.
func (a *App) probe(ctx context.Context) error {
	if _, _, err := a.journal.Due(ctx, 1); err != nil {
		return err
	}
	return a.warehouse.Probe(ctx)
}
