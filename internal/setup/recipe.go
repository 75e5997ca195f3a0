package setup

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/shipped"
)

// subject is a recipe that is described.
type subject struct {
	*recipe.Recipe
	options recipe.PlanOptions
	state   *run.State     // of the run that it is described for; nil for none
	written map[string]any // its resilience block
	service *Service
	survey  providers.Survey
}

// describe says what a recipe comes to, for a run with what the run gave.
func (s *Service) describe(ctx context.Context, f library.RecipeFile, of *run.State) (client.RecipeDetail, error) {
	out := client.RecipeDetail{
		RecipeID: f.ID, Origin: string(f.Origin), Digest: artifact.DigestOf(f.Source), Source: string(f.Source), Name: f.ID,
		File: textOf(f.File), ReplacesShipped: f.Shadows, Errors: mistakesOf(f.Err), Warnings: []client.Mistake{},
		Stages: []client.RecipeStage{}, Resilience: []client.Setting{}, Parameters: []client.RecipeParameter{}, Versions: []client.Version{},
	}
	versions, err := s.recipes.Versions(f.ID)
	if err != nil {
		return out, err
	}
	for _, v := range versions {
		out.Versions = append(out.Versions, versionOf(v))
	}
	if f.Recipe != nil {
		out.Name, out.Description = nameOf(f.Recipe), f.Recipe.Description
	}
	if f.Err == nil && f.Recipe != nil {
		survey, err := s.providers.TakeSurvey(ctx)
		if err != nil {
			return out, err
		}
		d := subject{Recipe: f.Recipe, state: of, written: f.Recipe.WrittenResilience(), service: s, survey: survey}
		out.Errors = mistakesOf(d.add(&out))
	}
	out.Broken = len(out.Errors) > 0
	return out, nil
}

// add adds what the recipe comes to.
func (d subject) add(out *client.RecipeDetail) error {
	d.options = recipe.PlanOptions{Modules: d.service.modules, Open: true}
	if d.state != nil {
		d.options = pipeline.PlanOptions(*d.state, d.service.modules)
	}
	plan, err := d.Compile(d.options)
	if err != nil {
		return err
	}
	out.Warnings = warningsOf(d.Recipe)
	for _, p := range plan.Stages {
		described, err := d.stage(p)
		if err != nil {
			return err
		}
		out.Stages = append(out.Stages, described)
	}
	out.Resilience = d.settings("", plan.Resilience.For("", nil))
	out.Parameters = d.parameters()
	return nil
}

func (d subject) stage(p recipe.PlannedStage) (client.RecipeStage, error) {
	info := d.service.infoOf(p.Module)
	out := client.RecipeStage{
		ID: p.ID, Title: shipped.Info(p.ID).Title, Module: p.Module, Description: info.Description, AsksModel: !info.AsksNoModel,
		Needs: listOf(p.Needs), NeedsAll: listOf(p.NeedsAll), After: listOf(p.After), StoreInputs: []client.StoreInput{},
		Consumes: listOf(info.Consumes), Produces: listOf(info.Produces), Chain: []client.ChainChoice{},
		Params: d.params(p, info), Resilience: d.settings(p.ID, p.Policy),
	}
	for _, from := range []struct {
		types         map[string]string
		required, all bool
	}{{p.StoreInputs, true, false}, {p.StoreInputsOptional, false, false}, {p.StoreInputsAll, false, true}} {
		for _, key := range slices.Sorted(maps.Keys(from.types)) {
			out.StoreInputs = append(out.StoreInputs,
				client.StoreInput{Key: key, ArtifactType: from.types[key], Required: from.required, All: from.all})
		}
	}
	if info.AsksNoModel {
		return out, nil
	}
	choices, err := d.survey.Choices(d.state, p.ID, p.Policy)
	for _, c := range choices {
		out.Chain = append(out.Chain, client.ChainChoice{
			Provider: c.Name.Provider, Model: c.Name.Model, Origin: originOf(c, p.Policy), Usability: usabilityOf(c), ModelSpec: specOf(c.Spec),
		})
	}
	return out, err
}

// originOf says why a model is in a chain.
func originOf(c providers.Choice, p recipe.Policy) client.ChoiceOrigin {
	switch {
	case c.StandsIn:
		return client.ChoiceFallback
	case !p.Named && p.IsDefault() && slices.Contains(p.DefaultChain, c.Name):
		return client.ChoiceDefault
	}
	return client.ChoiceOwn
}

func usabilityOf(c providers.Choice) client.Usability {
	u := client.Usability{Usable: c.Reason == "", Reason: event.VerdictReason(c.Reason), Detail: c.Detail}
	u.Since, u.Until = timeOf(c.Since), timeOf(c.Until)
	return u
}

// timeOf returns a time, nil for none.
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

func specOf(s llm.Spec) client.ModelSpec {
	spec := client.ModelSpec{Window: placeOf(s.Window), MaxOutput: placeOf(s.MaxOutput)}
	if p := s.Price; p != nil {
		spec.Price = &client.ModelPrice{InputUSD: p.Input, OutputUSD: p.Output, CacheReadUSD: p.CacheRead, CacheWriteUSD: p.CacheWrite}
	}
	return spec
}

// infoOf returns the description of a module.
func (s *Service) infoOf(module string) stage.Info {
	if m := s.catalog[module]; m != nil {
		return m.Info()
	}
	return stage.Info{}
}

// listOf returns a list that is not nil.
func listOf(names []string) []string { return append([]string{}, names...) }
