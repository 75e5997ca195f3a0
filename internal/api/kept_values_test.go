package api_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
)

// What clients of the first system read in members that are there: not only the types have
// to be right.
func TestAPI_KeepsValuesOfTheFirstSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{Version: "0.13.0"}, app.Config{})
		project, id := s.done("tide", "the_tide_clock.fountain")
		if h := into[client.ServerHealth](s.get("/api/health").is(200)); h.Version != "0.13.0" {
			t.Errorf("version %q", h.Version)
		}
		p := into[client.Project](s.get("/api/projects/" + project).is(200))
		inputs := into[[]client.Input](s.get("/api/projects/" + project + "/inputs").is(200))
		if len(p.InputFiles) != 1 || p.InputFiles[0] != "the_tide_clock.fountain" || inputs[0].Filename == p.InputFiles[0] ||
			inputs[0].StoredPath != inputs[0].Filename {
			t.Errorf("%v; %+v", p.InputFiles, inputs)
		}
		var order []string
		for _, m := range regexp.MustCompile(`"(\w+)":\{"status"`).FindAllStringSubmatch(string(s.get("/api/runs/"+id+"/state").is(
			200).body), -1) {
			order = append(order, m[1])
		}
		if !slices.Equal(order, []string{"ingest", "normalize", "extract_scenes", "project_config"}) {
			t.Errorf("stages %v", order)
		}
		found := into[client.SearchResult](s.get("/api/projects/" + project + "/search?q=e").is(200))
		if len(found.Scenes) == 0 || len(found.Characters) == 0 || len(found.Locations) == 0 {
			t.Fatalf("%+v", found)
		}
		for _, sc := range found.Scenes {
			if !slices.Contains([]string{"INT", "EXT", "INT/EXT", ""}, sc.IntExt) {
				t.Errorf("%s is %q", sc.Heading, sc.IntExt)
			}
			s.get("/api/projects/" + project + "/artifacts/scene/" + sc.SceneID + "/1").is(200)
		}
		for _, e := range append(found.Characters, found.Locations...) {
			s.get("/api/projects/" + project + "/artifacts/" + e.ArtifactType + "/" + e.EntityID + "/1").is(200)
		}
		slug := into[client.SlugProposal](s.post("/api/projects/preview-slug", client.SlugRequest{Filename: "my_story.fountain"}).is(200))
		if slug.DisplayName != "My Story" || slug.Slug != "my-story" {
			t.Errorf("%+v", slug)
		}
		s.post("/api/projects/preview-slug", client.SlugRequest{}).fails(422, "invalid_request")
	})
}

// A run that failed says why, wherever it failed, and what can be done.
func TestAPI_KeepsTheFailureOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, id := failed(t)
		got := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200))
		for _, st := range got.State.Stages {
			if st.Status == run.StageFailed && (got.BackgroundError == nil || !strings.Contains(*got.BackgroundError, st.Error) ||
				!strings.Contains(*got.BackgroundError, st.Hint)) {
				t.Errorf("%v, and the stage says %q, %q", got.BackgroundError, st.Error, st.Hint)
			}
		}
		if got.BackgroundError == nil {
			t.Error("nothing is said")
		}
	})
}

// The time of a stage counts while it waits, too.
func TestAPI_KeepsTheTimeOfAWaitingStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(always("overloaded"), simulator.Options{})))
		id := s.start(s.given("tide", "night_bus.txt"))
		s.rests(id)
		time.Sleep(10 * time.Minute) // some rounds
		state := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State
		for state.Status != run.Waiting {
			time.Sleep(time.Second)
			state = into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State
		}
		waits := false
		for _, st := range state.Stages {
			if st.Status != run.StageWaiting {
				continue
			}
			waits = true
			if st.DurationSeconds < 9*60 {
				t.Errorf("%v seconds", st.DurationSeconds)
			}
		}
		if !waits {
			t.Errorf("nobody waits: %s", state.Status)
		}
		s.post("/api/runs/"+id+"/cancel", nil).is(200)
		s.rests(id)
	})
}
