package scenes_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/scenes"
)

func ExampleModule() {
	script, _ := json.Marshal(map[string]any{"script_text": "INT. HALL - DAY\n\nA door.\n\nANNA (O.S.)\nIs it open?\n"})
	task := stage.Task{
		Inputs: stage.Inputs{{Metadata: artifact.Metadata{Ref: artifact.NewRef(artifact.CanonicalScript, artifact.ProjectEntity, 1)},
			Data: script}},
		Model: offline.Model{},
	}
	result, err := scenes.Module{}.Run(context.Background(), task)
	if err != nil {
		fmt.Println(err)
		return
	}
	var scene content.Scene
	if err := json.Unmarshal(result.Artifacts[0].Data, &scene); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(scene.SceneID, scene.Location, scene.TimeOfDay, scene.Characters)
	// Output: scene_001 HALL DAY [ANNA]
}
