package event_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/run/event"
)

// An event is one flat object: its head, and the members of its body.
func ExampleEvent() {
	line, err := json.Marshal(event.Event{
		Seq:   7,
		Time:  time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC),
		RunID: "run-1",
		Body:  event.UnitDone{StageID: "scenes", Unit: "s1", Done: 1, Total: 12},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(line))

	var e event.Event
	if err := json.Unmarshal(line, &e); err != nil {
		fmt.Println(err)
		return
	}
	if done, ok := e.Body.(event.UnitDone); ok {
		fmt.Printf("%s: %d of %d\n", done.StageID, done.Done, done.Total)
	}
	// Output:
	// {"seq":7,"ts":"2026-11-29T10:00:00.000Z","run_id":"run-1","event":"unit_done","stage_id":"scenes","unit":"s1","done":1,"total":12}
	// scenes: 1 of 12
}
