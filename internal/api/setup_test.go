package api_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/simulator"
)

func TestRecipesHandler_Validate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		check := func(source string) client.RecipeCheck {
			return into[client.RecipeCheck](s.post("/api/recipes/validate", client.UncheckedRecipe{Source: source}).is(200))
		}
		good := shipped(t, "max_cost_usd", "3")
		if c := check(good); !c.Valid || c.Recipe == nil || c.Recipe.Source != good || len(c.Recipe.Stages) != 4 || len(c.Errors) != 0 {
			t.Errorf("%+v", c)
		}
		c := check(strings.Replace(good, "module: story_ingest_v1", "module: story_ingest_v2", 1))
		if c.Valid || c.Recipe != nil || len(c.Errors) != 1 || *c.Errors[0].Line != 19 || *c.Errors[0].Column != 13 ||
			c.Errors[0].Pointer != "/stages/0/module" || *c.Errors[0].Hint != `did you mean "story_ingest_v1"?` {
			t.Errorf("%+v", c)
		}
		if c := check(""); c.Valid || len(c.Errors) != 1 || c.Errors[0].Pointer != "" {
			t.Errorf("%+v", c)
		}
		if c := check("recipe_id: [\n"); c.Valid || len(c.Errors) == 0 {
			t.Errorf("%+v", c)
		}
		if c := check(strings.Replace(good, "params:\n", "params:\n      max_tokens: 3\n", 1)); !c.Valid || len(c.Warnings) != 1 ||
			c.Warnings[0].Pointer != "/stages/0/params/max_tokens" || *c.Warnings[0].Line != 21 {
			t.Errorf("%+v", c)
		}
		if left, err := filepath.Glob(filepath.Join(s.dir, "recipes", "*")); err != nil || len(left) > 0 {
			t.Errorf("kept is %v %v", left, err)
		}
		for range 200 {
			if a := s.post("/api/recipes/validate", `{"source":"a: b"}`); a.status == 429 {
				a.fails(429, "too_many_requests")
				return
			}
		}
		t.Error("any number of checks")
	})
}

// A recipe that is saved as one is what runs take; what it replaces is named, and kept as a version.
func TestRecipesHandler_SavesRecipes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		source := func(id, cost string) string {
			return strings.Replace(shipped(t, "max_cost_usd", cost), "recipe_id: mvp_ingest", "recipe_id: "+id, 1)
		}
		save := func(source string, replace bool, headers ...string) answer {
			return s.post("/api/recipes", client.RecipeSource{Source: source, As: client.AsRecipe, Replace: replace}, headers...)
		}
		first := into[client.SavedRecipe](save(source("own", "1"), false).is(201))
		if first.File == nil || *first.File != "recipes/own.yaml" || first.RecipeID != "own" {
			t.Errorf("%+v", first)
		}
		a := s.get("/api/recipes/own").is(200)
		d, tag := into[client.RecipeDetail](a), "If-Match: "+a.header.Get("Etag")
		if d.Origin != "data_directory" || d.File == nil || *d.File != "recipes/own.yaml" || len(d.Versions) != 1 ||
			d.Versions[0].Name != first.Name ||
			d.Versions[0].Digest != d.Digest || d.Versions[0].SavedAt.IsZero() {
			t.Errorf("%+v", d)
		}
		save(source("own", "2"), false).fails(409, "recipe_exists")
		save(source("own", "2"), true).fails(409, "recipe_exists")
		save(source("own", "2"), false, `If-Match: "sha256:0"`).fails(412, "recipe_changed")
		save(source("new", "2"), false, tag).fails(412, "recipe_changed")
		save(source("own", "2"), false, tag).is(201)
		save(source("own", "3"), false, tag).fails(412, "recipe_changed")
		if d := into[client.RecipeDetail](s.get("/api/recipes/own").is(200)); d.Source != source("own", "2") || len(d.Versions) != 2 {
			t.Errorf("%+v", d)
		}
		save("recipe_id: own\n", false, tag).fails(422, "invalid_recipe")

		save(source("mvp_ingest", "2"), false).fails(409, "recipe_exists")
		save(source("mvp_ingest", "2"), true).is(201)
		if d := into[client.RecipeDetail](s.get("/api/recipes/mvp_ingest").is(200)); d.Origin != "data_directory" || !d.ReplacesShipped {
			t.Errorf("%+v", d)
		}
		s.keeps("bent.yaml", "recipe_id: bent\n")
		bent := "If-Match: " + s.get("/api/recipes/bent").is(200).header.Get("Etag")
		save(source("bent", "2"), false, bent).is(201) // what was broken is mended in its place
		for _, odd := range []string{`{"source":"a: b","replace":true}`, `{"source":"a: b","as":"file"}`, `{"source":"a: b","as":"../x"}`} {
			s.post("/api/recipes", odd).is(422)
		}
		s.post("/api/recipes", client.RecipeSource{Source: source("own", "4")}, tag).fails(422, "invalid_request")
		list := into[[]client.Recipe](s.get("/api/recipes?versions=1").is(200))
		if names := fmt.Sprint(list[0].RecipeID, list[1].RecipeID, list[2].RecipeID, len(list[2].Versions)); len(list) != 3 ||
			names != "bentmvp_ingestown2" {
			t.Errorf("%s %+v", names, list)
		}
		s.get("/api/recipes?versions=some").fails(422, "invalid_request")
	})
}

