package api_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
)

func TestSystemHandler_HealthAndChangelog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		if h := into[client.ServerHealth](s.get("/api/health").is(200)); h.Status != "ok" || h.Version != "1.2.3" {
			t.Error(h)
		}
		if h := into[client.ServerHealth](s.get("/api/ready").is(200)); h.Status != "ready" {
			t.Error(h)
		}
		log, err := os.ReadFile("../../CHANGELOG.md") // of which a copy is in the program
		if a := s.get("/api/changelog").is(200); err != nil || string(a.body) != string(log) {
			t.Errorf("%v %.200s", err, a.body)
		}
		all := into[[]client.Recipe](s.get("/api/recipes").is(200))
		if len(all) == 0 || all[0].RecipeID != "mvp_ingest" || all[0].StageCount != 4 ||
			strings.Join(all[0].Stages, " ") != "ingest normalize extract_scenes project_config" {
			t.Errorf("%+v", all)
		}
		if p := s.get("/api/nothing").fails(404, "not_found"); p.Hint == nil {
			t.Error("without a hint")
		}
		s.post("/api/nothing", "{}").fails(404, "not_found")
		a := s.call(http.MethodDelete, "/api/health", nil)
		if a.fails(405, "method_not_allowed"); strings.Join(a.header.Values("Allow"), ",") != "GET" {
			t.Error(a.header)
		}
		s.call(http.MethodHead, "/api/nothing", nil).is(404)
	})
}

func TestSystemHandler_DatabaseThatCantBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		s.store.Close()
		s.get("/api/health").is(200)
		s.get("/api/ready").fails(503, "not_ready")
		p := s.get("/api/projects/recent").fails(500, "internal")
		if p.RequestID == "" || strings.Contains(p.Message, "sql") {
			t.Errorf("%+v", p)
		}
	})
}

func TestProjectsHandler_CreateOpenChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		if list := s.get("/api/projects/recent").is(200); string(list.body) != "[]\n" {
			t.Errorf("%s", list.body)
		}
		if id := s.project("night-ferry"); id != "night-ferry" {
			t.Error(id)
		}
		for _, want := range []string{"night-ferry-2", "night-ferry-3"} {
			if id := s.project("night-ferry"); id != want {
				t.Error(id, want)
			}
		}
		s.post("/api/projects/new", client.NewProject{Slug: "Night Ferry"}).fails(422, "invalid_request")
		p := into[client.Project](s.post("/api/projects/open", client.OpenProject{ProjectPath: "night-ferry-2"}).is(200))
		if p.ProjectID != "night-ferry-2" || p.DisplayName != "Night Ferry" || p.HasInputs || p.InputFiles == nil || p.Preferences == nil {
			t.Errorf("%+v", p)
		}
		for _, path := range []string{"/etc/passwd", "../night-ferry", "night-ferry/", "", "output/night-ferry"} {
			s.post("/api/projects/open", client.OpenProject{ProjectPath: path}).fails(404, "project_not_found")
		}
		s.get("/api/projects/nobodys").fails(404, "project_not_opened")

		changed := s.call(http.MethodPatch, "/api/projects/night-ferry/settings",
			`{"display_name":"The Night Ferry","ui_preferences":{"theme":"slate","n":[1,{"a":null}]}}`).is(200)
		if p := into[client.Project](changed); p.DisplayName != "The Night Ferry" || string(p.Preferences["n"]) != `[1,{"a":null}]` {
			t.Errorf("%s", changed.body)
		}
		changed = s.call(http.MethodPatch, "/api/projects/night-ferry/settings", `{"ui_preferences":{"theme":null}}`).is(200)
		if p := into[client.Project](changed); p.DisplayName != "The Night Ferry" || len(p.Preferences) != 1 {
			t.Errorf("%s", changed.body)
		}
		s.call(http.MethodPatch, "/api/projects/nobodys/settings", `{"display_name":"x"}`).fails(404, "project_not_opened")
		recent := into[[]client.RecentProject](s.get("/api/projects/recent?limit=2").is(200))
		if len(recent) != 2 || recent[0].ProjectPath != recent[0].ProjectID || recent[0].LastModified == 0 {
			t.Errorf("%+v", recent)
		}
		s.get("/api/projects/recent?limit=0").fails(422, "invalid_request")
	})
}

