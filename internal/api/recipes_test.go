package api_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipes"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
)

// shipped is the recipe of the program, with a setting of its resilience block.
func shipped(t *testing.T, key, value string) string {
	t.Helper()
	source, err := recipes.FS.ReadFile("mvp_ingest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for line := range strings.Lines(string(source)) {
		if !strings.HasPrefix(strings.TrimSpace(line), key+":") {
			text.WriteString(line)
		}
	}
	return text.String() + "  " + key + ": " + value + "\n"
}

// keeps puts a recipe into the data directory.
func (s *site) keeps(name, source string) {
	s.Helper()
	dir := filepath.Join(s.dir, "recipes")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(source), 0o600); err != nil {
		s.Fatal(err)
	}
}

func TestRecipesHandler_ShowsAndSavesVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		r := into[client.RecipeDetail](s.get("/api/recipes/mvp_ingest").is(200))
		if source, err := recipes.FS.ReadFile("mvp_ingest.yaml"); err != nil || r.Source != string(source) || r.Origin != "shipped" ||
			r.RecipeID != "mvp_ingest" || r.Digest != artifact.DigestOf(source) {
			t.Errorf("%+v %v", r, err)
		}
		mine := shipped(t, "max_cost_usd", "3")
		saved := into[client.SavedRecipe](s.post("/api/recipes", client.RecipeSource{Source: mine}).is(201))
		again := into[client.SavedRecipe](s.post("/api/recipes", client.RecipeSource{Source: mine}).is(201))
		if saved != again || saved.RecipeID != "mvp_ingest" || saved.Digest != artifact.DigestOf([]byte(mine)) {
			t.Errorf("%+v %+v", saved, again)
		}
		version := into[client.RecipeDetail](s.get("/api/recipes/" + saved.Name).is(200))
		if version.Source != mine || version.Origin != "version" {
			t.Errorf("%+v", version)
		}
		if r := into[client.RecipeDetail](s.get("/api/recipes/mvp_ingest").is(200)); r.Origin != "shipped" {
			t.Errorf("a version hides the recipe: %+v", r)
		}
		if all := into[[]client.Recipe](s.get("/api/recipes").is(200)); len(all) != 1 {
			t.Errorf("%+v", all)
		}
		s.keeps("own.yaml", strings.Replace(mine, "recipe_id: mvp_ingest", "recipe_id: own", 1))
		if r := into[client.RecipeDetail](s.get("/api/recipes/own").is(200)); r.Origin != "data_directory" {
			t.Errorf("%+v", r)
		}
		s.get("/api/recipes/none").fails(404, "recipe_not_found")
		s.get("/api/recipes/mvp_ingest@0123456789ab").fails(404, "recipe_not_found")
		for _, bad := range []string{"recipe_id: [", strings.Replace(mine, "module: story_ingest_v1", "module: none", 1),
			mine + strings.Repeat("#", 100) + "\nfoo: bar\n"} {
			p := s.post("/api/recipes", client.RecipeSource{Source: bad}).fails(422, "invalid_recipe")
			if len(p.Errors) == 0 || !strings.Contains(p.Message, "recipe:") {
				t.Errorf("%+v", p)
			}
		}
		s.post("/api/recipes", `{}`).fails(422, "invalid_request")
		if files, err := filepath.Glob(filepath.Join(s.dir, "recipes", "versions", "*")); err != nil || len(files) != 1 {
			t.Errorf("kept are %v %v", files, err)
		}
	})
}

func TestRetry_ByRecipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sim, id := failed(t)
		pinned := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State.RecipeDigest
		if p := into[pipeline.RetryPlan](s.get("/api/runs/" + id + "/retry-plan").is(200)); p.Recipe.Name != event.PinnedRecipe ||
			p.Recipe.Digest != pinned || p.MaxCostUSD != 10 {
			t.Errorf("%+v", p.RetryPlan)
		}
		source := shipped(t, "stage_fallback_models", "{extract_scenes: [gpt-5.2]}")
		saved := into[client.SavedRecipe](s.post("/api/recipes", client.RecipeSource{Source: source}).is(201))
		s.keeps("mvp_ingest.yaml", source)
		planned := s.get("/api/runs/" + id + "/retry-plan?recipe=current").is(200)
		if p := into[pipeline.RetryPlan](planned); p.Recipe.Name != "current" || p.Recipe.Digest != saved.Digest || len(p.Changes) != 1 ||
			p.Changes[0].Key != "stage_fallback_models" {
			t.Errorf("%+v", p.RetryPlan)
		}
		s.get("/api/runs/"+id+"/retry-plan?recipe=none").fails(404, "recipe_not_found")
		s.post("/api/runs/"+id+"/retry", client.RetryRequest{Recipe: "none"}).fails(404, "recipe_not_found")
		s.post("/api/runs/"+id+"/retry", client.RetryRequest{Recipe: saved.Name}, "If-Match: "+planned.header.Get("Etag")).fails(412,
			"plan_changed")
		s.keeps("broken.yaml", "recipe_id: broken\n")
		s.post("/api/runs/"+id+"/retry", client.RetryRequest{Recipe: "broken"}).fails(422, "invalid_recipe")

		// That the recipe is the pinned one can be said or left out.
		s.rest()
		one := into[client.Started](s.post("/api/runs/"+id+"/retry", nil, "Idempotency-Key: one").is(200)).RunID
		for _, same := range []any{client.RetryRequest{}, client.RetryRequest{Recipe: "pinned"}, `{"recipe":""}`} {
			if got := into[client.Started](s.post("/api/runs/"+id+"/retry", same, "Idempotency-Key: one").is(200)); got.RunID != one ||
				!got.Existing {
				t.Errorf("%v gives %+v", same, got)
			}
		}
		s.post("/api/runs/"+id+"/retry", client.RetryRequest{Recipe: "current"}).fails(409, "already_retried")
		s.post("/api/runs/"+one+"/cancel", nil).is(200)
		s.works()
		recovers(sim)
		next := into[client.Started](s.post("/api/runs/"+id+"/retry", client.RetryRequest{Recipe: saved.Name}).is(200)).RunID
		st := s.rests(next).State
		if st.Status != run.RunDone || st.RecipeDigest != saved.Digest || st.Retry.Recipe.Name != saved.Name {
			t.Errorf("%s: %s, by %s %+v", st.Status, st.Error, st.RecipeDigest, st.Retry)
		}
		if chat := s.get("/api/projects/tide/chat").is(200); !strings.Contains(string(chat.body), "mvp_ingest ("+saved.Name+")") {
			t.Errorf("the chat does not name the recipe: %s", chat.body)
		}
	})
}

