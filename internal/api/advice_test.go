package api_test

import (
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
	wants []string   // the requests of its actions
	ends  run.Status // how the newest run of the line is after each of them
}

// forCommands is the header by which the command line says what it is.
const forCommands = "Cineforge-Client: cli"

// Each action of a hint is done as it is written, in the state in which it is advised, and lets
// the run go on. The hint names each by its label, and no command, flag or path; only for the
// command line does it name commands.
func TestAPI_HintsOfProblemsAreFollowed(t *testing.T) {
	for _, tt := range advisedRequests() {
		for i := range tt.wants {
			t.Run(tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, sim, id := tt.make(t)
					p := into[client.Problem](s.post("/api/runs/"+id+tt.path, tt.body))
					tt.wellWorded(t, p)
					a := p.Actions[i]
					if want := strings.ReplaceAll(tt.wants[i], "ID", id); !strings.HasPrefix(a.Request(), want) {
						t.Errorf("%q is advised, want %q", a.Request(), want)
					}
					tt.wellCommanded(t, into[client.Problem](s.post("/api/runs/"+id+tt.path, tt.body, forCommands)))
					if sim != nil {
						sim.SetScenario(healthy)
						time.Sleep(time.Second) // mending takes a moment
					}
					if strings.HasSuffix(a.Endpoint, "/stream") {
						listen(t, s.api, a.Endpoint, "")
					} else if a.Payload == nil {
						s.call(a.Method, a.Endpoint, nil).is(200)
					} else {
						s.call(a.Method, a.Endpoint, a.Payload).is(200)
					}
					time.Sleep(time.Hour) // what is under way comes to its end
					if state := into[client.RunsPage](s.get("/api/runs").is(200)).Runs[0]; tt.ends != "" &&
						state.Status != tt.ends && a.Method == "POST" {
						t.Errorf("the newest run is %s: %s", state.Status, state.Error)
					}
				})
			})
		}
	}
}

// wellWorded wants a hint in words, which names each action by its label.
func (a advised) wellWorded(t *testing.T, p client.Problem) {
	t.Helper()
	if p.Hint == nil || strings.Contains(*p.Hint, "--") || strings.Contains(*p.Hint, "cineforge ") || strings.Contains(*p.Hint, "/api/") {
		t.Fatalf("hint of %q: %v", p.Message, p.Hint)
	}
	if len(p.Actions) != len(a.wants) {
		t.Fatalf("%d actions in %q", len(p.Actions), *p.Hint)
	}
	for _, action := range p.Actions {
		if !strings.Contains(*p.Hint, "“"+action.Label+"”") || len(action.Command) > 0 {
			t.Errorf("%q is not named in %q, or has a command: %v", action.Label, *p.Hint, action.Command)
		}
	}
}

// wellCommanded wants a hint for the command line, which names the command of each action.
func (a advised) wellCommanded(t *testing.T, p client.Problem) {
	t.Helper()
	for _, action := range p.Actions {
		if p.Hint == nil || action.Line("cineforge") == "" || !strings.Contains(*p.Hint, action.Line("cineforge")) {
			t.Errorf("the command of %q is not named in %v", action.Label, p.Hint)
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
