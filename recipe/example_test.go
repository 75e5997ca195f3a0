package recipe_test

import (
	"fmt"

	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/recipes"
)

func Example() {
	found, err := recipe.Find("mvp_ingest", recipes.FS)
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := found.Recipe.Compile(recipe.PlanOptions{
		Params:  map[string]any{"input_file": "story.fountain", "accept_config": true},
		Modules: modules(), // what the program's modules take and make
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range plan.Stages {
		fmt.Println(s.ID, s.Inputs())
		for _, model := range s.Policy.Chain {
			fmt.Println("  ", model)
		}
	}
	done := map[string]bool{"ingest": true}
	fmt.Println("now:", plan.Ready(func(id string) bool { return done[id] }))
	// Output:
	// ingest []
	// normalize [ingest]
	//    anthropic:claude-sonnet-4-6
	//    anthropic:claude-opus-4-6
	//    openai:gpt-4.1
	//    google:gemini-3-flash-preview
	// extract_scenes [normalize]
	//    anthropic:claude-sonnet-4-6
	//    anthropic:claude-opus-4-6
	//    openai:gpt-5.2
	//    google:gemini-3-flash-preview
	// project_config [normalize extract_scenes]
	//    anthropic:claude-haiku-4-5-20251001
	//    anthropic:claude-sonnet-4-6
	//    anthropic:claude-opus-4-6
	//    openai:gpt-4.1
	// now: [normalize]
}

func ExampleValidate() {
	source := `recipe_id: mine
description: A first try.
stages:
  - id: ingest
    modul: story_ingest_v1
`
	fmt.Println(recipe.Validate("mine.yaml", []byte(source), modules()))
	// Output:
	// mine.yaml:4:5: stage "ingest" has no module; add a line "module: ..."
	// mine.yaml:5:5: unknown key "modul"; did you mean "module"?
}
