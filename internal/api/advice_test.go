package api_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// advised is a request that is refused, with what the hint has to name.
type advised struct {
	name  string
	make  func(t *testing.T) (*site, *simulator.Simulator, string) // the state
	path  string                                                   // of the run that is posted to
	body  string
	wants []string   // the requests of the hint
	ends  run.Status // how the newest run of the line is after each of them
}

var requestInHint = regexp.MustCompile(`(GET|POST) (/api/[^\s;]+)( \{[^}]*\})?`)

// Each request that a hint names is made as it is written, in the state in which it is named,
// and lets the run go on. No hint of a request names a flag or a command.
func TestAPI_HintsOfProblemsAreFollowed(t *testing.T) {
	for _, tt := range advisedRequests() {
		for i := range tt.wants {
			t.Run(tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, sim, id := tt.make(t)
					p := into[client.Problem](s.post("/api/runs/"+id+tt.path, tt.body))
					if p.Hint == nil || strings.Contains(*p.Hint, "--") || strings.Contains(*p.Hint, "cineforge ") {
						t.Fatalf("hint of %q: %v", p.Message, p.Hint)
					}
					found := requestInHint.FindAllStringSubmatch(*p.Hint, -1)
					if len(found) != len(tt.wants) || len(p.Actions) != len(found) {
						t.Fatalf("%d requests and %d actions in %q", len(found), len(p.Actions), *p.Hint)
					}
					if want := strings.ReplaceAll(tt.wants[i], "ID", id); !strings.HasPrefix(found[i][0], want) {
						t.Errorf("%q is advised, want %q", found[i][0], want)
					}
					if sim != nil {
						sim.SetScenario(healthy)
						time.Sleep(time.Second) // mending takes a moment
					}
					if strings.HasSuffix(found[i][2], "/stream") {
						listen(t, s.api, found[i][2], "")
					} else {
						var body any
						if text := strings.TrimSpace(found[i][3]); text != "" {
							body = json.RawMessage(text)
						}
						s.call(found[i][1], found[i][2], body).is(200)
					}
					time.Sleep(time.Hour) // what is under way comes to its end
					if state := into[client.RunsPage](s.get("/api/runs").is(200)).Runs[0]; tt.ends != "" &&
						state.Status != tt.ends && found[i][1] == "POST" {
						t.Errorf("the newest run is %s: %s", state.Status, state.Error)
					}
				})
			})
		}
	}
}

// advisedRequests are the refused requests.
func advisedRequests() []advised {
	done := func(t *testing.T) (*site, *simulator.Simulator, string) {
		s := open(t, api.Options{}, app.Config{})
		_, id := s.done("tide", "night_bus.txt")
		return s, nil, id
	}
	awaiting := func(t *testing.T) (*site, *simulator.Simulator, string) {
		s := open(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		b.AcceptConfig = false
		id := s.start(b)
		s.rests(id)
		return s, nil, id
	}
	waiting := func(t *testing.T) (*site, *simulator.Simulator, string) {
		sim := simulator.New(scenario.Scenario{ID: "down", Name: "down", Rules: []scenario.Rule{{Name: "down",
			Fault: scenario.Fault{Error: "overloaded"}}}}, simulator.Options{})
		s := open(t, api.Options{}, models(sim))
		if err := s.app.Runs.Serve(); err != nil { // as serve does: a process works on what is due
			t.Fatal(err)
		}
		id := s.start(s.given("tide", "night_bus.txt"))
		for into[client.RunState](s.get("/api/runs/"+id+"/state").is(200)).State.Status != run.Waiting {
			time.Sleep(time.Second)
		}
		return s, sim, id
	}
	cheap := func(t *testing.T) (*site, *simulator.Simulator, string) {
		sim := simulator.New(healthy, simulator.Options{})
		m := models(sim)
		var err error
		if m.Catalog, err = catalog.Shipped(); err != nil {
			t.Fatal(err)
		}
		s := open(t, api.Options{}, m)
		s.keeps("recipe-cheap.yaml", strings.Replace(shipped(t, "max_cost_usd", "0.004"), "recipe_id: mvp_ingest", "recipe_id: cheap", 1))
		b := s.given("tide", "night_bus.txt")
		b.RecipeID = "cheap"
		id := s.start(b)
		s.rests(id)
		return s, nil, id
	}
	return []advised{
		{name: "resume of what is done", make: done, path: "/resume", wants: []string{`POST /api/runs/ID/retry {"full":true}`},
			ends: run.RunDone},
		{name: "retry of what is done", make: done, path: "/retry", wants: []string{`POST /api/runs/ID/retry {"full":true}`,
			`POST /api/runs/ID/retry {"from":"project_config"}`}, ends: run.RunDone},
		{name: "cancel of what is done", make: done, path: "/cancel", wants: []string{"GET /api/runs/ID/state"}},
		{name: "resume of what failed", make: failed, path: "/resume", wants: []string{"POST /api/runs/ID/retry"}, ends: run.RunDone},
		{name: "try-now of what is paused", make: awaiting, path: "/try-now", wants: []string{"POST /api/runs/ID/resume"}, ends: run.RunDone},
		{name: "retry of what is paused", make: awaiting, path: "/retry", wants: []string{"POST /api/runs/ID/resume",
			"POST /api/runs/ID/cancel"}},
		{name: "retry of what waits", make: waiting, path: "/retry", wants: []string{"POST /api/runs/ID/try-now", "POST /api/runs/ID/cancel"}},
		{name: "resume of what waits", make: waiting, path: "/resume", wants: []string{"POST /api/runs/ID/try-now"}, ends: run.RunDone},
		{name: "retry without money", make: cheap, path: "/retry", wants: []string{`POST /api/runs/ID/retry {"max_cost_usd":0.`},
			ends: run.RunDone},
	}
}