func TestRetry_WithLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(healthy, simulator.Options{})
		m := models(sim)
		var err error
		if m.Catalog, err = catalog.Shipped(); err != nil {
			t.Fatal(err)
		}
		s := open(t, api.Options{}, m)
		s.keeps("mvp_ingest.yaml", shipped(t, "max_cost_usd", "0.02"))
		id := s.start(s.given("tide", "the_tide_clock.fountain"))
		if st := s.rests(id).State; st.Status != run.RunFailed || st.Stages["extract_scenes"].TerminalReason != event.MoneySpent {
			t.Fatalf("%s: %s", st.Status, st.Error)
		}
		p := s.post("/api/runs/"+id+"/retry", nil).fails(409, "no_budget_left")
		if !strings.Contains(p.Message, "$0.0200") || p.Hint == nil || strings.Contains(*p.Hint, "--") ||
			len(p.Actions) != 1 || p.Actions[0].Payload["max_cost_usd"] == nil {
			t.Errorf("%s; %v; %v", p.Message, p.Hint, p.Actions)
		}
		s.get("/api/runs/"+id+"/retry-plan").fails(409, "no_budget_left")
		s.post("/api/runs/"+id+"/retry-failed-stage", nil).fails(409, "no_budget_left")
		s.post("/api/runs/start", map[string]any{"project_id": "x", "input_file": "x", "retry_failed_stage_for_run_id": id}).fails(409,
			"no_budget_left")
		chat := into[[]client.Message](s.get("/api/projects/tide/chat").is(200))
		if acts := chat[len(chat)-1].Actions; len(acts) != 2 || acts[0].ID != "retry-with-more-money" ||
			acts[0].Confirm.Endpoint != "/api/runs/"+id+"/retry" || acts[0].Confirm.Payload["max_cost_usd"] == nil {
			t.Errorf("%+v", acts)
		}
		for _, bad := range []string{`{"max_cost_usd":-1}`, `{"max_cost_usd":"5"}`, `{"max_cost_usd":1e9}`, `{"max_wait_seconds":-1}`,
			`{"max_wait_seconds":1e300}`} {
			s.post("/api/runs/"+id+"/retry", bad).fails(422, "invalid_request")
		}
		for _, bad := range []string{"max_cost_usd=-1", "max_cost_usd=x", "max_cost_usd=NaN", "max_wait_seconds=1e300"} {
			s.get("/api/runs/"+id+"/retry-plan?"+bad).fails(422, "invalid_request")
		}
		plan := into[pipeline.RetryPlan](s.get("/api/runs/" + id + "/retry-plan?max_cost_usd=5&max_wait_seconds=0").is(200))
		if plan.MaxCostUSD != 5 || plan.SpentUSD == 0 || plan.Limits.MaxWaitSeconds == nil || *plan.Limits.MaxWaitSeconds != 0 {
			t.Errorf("%+v", plan.RetryPlan)
		}
		if plan := into[pipeline.RetryPlan](s.get("/api/runs/" + id + "/retry-plan?max_cost_usd=5").is(200)); plan.Limits.MaxWaitSeconds != nil {
			t.Errorf("%+v", plan.Limits)
		}
		next := into[client.Started](s.post("/api/runs/"+id+"/retry",
			client.RetryRequest{MaxCostUSD: new(5.0), MaxWaitSeconds: new(0.0)}).is(200)).RunID
		st := s.rests(next).State
		if st.Status != run.RunDone || !st.Limits.Equal(plan.Limits) {
			t.Errorf("%s: %s, %+v", st.Status, st.Error, st.Limits)
		}
	})
}

// A limit on the cost that can't be kept refuses the start, and says the way out.
func TestStart_ACostLimitWantsPrices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(healthy, simulator.Options{}))) // no model has a price
		s.keeps("mvp_ingest.yaml", shipped(t, "max_cost_usd", "5"))
		b := s.given("tide", "the_tide_clock.fountain")
		p := s.post("/api/runs/start", b).fails(422, "unknown_price")
		if !strings.Contains(p.Message, "is not known") || p.Hint == nil || !strings.Contains(*p.Hint, "on_unknown_price: allow") ||
			!strings.Contains(*p.Hint, "cineforge.yaml") {
			t.Errorf("%s; %v", p.Message, p.Hint)
		}
		s.keeps("mvp_ingest.yaml", shipped(t, "on_unknown_price", "allow")+"  max_cost_usd: 5\n")
		if st := s.rests(s.start(b)).State; st.Status != run.RunDone || st.Unpriced == 0 || st.Tokens.Output == 0 {
			t.Errorf("%s: %s, %d unpriced, %+v", st.Status, st.Error, st.Unpriced, st.Tokens)
		}
	})
}
