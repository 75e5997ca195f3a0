package api_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/simulator"
)

// Drills are listed apart from real runs, whatever their ids.
func TestRunsHandler_ListsDrillsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		real := s.start(b)
		drill := func(scenario, id string) string {
			c := b
			c.Drill = scenario
			c.RunID = id
			return s.start(c)
		}
		byID := drill("S17", "")
		byName := drill("anthropic-overload:openai", "mine")
		other := drill("S15", "")
		for _, tt := range []struct {
			query string
			want  []string
		}{
			{"", []string{other, byName, byID, real}},
			{"true", []string{other, byName, byID}},
			{"false", []string{real}},
			{"s17", []string{byName, byID}},
			{"anthropic-overload", []string{byName, byID}},
			{"healthy", nil},
		} {
			var got []string
			for _, r := range into[client.RunsPage](s.get("/api/runs?drill=" + tt.query).is(200)).Runs {
				got = append(got, r.RunID)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("drill=%s: %v, want %v", tt.query, got, tt.want)
			}
		}
		s.get("/api/runs?drill=none").fails(422, "invalid_request")
	})
}

func TestDrills_AreListed(t *testing.T) {
	s := idle(t, api.Options{}, app.Config{})
	all := into[[]health.Drill](s.get("/api/drills").is(200))
	if len(all) != len(simulator.Builtin()) {
		t.Error(len(all))
	}
	for _, d := range all {
		if d.Name == "" || d.ID == "" || d.Title == "" || d.Description == "" || d.Providers == nil || d.Status == "" {
			t.Errorf("%+v", d)
		}
		if d.ID == "S17" && (d.Title != "Anthropic overload" || !slices.Equal(d.Providers, []string{"anthropic"}) || *d.Seconds != 1200) {
			t.Errorf("%+v", d)
		}
	}
}
