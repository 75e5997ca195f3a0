package run_test

import (
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// The state of a run is what its events amount to, and nothing else.
func ExampleFold() {
	bodies := []event.Body{
		event.PipelineStarted{RecipeID: "mvp_ingest", ProjectID: "night-ferry", StageIDs: []string{"ingest", "normalize"}},
		event.StageStarted{StageID: "ingest", Module: "story_ingest_v1"},
		event.StageFinished{StageID: "ingest"},
		event.StageStarted{StageID: "normalize", Module: "script_normalize_v1"},
		event.StageFailed{StageID: "normalize", Error: "page 3 is blank", ErrorClass: failure.Input},
		event.PipelineFinished{Outcome: event.Failed, Error: "normalize: page 3 is blank"},
	}
	state, err := run.Fold(func(yield func(event.Event, error) bool) {
		for i, b := range bodies {
			e := event.Event{Seq: int64(i + 1), Time: time.Unix(int64(i), 0), RunID: "run-1", Body: b}
			if !yield(e, nil) {
				return
			}
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(state.RunID, state.Status, state.Error)
	for _, id := range state.StageOrder {
		st, _ := state.Stage(id)
		fmt.Println(id, st.Status)
	}
	// Output:
	// run-1 failed normalize: page 3 is blank
	// ingest done
	// normalize failed
}

// A run that is not over has stages to do.
func ExampleState_ToDo() {
	state := run.NewState()
	started := event.PipelineStarted{StageIDs: []string{"ingest", "normalize"}}
	for i, b := range []event.Body{started, event.StageStarted{StageID: "ingest"}, event.StageFinished{StageID: "ingest"}} {
		if err := state.Apply(event.Event{Seq: int64(i + 1), RunID: "run-1", Body: b}); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(state.ToDo())
	// Output: [normalize]
}
