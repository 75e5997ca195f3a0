package api_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/simulator"
)

// input adds a file to a project without looking into it, and returns its name.
func (s *site) input(projectID, name string, content []byte) string {
	s.Helper()
	in := project.Input{
		Name: "00000000_" + name, Original: name, Digest: artifact.DigestOf(content), Size: int64(len(content)), Created: time.Now(),
	}
	if _, _, err := s.store.Projects.AddInput(s.Context(), projectID, in, content); err != nil {
		s.Fatal(err)
	}
	return in.Name
}

// What a first look found stands in the list of inputs, and the scenes are those of the command.
func TestInputsHandler_WhatWasFoundStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id := s.project("tide")
		content := read(t, "the_tide_clock.fountain")
		up := into[client.Uploaded](s.upload(id, "tide.fountain", content).is(201))
		list := into[[]client.Input](s.get("/api/projects/" + id + "/inputs").is(200))
		if len(list) != 1 || !reflect.DeepEqual(list[0], up.Input) || up.Scan == nil || up.Scan.Scenes != 20 || up.Scan.Kind != "screenplay" ||
			up.Scan.Pages != up.Pages || up.Scan.Minutes == 0 || up.Scan.WarningCount != len(up.Warnings) || up.Scan.Problem != nil {
			t.Errorf("%+v, %+v", list, up.Scan)
		}
		path := "/api/projects/" + id + "/inputs/" + up.Filename + "/scenes"
		a := s.get(path).is(200)
		doc, err := document.Reader{}.Read(t.Context(), "tide.fountain", content)
		if err != nil {
			t.Fatal(err)
		}
		printed, err := json.Marshal(document.Summary(doc))
		if err != nil {
			t.Fatal(err)
		}
		var command, answered map[string]any
		if err := errors.Join(json.Unmarshal(printed, &command), json.Unmarshal(a.body, &answered)); err != nil {
			t.Fatal(err)
		}
		delete(answered, "kind")
		delete(answered, "confidence")
		if !reflect.DeepEqual(command, answered) {
			t.Errorf("%.300s\n%.300s", a.body, printed)
		}
		tag := a.header.Get("ETag")
		if same := s.get(path, "If-None-Match: "+tag); same.status != 304 || len(same.body) != 0 || tag == "" {
			t.Errorf("%d %q", same.status, tag)
		}
		s.get("/api/projects/none/inputs/x/scenes").fails(404, "project_not_opened")
		s.get("/api/projects/"+id+"/inputs/none/scenes").fails(404, "input_not_found")
		s.get("/api/projects/"+id+"/inputs/.x/scenes").fails(400, "invalid_filename")
	})
}

// A file that can't be read gives one clear sentence in the list and for its scenes; a file of an earlier
// version is looked into when it is asked about.
func TestInputsHandler_WhatCantBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id := s.project("tide")
		pdf := s.input(id, "a.pdf", []byte("%PDF-1.7\nsome pages"))
		old := s.input(id, "b.txt", read(t, "night_bus.txt"))
		content := []byte("INT. HOUSE - DAY\n\nRain.")
		lost := s.input(id, "c.txt", content)
		if err := s.store.Maintenance.Exec(t.Context(),
			"UPDATE blobs SET data = CAST('x' AS BLOB) WHERE digest = '"+string(artifact.DigestOf(content))+"'"); err != nil {
			t.Fatal(err)
		}
		for range 2 { // what is found is the same when it is read again
			list := into[[]client.Input](s.get("/api/projects/" + id + "/inputs").is(200))
			if len(list) != 3 || list[0].Scan == nil || list[1].Scan == nil || list[2].Scan == nil {
				t.Fatalf("%+v", list)
			}
			want := "a.pdf is a PDF file, which can't be read yet; export the script as Fountain or plain text"
			if p := list[0].Scan.Problem; p == nil || *p != want {
				t.Errorf("%v", p)
			}
			if sc := list[1].Scan; sc.Problem != nil || sc.Scenes != 7 {
				t.Errorf("%+v", sc)
			}
			if p := list[2].Scan.Problem; p == nil || *p != "the stored content of c.txt is lost or damaged; upload the file again" {
				t.Errorf("%v", p)
			}
		}
		for name, want := range map[string]string{pdf: "a.pdf is a PDF file", lost: "the stored content of c.txt is lost or damaged"} {
			if p := s.get("/api/projects/"+id+"/inputs/"+name+"/scenes").fails(422, "input_extraction_failed"); !strings.Contains(p.Message, want) {
				t.Errorf("%s", p.Message)
			}
		}
		if scenes := into[client.InputScenes](s.get("/api/projects/" + id + "/inputs/" + old + "/scenes").is(200)); len(scenes.Scenes) != 7 {
			t.Errorf("%d scenes", len(scenes.Scenes))
		}
	})
}

