package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"cineforge/internal/sqlite"
	"cineforge/pipeline"
	"cineforge/run"
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

// TroubleOf returns what an error of the store, or of files beside it, means; "" if it is no
// trouble.
func TroubleOf(err error) run.Trouble { return sqlite.TroubleOf(err) }

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
	return a.journal.Probe(ctx)
}
