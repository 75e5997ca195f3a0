package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/memory"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// counter is a module that counts the bytes of the input.
type counter struct{}

func (counter) Info() stage.Info { return stage.Info{ID: "count", Produces: []string{"count"}} }

func (counter) Run(_ context.Context, t stage.Task) (stage.Result, error) {
	data, err := json.Marshal(map[string]int{"bytes": len(t.File.Data)})
	return stage.Result{Artifacts: []artifact.Draft{{
		Type:     "count",
		EntityID: artifact.ProjectEntity,
		Source:   artifact.Code,
		Health:   artifact.Valid,
		Data:     data,
	}}}, err
}

const countRecipe = `
recipe_id: count
description: counts the bytes of a file
stages:
  - {id: count, module: count}
`

// A pipeline makes a run of a recipe, and an engine executes it.
func Example() {
	ctx := context.Background()
	store := memory.New().Seams()
	p := pipeline.New(store.Pipeline(), stage.NewCatalog(counter{}), only{}.source)
	r, err := recipe.Parse("count.yaml", []byte(countRecipe))
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := pipeline.Spec{
		RunID:     "run-1",
		ProjectID: "night-ferry",
		Recipe:    r,
		Input:     stage.File{Name: "night_ferry.txt", Data: []byte("INT. FERRY - NIGHT")},
		Request:   event.Request{Options: event.Options{Force: true}},
	}
	if err := p.Create(ctx, spec); err != nil {
		fmt.Println(err)
		return
	}
	if err := local.New(store.Journal, p, local.Options{}).Execute(ctx, "run-1"); err != nil {
		fmt.Println(err)
		return
	}
	state, err := run.Load(ctx, store.Log, "run-1")
	if err != nil {
		fmt.Println(err)
		return
	}
	count, err := store.Artifacts.Artifact(ctx, "night-ferry", state.Stages["count"].ArtifactRefs[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(state.Status, count.Metadata.Ref, string(count.Data))
	// Output: done count:project:v1 {"bytes":18}
}

// What a retry would do is planned before it is made.
func ExamplePipeline_PlanRetry() {
	ctx := context.Background()
	store := memory.New().Seams()
	p := pipeline.New(store.Pipeline(), stage.NewCatalog(counter{}), only{}.source)
	r, err := recipe.Parse("count.yaml", []byte(countRecipe))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Create(ctx, pipeline.Spec{RunID: "run-1", ProjectID: "p", Recipe: r, Input: stage.File{Name: "a.txt"}}); err != nil {
		fmt.Println(err)
		return
	}
	if err := local.New(store.Journal, p, local.Options{}).Execute(ctx, "run-1"); err != nil {
		fmt.Println(err)
		return
	}
	plan, err := p.PlanRetry(ctx, "run-1", pipeline.Retry{Mode: event.RetryFull})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("from", plan.From, "keeps", plan.Kept)
	fmt.Println(p.CreateRetry(ctx, pipeline.RetrySpec{RunID: "run-1-retry-0001", Plan: plan}))
	// Output:
	// from [count] keeps []
	// <nil>
}