// What another version of the reader found is not what this one finds.
func TestInputsHandler_AnotherReadersScanIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id := s.project("tide")
		content := read(t, "night_bus.txt")
		name := s.input(id, "b.txt", content)
		if err := s.store.Projects.KeepScan(t.Context(), project.Scan{Digest: artifact.DigestOf(content), Original: "b.txt", Reader: "0",
			Summary: json.RawMessage(`{"scenes":99}`), Report: json.RawMessage(`{"scenes":[]}`)}); err != nil {
			t.Fatal(err)
		}
		if list := into[[]client.Input](s.get("/api/projects/" + id + "/inputs").is(200)); list[0].Scan.Scenes != 7 {
			t.Errorf("%+v", list[0].Scan)
		}
		if scenes := into[client.InputScenes](s.get("/api/projects/" + id + "/inputs/" + name + "/scenes").is(200)); len(scenes.Scenes) != 7 {
			t.Errorf("%d scenes", len(scenes.Scenes))
		}
	})
}

// A plan shows what a start of the same body does, and makes nothing.
func TestRunsHandler_Plan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(healthy, simulator.Options{})
		m := models(sim)
		var err error
		if m.Catalog, err = catalog.Shipped(); err != nil {
			t.Fatal(err)
		}
		s := open(t, api.Options{}, m)
		b := s.given("tide", "night_bus.txt")
		b.WithoutProviders = []string{"openai"}
		b.Chains = map[string][]string{"extract_scenes": {"claude-opus-4-6", "gpt-5.2"}}
		b.MaxCostUSD = new(3.0)
		b.MaxWaitSeconds = new(90.0)
		b.OnExhausted = "pause"
		b.AcceptConfig = false
		b.Params = map[string]any{"accept_config": true}
		plan := into[run.StartPlan](s.post("/api/runs/plan", b).is(200))
		extract := plan.Stages[2]
		if extract.StageID != "extract_scenes" || *extract.Units != 7 || *extract.First != "anthropic:claude-opus-4-6" ||
			extract.Chain[1].Reason != "left_out" || plan.CostUSD == nil || plan.MaxCost.Value != 3 || extract.Limits.OnExhausted.Value != "pause" ||
			extract.Limits.MaxWaitSeconds.Value != 90 || extract.Title == "" || plan.ProjectID != "tide" {
			t.Errorf("%+v", plan)
		}
		if page := into[client.RunsPage](s.get("/api/runs").is(200)); len(page.Runs) != 0 || len(sim.Calls()) != 0 {
			t.Errorf("%+v, %d calls", page.Runs, len(sim.Calls()))
		}
		id := s.start(b)
		state := s.rests(id).State
		if state.Status != run.RunDone || !slices.Equal(state.WithoutProviders, b.WithoutProviders) || *state.Limits.MaxCostUSD != 3 ||
			state.Limits.OnExhausted != "pause" || state.RuntimeParams["accept_config"] != true {
			t.Errorf("%+v", state)
		}
		for _, c := range sim.Calls() {
			if c.Provider == "openai" {
				t.Errorf("%+v", c)
			}
		}
		retry := into[run.RetryPlan](s.get("/api/runs/" + id + "/retry-plan?full=true&chain=extract_scenes%3Dgpt-5.2,claude-opus-4-6" +
			"&without_providers=google&provider_order=openai,anthropic&on_exhausted=fail").is(200))
		want := event.Routing{Chains: map[string][]string{"extract_scenes": {"gpt-5.2", "claude-opus-4-6"}},
			ProviderOrder: []string{"openai", "anthropic"}, WithoutProviders: []string{"google"}}
		if !retry.Routing.Equal(want) || retry.Limits.OnExhausted != "fail" || *retry.Limits.MaxCostUSD != 3 {
			t.Errorf("%+v %+v", retry.Routing, retry.Limits)
		}
		s.post("/api/runs/"+id+"/retry", client.RetryRequest{Full: true,
			ModelChoice: client.ModelChoice{WithoutProviders: []string{"anthropic", "openai", "google"}}}).fails(422, "invalid_request")
	})
}