// A slug with a thousand namesakes can't have another.
func TestProjectsHandler_Namesakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		long := strings.Repeat("a", 60)
		for i := range 999 {
			want := long
			if suffix := seq("", i+1); i > 0 {
				want = long[:60-len(suffix)] + suffix
			}
			if i < 990 && i != 9 && i != 99 {
				if err := s.store.Projects.CreateProject(t.Context(), project.Project{ID: want}); err != nil {
					t.Fatal(err)
				}
			} else if id := s.project(long); id != want {
				t.Fatal(id, want)
			}
		}
		s.post("/api/projects/new", client.NewProject{Slug: long}).fails(409, "project_exists")
	})
}

func TestProjectsHandler_ProposesNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		p := into[client.SlugProposal](s.post("/api/projects/preview-slug",
			client.SlugRequest{Snippet: string(read(t, "the_tide_clock.fountain")), Filename: "draft_7.fountain"}).is(200))
		if p.Slug != "the-tide-clock" || p.DisplayName != "The Tide Clock" || len(p.Alternatives) != 1 || p.Alternatives[0] != "draft-7" {
			t.Errorf("%+v", p)
		}
		p = into[client.SlugProposal](s.post("/api/projects/preview-slug", client.SlugRequest{Filename: "../../My Story.pdf"}).is(200))
		if p.Slug != "my-story" {
			t.Errorf("%+v", p)
		}
		s.post("/api/projects/preview-slug", `{"content_snippet":3}`).fails(422, "invalid_request")
		body, kind := form("file", "draft_7.fountain", read(t, "the_tide_clock.fountain"))
		if p := into[client.SlugProposal](s.post("/api/projects/quick-scan", body, kind).is(200)); p.Slug != "the-tide-clock" {
			t.Errorf("%+v", p)
		}
	})
}

// A run from its start to its end, looked at by everything that shows it.
func TestRunsHandler_ARunFromStartToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		projectID, id := s.done("tide", "the_tide_clock.fountain")
		state := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200))
		if state.BackgroundError != nil || state.State.Status != run.RunDone || len(state.State.Stages) != 4 {
			t.Errorf("%+v", state)
		}
		tag := s.get("/api/runs/" + id + "/state").header.Get("Etag")
		s.get("/api/runs/"+id+"/state", "If-None-Match: "+tag).is(304)
		s.get("/api/runs/"+id+"/state", `If-None-Match: "1"`).is(200)

		events := into[client.RunEvents](s.get("/api/runs/" + id + "/events").is(200)).Events
		for i, e := range events {
			if e.Seq != int64(i+1) {
				t.Fatal(i, e.Seq)
			}
		}
		if last := events[len(events)-1]; !event.Terminal(last.Body) {
			t.Error(last)
		}
		part := s.get("/api/runs/" + id + "/events?after=3&limit=4").is(200)
		if e := into[client.RunEvents](part).Events; len(e) != 4 || e[0].Seq != 4 {
			t.Errorf("%+v", e)
		}
		s.get("/api/runs/"+id+"/events?after=3&limit=4", "If-None-Match: "+part.header.Get("Etag")).is(304)
		lines := s.get("/api/runs/"+id+"/events", "Accept: application/x-ndjson").is(200)
		if n := strings.Count(string(lines.body), "\n"); n != len(events) {
			t.Error(n, len(events))
		}
		file := s.get("/api/runs/" + id + "/events?format=ndjson").is(200) // as a link asks for it
		name := file.header.Get("Content-Disposition")
		if string(file.body) != string(lines.body) || !strings.Contains(name, id+"-events.ndjson") {
			t.Errorf("%q, %d bytes, not %d", name, len(file.body), len(lines.body))
		}
		if two := s.get("/api/runs/" + id + "/events?format=ndjson&after=3&limit=2").is(200); strings.Count(string(two.body), "\n") != 2 {
			t.Errorf("%s", two.body)
		}
		list := s.get("/api/runs/"+id+"/events?format=json", "Accept: application/x-ndjson").is(200)
		if e := into[client.RunEvents](list).Events; len(e) != len(events) {
			t.Error(len(e))
		}
		s.get("/api/runs/"+id+"/events?format=xml").fails(422, "invalid_request")
		if none := s.get("/api/runs/" + id + "/events?after=100000").is(200); len(into[client.RunEvents](none).Events) != 0 {
			t.Errorf("%s", none.body)
		}
		s.get("/api/runs/none/events").fails(404, "run_events_not_found")
		s.get("/api/runs/none/events?after=3").fails(404, "run_events_not_found")
		s.get("/api/runs/"+id+"/events?after=x").fails(422, "invalid_request")
		s.get("/api/runs/"+id+"/events?limit=0").fails(422, "invalid_request")
		s.get("/api/runs/none/state").fails(404, "run_state_not_found")

		runs := into[[]run.Overview](s.get("/api/projects/" + projectID + "/runs").is(200))
		if len(runs) != 1 || runs[0].RunID != id || runs[0].Status != run.RunDone {
			t.Errorf("%+v", runs)
		}
		s.get("/api/runs/" + id + "/export").is(200)
		s.get("/api/runs/none/export").fails(404, "run_state_not_found")
		found := into[client.SearchResult](s.get("/api/projects/" + projectID + "/search?q=walter").is(200))
		if len(found.Characters) == 0 || len(found.Scenes) == 0 || found.Props == nil {
			t.Errorf("%+v", found)
		}
		if p := into[client.Project](s.get("/api/projects/" + projectID).is(200)); p.RunCount != 1 || p.ArtifactGroups == 0 || !p.HasInputs {
			t.Errorf("%+v", p)
		}
	})
}

