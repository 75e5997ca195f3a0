package failure_test

import (
	"encoding/json"
	"fmt"

	"github.com/cineforge/cineforge/failure"
)

// A failure that is stored comes back with the effect that was diagnosed.
func ExampleStore() {
	f := failure.New(failure.QuotaExhausted, "the quota of this model is used up", "")
	f.Effect = failure.Effect{OtherModel: true, OtherProvider: true, Scope: failure.ScopeModel}
	data, err := json.Marshal(failure.Store(f))
	if err != nil {
		fmt.Println(err)
		return
	}
	var s failure.Stored
	if err := json.Unmarshal(data, &s); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Restore().Effect.Scope)
	// Output: model
}

// A remedy is a command and a request at once.
func ExampleError_Advised() {
	f := failure.New(failure.Budget, "the run has spent its limit", "").Advised("raise it: %s", failure.RetryFor("r1", 5))
	fmt.Println(f)
	fmt.Println(f.Remedies[0].Request())
	// Output:
	// the run has spent its limit; raise it: cineforge retry r1 --max-cost 5
	// POST /api/runs/r1/retry {"max_cost_usd":5}
}