// Of many that replace one recipe at a time, one does.
func TestRecipesHandler_OneReplaces(t *testing.T) {
	s := idle(t, api.Options{}, app.Config{})
	source := func(n int) string {
		return strings.Replace(shipped(t, "max_cost_usd", fmt.Sprint(n)), "recipe_id: mvp_ingest", "recipe_id: own", 1)
	}
	s.post("/api/recipes", client.RecipeSource{Source: source(1), As: client.AsRecipe}).is(201)
	tag := s.get("/api/recipes/own").is(200).header.Get("Etag")
	var wins, losses int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			a := s.post("/api/recipes", client.RecipeSource{Source: source(i + 2), As: client.AsRecipe}, "If-Match: "+tag)
			mu.Lock()
			defer mu.Unlock()
			switch a.status {
			case http.StatusCreated:
				wins++
			case http.StatusPreconditionFailed:
				losses++
			}
		})
	}
	all.Wait()
	if wins != 1 || losses != 19 {
		t.Errorf("%d replaced it, %d were refused", wins, losses)
	}
}

// The recipe of a run has what the run gave, and the models that it pinned.
func TestRecipesHandler_OfRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(healthy, simulator.Options{})))
		_, id := s.done("tide", "night_bus.txt")
		d := into[client.RecipeDetail](s.get("/api/runs/" + id + "/recipe").is(200))
		if d.Origin != "run" || d.File != nil || d.Broken || len(d.Stages) != 4 {
			t.Fatalf("%+v", d)
		}
		p := d.Stages[0].Params[0]
		if p.Name != "input_file" || p.Origin != client.ValueRun || p.Value != "night_bus.txt" || *p.Parameter != "input_file" {
			t.Errorf("%+v", p)
		}
		if p := d.Stages[3].Params[0]; p.Name != "accept_config" || p.Value != true || p.Origin != client.ValueRun {
			t.Errorf("%+v", p)
		}
		for _, c := range d.Stages[2].Chain {
			if !c.Usable || c.Origin != client.ChoiceDefault {
				t.Errorf("%+v", c)
			}
		}
		s.post("/api/providers/anthropic/hold", client.Hold{Reason: client.Reason{Reason: "billing"}}).is(200)
		d = into[client.RecipeDetail](s.get("/api/runs/" + id + "/recipe").is(200))
		if c := d.Stages[2].Chain[0]; c.Usable || c.Reason != "held" || c.Until == nil || !strings.Contains(c.Detail, "billing") {
			t.Errorf("%+v", c)
		}
	})
}

