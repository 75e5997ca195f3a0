package chat

import (
	"strings"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/run"
)

// actions returns what a person can do about a run, as buttons. It leaves out what would be
// refused in the run's state.
func actions(s run.State) []client.Action {
	var all []client.Action
	for _, r := range advice.For(s).Remedies {
		switch {
		case r.Method != "POST" || r.Body["recipe"] != nil: // it changes nothing, or there is no recipe to name yet
		case r.Endpoint != failure.Retry(s.RunID).Endpoint || len(r.Body) > 0:
			all = append(all, button(r))
		default:
			all = append(all, retries(s)...)
		}
	}
	for i := range all {
		if all[i].Variant = "secondary"; i == 0 {
			all[i].Variant = "default"
		}
	}
	return all
}

// retries returns the plain ways to continue a run that has ended.
func retries(s run.State) []client.Action {
	kept := button(failure.Retry(s.RunID))
	kept.Endpoint = strings.TrimSuffix(kept.Endpoint, "/retry") + "/retry-failed-stage" // as clients of the first system know it
	kept.Confirm.Endpoint = kept.Endpoint
	if s.Status == run.RunCancelled {
		kept.Label = "Go on from there"
		return []client.Action{kept}
	}
	full := button(failure.RetryFully(s.RunID))
	full.ID = "retry-full"
	return []client.Action{kept, full}
}

// button returns a remedy as an action, in both forms that clients know.
func button(r failure.Remedy) client.Action {
	payload := r.Body
	if payload == nil {
		payload = map[string]any{}
	}
	return client.Action{
		ID: r.ID, Label: r.Label, Method: r.Method, Endpoint: r.Endpoint, Payload: r.Payload, Body: r.Body,
		Confirm: &client.ConfirmAction{Type: client.StartRun, Endpoint: r.Endpoint, Payload: payload},
	}
}

// details returns the action that shows a run.
func details(runID string) client.Action {
	return client.Action{ID: "details", Label: "View Details", Variant: "outline", Route: "runs/" + runID}
}
