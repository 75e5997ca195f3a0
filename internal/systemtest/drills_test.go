package systemtest_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// What the list of drills says of each is so: how it ends, and at which providers something goes
// wrong.
func TestDrills_EndAsTheyAreListed(t *testing.T) {
	for _, d := range providers.Drills() {
		t.Run(d.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
				a, _ := w.boot(-1, false)
				s := w.execute(a, w.start(a, runs.Request{Request: drilled(d.Name)}))
				if s.Status != d.Status {
					t.Errorf("it ends %s, and is listed as %s: %s", s.Status, d.Status, s.Error)
				}
				for id, st := range s.Stages {
					for _, at := range st.Attempts {
						if at.Status == run.AttemptFailed && !slices.Contains(d.Providers, at.Provider) {
							t.Errorf("%s: %s failed, and is not listed: %s", id, at.Provider, at.Error)
						}
					}
				}
			})
		})
	}
}