// Limits that a run has in place of its recipe's are said to be the run's.
func TestRecipesHandler_OfRunSaysItsLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(failing(), simulator.Options{})
		m := models(sim)
		known, err := catalog.Shipped()
		if err != nil {
			t.Fatal(err)
		}
		m.Catalog = known
		s := open(t, api.Options{}, m)
		id := s.start(s.given("tide", "night_bus.txt"))
		s.rests(id)
		recovers(sim)
		limits := client.RetryRequest{MaxCostUSD: new(7.5), MaxWaitSeconds: new(0.0)}
		next := into[client.Started](s.post("/api/runs/"+id+"/retry", limits).is(200)).RunID
		d := into[client.RecipeDetail](s.get("/api/runs/" + next + "/recipe").is(200))
		for _, list := range [][]client.Setting{d.Resilience, d.Stages[2].Resilience} {
			for _, want := range []client.Setting{{Key: "max_cost_usd", Value: 7.5, Origin: client.ValueRun}, {Key: "max_wait_seconds", Value: 0.0,
				Origin: client.ValueRun}, {Key: "max_stage_seconds", Value: 86400.0, Origin: client.ValueRecipe}} {
				if !slices.ContainsFunc(list, func(s client.Setting) bool {
					return s.Key == want.Key && s.Value == want.Value && s.Origin == want.Origin
				}) {
					t.Errorf("%+v is not in %+v", want, list)
				}
			}
		}
		s.rests(next)
	})
}

func TestSetupHandler_Modules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		a := s.get("/api/modules").is(200)
		all := into[[]client.Module](a)
		if len(all) != 4 || all[2].ID != "scene_extract_v1" || all[2].Title != "Find the scenes" || !all[2].AsksModel ||
			len(all[2].DefaultChain) != 4 {
			t.Fatalf("%+v", all)
		}
		for _, m := range all {
			if m.AsksModel != (len(m.Questions) > 0) || m.Description == "" {
				t.Errorf("%+v", m)
			}
			for _, q := range m.Questions {
				if q.Schema == "" || q.About == "" || q.Unit == "" || q.MaxOutputTokens < 1000 ||
					!strings.Contains(string(q.AnswerSchema), "properties") {
					t.Errorf("%s: %+v", m.ID, q)
				}
			}
			for _, p := range m.Params {
				if p.Description == "" || p.Type == "" {
					t.Errorf("%s: %+v", m.ID, p)
				}
			}
		}
		if p := all[3].Params[0]; p.Name != "accept_config" || p.Default != false || p.Common || p.Type != client.ParamBool {
			t.Errorf("%+v", p)
		}
		s.get("/api/modules", "If-None-Match: "+a.header.Get("Etag")).is(304)
	})
}

func TestSetupHandler_Models(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := models(simulator.New(healthy, simulator.Options{}))
		m.Providers[1].Key = "" // of OpenAI
		known, err := catalog.Shipped()
		if err != nil {
			t.Fatal(err)
		}
		window := 5000
		m.Catalog = known.With(catalog.Entry{Provider: "local", Model: "own", Window: window, Source: catalog.FromConfig})
		s := open(t, api.Options{}, m)
		listed := func() (n int) {
			for _, p := range into[[]health.Provider](s.get("/api/providers").is(200)) {
				n += len(p.Models)
			}
			return n
		}
		before := listed()
		a := s.get("/api/models").is(200)
		by := map[string]client.KnownModel{}
		for _, k := range into[[]client.KnownModel](a) {
			by[k.Name] = k
		}
		sonnet := by["anthropic:claude-sonnet-4-6"]
		if !sonnet.Usable || sonnet.Source != client.ModelOfCatalog || sonnet.Price.OutputUSD != 15 || *sonnet.Thinks != "asked" ||
			!sonnet.Spare ||
			!slices.Equal(sonnet.DefaultOf, []string{"normalize", "extract_scenes", "project_config"}) || *sonnet.Dialect != "anthropic" ||
			!strings.HasPrefix(*sonnet.PriceFrom, "https://") {
			t.Errorf("%+v", sonnet)
		}
		if k := by["openai:gpt-5.2"]; k.Usable || k.Reason != "not_configured" || k.Detail != "OPENAI_API_KEY is not set" {
			t.Errorf("%+v", k)
		}
		if k := by["local:own"]; k.Usable || k.Source != client.ModelOfConfig || *k.Window != window || k.Price != nil ||
			k.Dialect != nil || k.PriceFrom != nil {
			t.Errorf("%+v", k)
		}
		if k := by["offline:offline"]; !k.Usable || k.Price == nil || k.Price.InputUSD != 0 {
			t.Errorf("%+v", k)
		}
		s.get("/api/models", "If-None-Match: "+a.header.Get("Etag")).is(304)
		s.post("/api/providers/anthropic/hold", client.Hold{Reason: client.Reason{Reason: "billing"}}).is(200)
		s.get("/api/models", "If-None-Match: "+a.header.Get("Etag")).is(200)
		if after := listed(); after != before {
			t.Errorf("looking at models makes %d of them known, from %d", after, before)
		}
	})
}

