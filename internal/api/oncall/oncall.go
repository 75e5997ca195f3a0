// Package oncall answers the requests of operators: how providers did over a time, what is wrong
// now, and which drills there are.
package oncall

import (
	"context"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/providers"
)

// Register registers the operations.
func Register(r *endpoint.Router, a *app.App) {
	(&historyHandler{providers: a.Providers}).register(r)
	(&incidentHandler{incident: a.Incident}).register(r)
	endpoint.Handle(r, endpoint.Get("drills", "/drills", "The scenarios that a run can be started with as a drill"),
		func(context.Context, *struct{}) ([]health.Drill, error) { return providers.Drills(), nil })
}

// duration reads a length of time of a query, such as 90s or 1h; 0 for "".
func duration(name, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, failure.New(failure.Input, fmt.Sprintf("%s is no length of time: %q", name, text), "write it as 90s, 15m or 24h")
	}
	return d, nil
}
