package api

import (
	"strings"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/run"
)

// actionsFor returns what a person can do about a run, as buttons. What would be refused as
// the run stands is not among them.
func actionsFor(s run.State) []client.Action {
	var actions []client.Action
	for _, r := range advice.For(s).Remedies {
		switch {
		case r.Method != "POST" || r.Body["recipe"] != nil: // it changes nothing; there is no recipe to name yet
		case r.Endpoint != failure.Retry(s.RunID).Endpoint || len(r.Body) > 0:
			actions = append(actions, button(r))
		default:
			actions = append(actions, retries(s)...)
		}
	}
	for i := range actions {
		if actions[i].Variant = "secondary"; i == 0 {
			actions[i].Variant = "default"
		}
	}
	return actions
}

// retries are the plain ways to go on with a run that is over.
func retries(s run.State) []client.Action {
	kept := button(failure.Retry(s.RunID))
	kept.Endpoint = strings.TrimSuffix(kept.Endpoint, "/retry") + "/retry-failed-stage" // as clients of the first system know it
	kept.Confirm.Endpoint = kept.Endpoint
	if s.Status == run.RunCancelled {
		kept.Label = "Go On From There"
		return []client.Action{kept}
	}
	full := button(failure.RetryFully(s.RunID))
	full.ID = "retry-full"
	return []client.Action{kept, full}
}

// button is a remedy as an action, in both forms that clients know.
func button(r failure.Remedy) client.Action {
	payload := r.Body
	if payload == nil {
		payload = map[string]any{}
	}
	id := strings.ReplaceAll(strings.ToLower(r.Label), " ", "-")
	return client.Action{ID: id, Label: r.Label, Method: r.Method, Endpoint: r.Endpoint, Body: r.Body,
		Confirm: &client.ConfirmAction{Type: client.StartRun, Endpoint: r.Endpoint, Payload: payload}}
}

// details is the action that shows a run.
func details(runID string) client.Action {
	return client.Action{ID: "details", Label: "View Details", Variant: "outline", Route: "runs/" + runID}
}