// The list of all runs comes in pages, of which none repeats or leaves out a run.
func TestRunsHandler_List(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		var want []string
		for range 7 {
			want = append([]string{s.start(b)}, want...)
		}
		var got []string
		cursor := ""
		for pages := 0; ; pages++ {
			page := into[client.RunsPage](s.get("/api/runs?limit=3&cursor=" + cursor).is(200))
			for _, r := range page.Runs {
				got = append(got, r.RunID)
			}
			if cursor = page.NextCursor; cursor == "" {
				if pages != 2 {
					t.Error("pages", pages)
				}
				break
			}
			if pages > 5 {
				t.Fatal("the pages come to no end")
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Error(got, want)
		}
		if page := into[client.RunsPage](s.get("/api/runs?status=queued&project=tide").is(200)); len(page.Runs) != 7 {
			t.Errorf("%+v", page)
		}
		if page := into[client.RunsPage](s.get("/api/runs?status=failed").is(200)); len(page.Runs) != 0 || page.Runs == nil {
			t.Errorf("%+v", page)
		}
		s.get("/api/runs?cursor=none").fails(422, "invalid_cursor")
		s.get("/api/runs?status=odd").fails(422, "invalid_request")
		s.get("/api/runs?limit=1001").fails(422, "invalid_request")
	})
}

func TestProvidersHandler_HoldAndProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(healthy, simulator.Options{})))
		all := into[[]health.Provider](s.get("/api/providers").is(200))
		if len(all) != 3 || !all[0].Configured {
			t.Errorf("%+v", all)
		}
		held := into[health.Provider](s.post("/api/providers/anthropic/hold", `{"reason":"maintenance <b>","seconds":60}`).is(200))
		if held.Held == nil || held.Held.Reason != "maintenance <b>" {
			t.Errorf("%+v", held)
		}
		free := into[health.Provider](s.post("/api/providers/anthropic/release", `{"reason":"over"}`).is(200))
		if free.Held != nil {
			t.Errorf("%+v", free)
		}
		s.post("/api/providers/anthropic/probe", `{"reason":"look"}`).is(200)
		for _, word := range []string{"hold", "release", "probe"} {
			s.post("/api/providers/nobody/"+word, `{"reason":"x"}`).fails(404, "provider_not_found")
			s.post("/api/providers/anthropic/"+word, `{}`).fails(422, "invalid_request")
			s.post("/api/providers/anthropic/"+word, `{"reason":""}`).fails(422, "invalid_request")
		}
		for name, code := range map[string]string{"anthropic:claude-x": "model_not_found", "nobody:claude-x": "provider_not_found",
			"NO_KEY": "provider_not_found", "a%2Fb": "provider_not_found"} {
			s.post("/api/providers/"+name+"/release", `{"reason":"x"}`).fails(404, code)
		}
		s.post("/api/providers/anthropic:claude-sonnet-4-6/hold", `{"reason":"x"}`).fails(404, "provider_not_found")
		turns := s.get("/api/providers/events?limit=10").is(200)
		if !strings.Contains(string(turns.body), "maintenance") {
			t.Errorf("%s", turns.body)
		}
		s.get("/api/providers/events?limit=-1").fails(422, "invalid_request")
	})
}

