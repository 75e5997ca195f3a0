package health

import "github.com/cineforge/cineforge/run"

// Drill is a scenario that a run can be started with: the simulator plays all providers by it.
type Drill struct {
	Name        string     `json:"name" example:"anthropic-overload" doc:"What a run is started with as drill; the id does too."`
	ID          string     `json:"id" example:"S17"`
	Title       string     `json:"title" example:"Anthropic overload"`
	Description string     `json:"description" doc:"What goes wrong."`
	Providers   []string   `json:"providers" nullable:"false" doc:"Those that it goes wrong at."`
	Status      run.Status `json:"expected_status" doc:"How a run of the shipped recipe ends."`
	Seconds     *float64   `json:"length_seconds" doc:"From the first call on; null if it has no end, or calls decide it."`
}
