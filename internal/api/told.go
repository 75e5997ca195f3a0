package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"cineforge/client"
	"cineforge/run"
)

// told is a message that tells of an event.
type told struct {
	client.Message
	at      time.Time
	waiting string // the stage that waits, where that is what it tells
}

const (
	// toldRuns is of how many runs, the latest ones, messages tell.
	toldRuns = 30
	// entriesRead is how many events those runs have at the most, if it is not one alone.
	entriesRead = 20_000
)

// told tells of what happened in the latest runs of a project. It is made of the
// events each time, so that it is right whatever happened.
func (s *API) told(ctx context.Context, projectID string) ([]told, error) {
	var ids []string
	events := 0
	for r, err := range s.app.Store.Runs(ctx, run.Part{ProjectID: projectID}) {
		if err != nil {
			return nil, err
		}
		events += int(r.LastSeq)
		if len(ids) == toldRuns || len(ids) > 0 && events > entriesRead {
			break
		}
		ids = append(ids, r.RunID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	entries, err := s.app.Feed.Entries(ctx, run.Among{Runs: ids}, 0, max(events, entriesRead))
	if err != nil {
		return nil, err
	}
	var all []told
	for _, e := range entries {
		if m, ok := tell(e.Event); ok {
			m.ID, m.RunID, m.Timestamp = fmt.Sprintf("%s-%d", e.RunID, e.Seq), e.RunID, float64(e.Time.UnixMilli())
			stage := ""
			if w, is := e.Body.(run.StageWaiting); is {
				stage = w.StageID
			}
			all = append(all, told{m, e.Time, stage})
		}
	}
	return settled(brief(all)), nil
}

// brief leaves out what many questions of a run say alike: of waiting the last word
// counts, of all else the first.
func brief(all []told) []told {
	key := func(m told) string { return m.RunID + " " + cmp.Or(m.waiting, m.Content) }
	first, last := map[string]int{}, map[string]int{}
	for i, m := range all {
		if _, said := first[key(m)]; !said {
			first[key(m)] = i
		}
		last[key(m)] = i
	}
	var short []told
	for i, m := range all {
		if m.waiting == "" && i == first[key(m)] || m.waiting != "" && i == last[key(m)] {
			short = append(short, m)
		}
	}
	return short
}

// tell says in a message what an event means to a person. It is false for what is
// told of elsewhere.
func tell(e run.Event) (client.Message, bool) {
	details := client.Action{ID: "details", Label: "View Details", Variant: "outline", Route: "runs/" + e.RunID}
	status := func(text string) (client.Message, bool) {
		return client.Message{Type: "ai_status", Content: text}, true
	}
	suggest := func(text string, actions ...client.Action) (client.Message, bool) {
		return client.Message{Type: "ai_suggestion", Content: text, Actions: append(actions, details)}, true
	}
	switch b := e.Body.(type) {
	case run.PipelineStarted:
		text := "Reading " + b.InputName + " by the recipe " + b.RecipeID + "."
		if b.ParentRunID != "" {
			text = "Going on with run " + b.ParentRunID + " as run " + e.RunID + "."
		}
		if b.Notice != "" {
			text += " " + b.Notice
		}
		return status(text)
	case run.RetryRequested:
		if b.Recipe == nil {
			return client.Message{}, false
		}
		return status("The recipe of this run is another one than before: " + b.Recipe.RecipeID + " (" + b.Recipe.Name + ").")
	case run.StageWaiting:
		return suggest(fmt.Sprintf("%s waits until %s: %s", b.StageID, b.Until.Format("15:04:05 MST"), b.Reason), post("try-now", "Try Now", e.RunID), post("cancel", "Cancel", e.RunID))
	case run.StageFallback:
		return suggest(fmt.Sprintf("Switched %s from %s to %s to keep your run moving: %s", b.StageID, b.FromModel, b.ToModel, b.Reason))
	case run.StagePaused:
		if b.Reason == run.AwaitingConfirmation {
			m, ok := suggest("The project configuration is there. Look at it, and let the run go on.", post("resume", "Accept and Go On", e.RunID))
			m.NeedsAction = true
			return m, ok
		}
		m, ok := suggest(cmp.Or(b.Error, "The run is paused at "+b.StageID+"."), post("resume", "Go On", e.RunID))
		m.NeedsAction = true
		return m, ok
	case run.StageFailed:
		m, ok := suggest(fmt.Sprintf("%s failed: %s", b.StageID, join(b.Error, b.Hint)), post("retry-failed-stage", "Retry Failed Stage", e.RunID), full(e.RunID))
		m.NeedsAction = true
		return m, ok
	case run.RunCancelled:
		m, ok := suggest("The run was cancelled.", post("retry-failed-stage", "Go On From There", e.RunID))
		m.NeedsAction = true
		return m, ok
	case run.PipelineFinished:
		if !b.Success {
			return client.Message{}, false // which the failed stage has told
		}
		return client.Message{Type: "ai_status_done", Content: fmt.Sprintf("Done, for $%.4f.", b.TotalCostUSD), Actions: []client.Action{details}}, true
	}
	return client.Message{}, false
}

func join(text, hint string) string {
	if hint == "" {
		return text
	}
	return text + "; " + hint
}

// post is an action that is one request without a body.
func post(path, label, runID string) client.Action {
	return client.Action{ID: path, Label: label, Variant: "default", Method: "POST", Endpoint: "/api/runs/" + runID + "/" + path}
}

// full is the action that begins a run anew.
func full(runID string) client.Action {
	return client.Action{ID: "retry-full", Label: "Retry Full Run", Variant: "secondary", Method: "POST", Endpoint: "/api/runs/" + runID + "/retry", Body: map[string]any{"full": true}}
}

// settled takes the actions off messages after which their run went on: what could be
// done then can't be done any more.
func settled(all []told) []told {
	last := map[string]int{}
	for i, m := range all {
		last[m.RunID] = i
	}
	for i := range all {
		if last[all[i].RunID] != i {
			all[i].NeedsAction = false
			all[i].Actions = slices.DeleteFunc(all[i].Actions, func(a client.Action) bool { return a.Method != "" })
		}
	}
	return all
}
