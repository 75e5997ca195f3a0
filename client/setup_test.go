package client_test

import (
	"strings"
	"testing"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
)

func TestClient_CurrentSession(t *testing.T) {
	w := newWorld(t, app.Config{}, api.Options{Tokens: tokens})
	s, err := on(t, w.handler, client.Options{Token: token}).CurrentSession(t.Context())
	if err != nil || !s.TokenRequired || !s.Authenticated || s.Name == nil || *s.Name != "trial" || s.Channel != "api" {
		t.Errorf("%+v %v", s, err)
	}
	if s, err := on(t, w.handler, client.Options{}).CurrentSession(t.Context()); err != nil || s.Authenticated || !s.TokenRequired {
		t.Errorf("%+v %v", s, err)
	}
}

// What a check says of a recipe is not what a server ignored of the request.
func TestRecipes_ValidateSaveReplace(t *testing.T) {
	w := newWorld(t, app.Config{}, api.Options{})
	var warned []client.RequestWarning
	c := on(t, w.handler, client.Options{Warn: func(w client.RequestWarning) { warned = append(warned, w) }})
	ctx := t.Context()
	shipped, err := c.Recipes.Find(ctx, "mvp_ingest")
	if err != nil || len(shipped.Stages) != 4 || shipped.Origin != "shipped" {
		t.Fatalf("%+v %v", shipped, err)
	}
	source := strings.NewReplacer("recipe_id: mvp_ingest", "recipe_id: own", "input_file: ${input_file}",
		"input_file: ${input_file}\n      max_tokens: 3").Replace(shipped.Source)
	check, err := c.Recipes.Validate(ctx, []byte(source))
	if err != nil || !check.Valid || len(check.Warnings) != 1 || len(warned) != 0 {
		t.Errorf("%+v %v, warned of %v", check, err, warned)
	}
	if check, err := c.Recipes.Validate(ctx, []byte("a: b")); err != nil || check.Valid || len(check.Errors) == 0 {
		t.Errorf("%+v %v", check, err)
	}
	first, err := c.Recipes.Replace(ctx, []byte(source), "", false)
	if err != nil || first.RecipeID != "own" {
		t.Fatalf("%+v %v", first, err)
	}
	changed := []byte(source + "# more\n")
	if _, err := c.Recipes.Replace(ctx, changed, "", false); code(err) != "recipe_exists" {
		t.Errorf("replaced without a word: %v", err)
	}
	if _, err := c.Recipes.Replace(ctx, changed, artifact.DigestOf(changed), false); code(err) != "recipe_changed" {
		t.Errorf("replaced for another one: %v", err)
	}
	if _, err := c.Recipes.Replace(ctx, changed, first.Digest, false); err != nil {
		t.Error(err)
	}
	list, err := c.Recipes.ListVersions(ctx)
	if err != nil || len(list) != 2 || list[0].RecipeID != "own" || len(list[0].Versions) != 2 {
		t.Errorf("%+v %v", list, err)
	}
}

func TestSetup_ModulesModelsDoctor(t *testing.T) {
	w := newWorld(t, app.Config{}, api.Options{})
	c, ctx := on(t, w.handler, client.Options{}), t.Context()
	modules, err := c.Setup.Modules(ctx)
	if err != nil || len(modules) != 4 {
		t.Errorf("%+v %v", modules, err)
	}
	models, err := c.Setup.Models(ctx)
	if err != nil || len(models) < 10 || models[len(models)-1].Name != "offline:offline" {
		t.Errorf("%+v %v", models, err)
	}
	for _, reach := range []bool{false, true} {
		if checks, err := c.Setup.Doctor(ctx, reach); err != nil || len(checks) < 5 || checks[0].Name != "data directory" {
			t.Errorf("%+v %v", checks, err)
		}
	}
}