// A release takes a provider, a model and a key, and answers what it has ended.
func TestProvidersHandler_Release(t *testing.T) {
	const model = "anthropic/claude-sonnet-4.6" // as some name it; a slash in a path is %2F
	for name, tt := range map[string]struct {
		fault, release, key, model string
		hold                       bool
	}{
		"a provider": {"auth", "router", "ROUTER_KEY", "", true},
		"a key":      {"auth", "ROUTER_KEY", "ROUTER_KEY", "", false},
		"a model":    {"not_found", "router:anthropic%2Fclaude-sonnet-4.6", "ROUTER_KEY", model, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(always(tt.fault), simulator.Options{})
				m := app.Config{Transport: sim.Transport(),
					Providers: []providers.Provider{{Name: "router", Dialect: "openrouter", BaseURL: "http://simulator.test/compat/router/v1",
						KeyVariable: "ROUTER_KEY", Key: "sk-router-key", Models: []string{model}}}}
				s := open(t, api.Options{}, m)
				s.rests(s.start(s.given("tide", "the_tide_clock.fountain")))
				if tt.hold {
					s.post("/api/providers/router/hold", `{"reason":"maintenance"}`).is(200)
				}
				before := into[[]health.Provider](s.get("/api/providers").is(200))[0]
				if l := before.Models[0].Limits; l == nil ||
					l.FirstByte != (health.TimeLimit{Seconds: 300, Source: "default of a server that may have to load its model"}) ||
					l.Idle.Seconds != 30 || l.Total.Source == "" {
					t.Errorf("limits %+v", l)
				}
				gates := append(before.Gates, before.Models[0].Gates...)
				if len(gates) != 1 || gates[0].Since.IsZero() || !gates[0].Until.After(gates[0].Since) {
					t.Fatalf("%+v", before)
				}
				out := into[health.Released](s.post("/api/providers/"+tt.release+"/release", `{"reason":"cured"}`).is(200))
				if out.Name != "router" || len(out.Gates)+len(out.Models[0].Gates) > 0 || out.Held != nil {
					t.Errorf("it is now %+v", out.Provider)
				}
				if n := len(out.Ended); n == 0 || tt.hold != (n == 2) {
					t.Fatalf("%+v", out.Ended)
				}
				if h := out.Ended[0].Hold; tt.hold && (h == nil || h.Reason != "maintenance") {
					t.Errorf("%+v", out.Ended)
				}
				last := out.Ended[len(out.Ended)-1]
				if last.Provider != "router" || last.Model != tt.model || last.Key != tt.key || last.Gate == nil ||
					last.Gate.Message != gates[0].Message {
					t.Errorf("%+v", last)
				}
				if again := s.post("/api/providers/"+tt.release+"/release", `{"reason":"again"}`).is(200); !strings.Contains(string(again.body),
					`"ended":[]`) {
					t.Errorf("%s", again.body)
				}
			})
		})
	}
}

func TestProjectsHandler_ReservedSlugs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		p := into[client.Project](s.post("/api/projects/new", client.NewProject{Slug: "recent", DisplayName: "Recent"}).is(201))
		if got := into[client.Project](s.get("/api/projects/" + p.ProjectID).is(200)); got.ProjectID != "recent-2" {
			t.Errorf("%+v", got)
		}
	})
}