// What a start refuses its plan refuses too, with the same code and the same words.
func TestRunsHandler_PlanAndStartRefuseTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		taken := s.start(b)
		for name, change := range map[string]func(*client.RunRequest){
			"project":        func(c *client.RunRequest) { c.ProjectID = "nobodys" },
			"input":          func(c *client.RunRequest) { c.InputFile = "/etc/passwd" },
			"config":         func(c *client.RunRequest) { c.Params = map[string]any{"config_file": "/etc/passwd"} },
			"recipe":         func(c *client.RunRequest) { c.RecipeID = "none" },
			"stage":          func(c *client.RunRequest) { c.EndAt = "none" },
			"drill":          func(c *client.RunRequest) { c.Drill = "none" },
			"id":             func(c *client.RunRequest) { c.RunID = "../x" },
			"taken":          func(c *client.RunRequest) { c.RunID = taken },
			"parameter":      func(c *client.RunRequest) { c.Params = map[string]any{"accept_confg": true} },
			"provider":       func(c *client.RunRequest) { c.ProviderOrder = []string{"opnai"} },
			"chain":          func(c *client.RunRequest) { c.Chains = map[string][]string{"x": {"gpt-4.1"}} },
			"nobody is left": func(c *client.RunRequest) { c.WithoutProviders = []string{"offline"} },
			"cost":           func(c *client.RunRequest) { c.MaxCostUSD = new(-1.0) },
			"exhausted":      func(c *client.RunRequest) { c.OnExhausted = "wait" },
			"override":       func(c *client.RunRequest) { c.ConfigOverrides = map[string]any{"genr": "x"} },
		} {
			ask := b
			change(&ask)
			planned := s.post("/api/runs/plan", ask)
			started := s.post("/api/runs/start", ask)
			p, q := into[client.Problem](planned), into[client.Problem](started)
			p.RequestID, q.RequestID = "", ""
			if planned.status != started.status || planned.status < 400 || !reflect.DeepEqual(p, q) {
				t.Errorf("%s:\nplan  %d %s\nstart %d %s", name, planned.status, planned.body, started.status, started.body)
			}
		}
		b.RetryOf = taken
		s.post("/api/runs/plan", b).fails(422, "invalid_request")
		s.post("/api/runs/plan", `{"project_id":`).fails(400, "invalid_request")
	})
}

// Limits are those that other operations hold to, by the document.
func TestLimitsHandler_AreThoseOfTheDocument(t *testing.T) {
	s := idle(t, api.Options{UploadLimit: 5 << 20, Tokens: []guard.Token{{Name: "a", Secret: strings.Repeat("x", 32)}}}, app.Config{})
	l := into[client.ServerLimits](s.get("/api/limits").is(200))
	if l.UploadBytes != 5<<20 || !l.TokenRequired || l.EditBytes == 0 || l.ChatBytes == 0 || l.ConfigBytes != 64<<10 {
		t.Errorf("%+v", l)
	}
	bounds := map[string]int{
		"listRuns/limit": l.Pages.RunsMax, "recentProjects/limit": l.Pages.ProjectsMax, "runEvents/limit": l.Pages.EventsMax,
	}
	for _, op := range contractOf(t, s.api).operations() {
		for _, p := range op.Parameters {
			want, listed := bounds[op.ID+"/"+p.Name]
			if !listed {
				continue
			}
			delete(bounds, op.ID+"/"+p.Name)
			if p.Schema["maximum"] != float64(want) {
				t.Errorf("%s: %v, not %d", op.ID, p.Schema["maximum"], want)
			}
		}
	}
	if len(bounds) > 0 {
		t.Errorf("no limit of %v", bounds)
	}
	usable := 0
	for _, f := range l.Formats {
		if f.Usable {
			usable++
		}
		if f.Usable != (f.Missing == nil) || len(f.Extensions) == 0 || len(f.MediaTypes) == 0 {
			t.Errorf("%+v", f)
		}
	}
	if usable != 3 || len(l.Formats) < 6 {
		t.Errorf("%+v", l.Formats)
	}
}
