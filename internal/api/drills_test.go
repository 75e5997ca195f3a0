package api_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/run"
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

// Whatever mentions a drill, or what one has made, says so.
func TestDrills_AreMarkedEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known, err := catalog.Shipped()
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, api.Options{}, app.Config{Catalog: known})
		b := s.given("tide", "night_bus.txt")
		real := s.start(b)
		s.rests(real)
		b.Drill = "anthropic-overload"
		id := s.start(b)
		state := s.rests(id).State
		if state.Status != run.RunDone || state.Drill != b.Drill || state.TotalCostUSD != 0 || state.SimulatedCostUSD == 0 {
			t.Fatalf("%s, %q, cost %v beside %v", state.Status, state.Drill, state.TotalCostUSD, state.SimulatedCostUSD)
		}
		list := into[client.RunsPage](s.get("/api/runs?drill=true").is(200)).Runs
		if len(list) != 1 || list[0].Drill != b.Drill || list[0].TotalCostUSD != 0 || list[0].SimulatedCostUSD == 0 {
			t.Errorf("%+v", list)
		}
		for project, drill := range map[string]bool{"tide": false, state.ProjectID: true} {
			at := "/api/projects/" + project
			if p := into[client.Project](s.get(at).is(200)); p.Drill != drill {
				t.Errorf("%s: %+v", project, p)
			}
			if found := into[client.SearchResult](s.get(at + "/search?q=e").is(200)); found.Drill != drill || len(found.Scenes) == 0 {
				t.Errorf("%s: %+v", project, found)
			}
			for _, g := range into[[]client.ArtifactSummary](s.get(at + "/artifacts").is(200)) {
				if g.Drill != drill {
					t.Errorf("%s: %+v", project, g)
				}
			}
			for _, m := range into[[]client.Message](s.get(at + "/chat").is(200)) {
				if (m.Drill != "") != drill {
					t.Errorf("%s: %+v", project, m)
				}
			}
		}
		in := s.incident("")
		s.same(in, real)
		if len(in.Runs.FallenOver) != 0 || !in.Well {
			t.Errorf("%+v", in)
		}
		w := httptest.NewRecorder()
		s.api.ServeHTTP(w, request(t.Context(), "GET", "/metrics", nil))
		if text := w.Body.String(); strings.Contains(text, `provider="openai"`) ||
			!strings.Contains(text, `cineforge_runs_finished_total{outcome="done"} 1`) {
			t.Error("the metrics count the drill")
		}
	})
}
