package systemtest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// A person's retry tries a provider that is left alone for failures, also where the run may not wait: the
// outage is over, and the breakers don't know it.
func TestRetry_TriesWhoIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: down(time.Second), settings: map[string]string{"max_wait_seconds": "0"}})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{Queue: true})
		defer w.works(a)()
		if s := w.over(id, time.Minute); s.Status != run.RunFailed {
			t.Fatal(s.Status)
		}
		time.Sleep(2 * time.Second)
		next, _, err := a.Runs.Retry(t.Context(), id, runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFailed}, Queue: true})
		if err != nil {
			t.Fatal(err)
		}
		if s := w.over(next, time.Minute); s.Status != run.RunDone {
			t.Errorf("it is %s: %s", s.Status, s.Error)
		}
	})
}