// The doctor at the server finds what the doctor of the command line finds, and tries no address
// unless it is asked to.
func TestSetupHandler_Doctor(t *testing.T) {
	m := models(simulator.New(healthy, simulator.Options{}))
	for i := range m.Providers {
		m.Providers[i].BaseURL = "http://127.0.0.1:1" // where nothing listens
	}
	dir := t.TempDir()
	a, err := app.OpenUnchecked(t.Context(), dir, m)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := os.MkdirAll(filepath.Join(dir, "recipes"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "recipes", "bent.yaml"), []byte("recipe_id: bent\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, app: a, dir: dir}
	s.api, s.watch = observed(a, api.Options{Version: "1.2.3"})
	reached := func(checks []client.Check) bool {
		return slices.ContainsFunc(checks, func(c client.Check) bool { return strings.Contains(c.Detail, "nothing listens") })
	}
	if found := into[[]client.Check](s.get("/api/doctor").is(200)); len(found) < 6 || reached(found) ||
		strings.Contains(fmt.Sprint(found), "cineforge ") {
		t.Errorf("%+v", found)
	}
	found := into[[]client.Check](s.get("/api/doctor?reach=true", "Cineforge-Client: cli").is(200))
	var same []client.Check
	for _, c := range app.Doctor(t.Context(), dir, m) {
		same = append(same, client.Check{Name: c.Name, Status: client.CheckStatus(c.Status), Detail: c.Detail, Action: c.Action,
			Group: client.CheckGroup(c.Group), Path: c.Path, Version: c.Version})
	}
	if !reached(found) || !slices.Equal(found, same) {
		t.Errorf("the server finds %+v\nthe command %+v", found, same)
	}
	for name, key := range keys {
		if strings.Contains(fmt.Sprint(found), key) || !strings.Contains(fmt.Sprint(found), name) {
			t.Errorf("%s is told, or is not named", name)
		}
	}
	if i := slices.IndexFunc(found, func(c client.Check) bool { return c.Group == client.CheckedRecipes }); found[i].Status != "problem" {
		t.Errorf("%+v", found[i])
	}
	s.get("/api/doctor?reach=maybe").fails(422, "invalid_request")
	for i := range 20 {
		if a := s.get("/api/doctor"); a.status == 429 {
			if a.fails(429, "too_many_requests"); a.header.Get("Retry-After") != "5" || i < 7 {
				t.Errorf("after %d: %v", i, a.header)
			}
			return
		}
	}
	t.Error("any number of examinations")
}

// The tag of a recipe is its source's, whatever else its description says.
func TestRecipesHandler_TagIsTheSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(healthy, simulator.Options{})))
		before := s.get("/api/recipes/mvp_ingest").is(200)
		s.post("/api/providers/anthropic/hold", client.Hold{Reason: client.Reason{Reason: "billing"}}).is(200)
		time.Sleep(time.Second)
		after := s.get("/api/recipes/mvp_ingest").is(200)
		d := into[client.RecipeDetail](after)
		if tag := before.header.Get("Etag"); tag != after.header.Get("Etag") || tag != `"`+string(artifact.DigestOf([]byte(d.Source)))+`"` {
			t.Error(before.header, after.header)
		}
		if string(before.body) == string(after.body) {
			t.Error("the description does not say that the provider is held")
		}
	})
}
