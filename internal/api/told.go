package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// told is a message that tells of an event.
type told struct {
	client.Message
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
	for r, err := range s.app.Store.Runs(ctx, run.RunFilter{ProjectID: projectID}) {
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
	entries, err := s.app.Feed.Entries(ctx, run.EventFilter{Runs: ids}, 0, max(events, entriesRead))
	if err != nil {
		return nil, err
	}
	var all []told
	states := map[string]*run.State{} // as of each event, by run
	for _, e := range entries {
		state, ok := states[e.RunID]
		if !ok {
			state = new(run.NewState())
			states[e.RunID] = state
		}
		if err := state.Apply(e.Event); err != nil {
			return nil, err
		}
		if m, ok := tell(e.Event, *state); ok {
			m.ID, m.RunID, m.Timestamp = messageID(e.Event), e.RunID, float64(e.Time.UnixMilli())
			stage := ""
			if w, is := e.Body.(event.StageWaiting); is {
				stage = w.StageID
			}
			all = append(all, told{m, stage})
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

// messageID names the message about an event. The page of the first system makes messages
// about runs too, and posts them; those of the same event have the same id, so that there
// is one of them.
func messageID(e event.Event) string {
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		return "run_started_" + e.RunID
	case event.StageFallback:
		return fmt.Sprintf("progress_%s_%s_fallback_%d", e.RunID, b.StageID, e.Seq-1)
	case event.StageFailed:
		return "progress_" + e.RunID + "_" + b.StageID + "_fail"
	case event.RunCancelled: // which that page takes for the end of an analysis
		return "progress_" + e.RunID + "_complete"
	case event.PipelineFinished:
		if b.Success {
			return "progress_" + e.RunID + "_complete"
		}
	}
	return fmt.Sprintf("%s-%d", e.RunID, e.Seq)
}

// tell says in a message what an event means to a person, with what can be done as the run
// stood then. It is false for what is told of elsewhere.
func tell(e event.Event, s run.State) (client.Message, bool) {
	status := func(text string) (client.Message, bool) {
		return client.Message{Type: "ai_status", Content: text}, true
	}
	suggest := func(text string, as run.Status) client.Message {
		s.Status = as
		return client.Message{Type: "ai_suggestion", Content: text, Actions: append(actionsFor(s), details(e.RunID))}
	}
	needed := func(m client.Message) (client.Message, bool) {
		m.NeedsAction = true
		return m, true
	}
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		text := "Reading " + b.InputName + " by the recipe " + b.RecipeID + "."
		if b.ParentRunID != "" {
			text = "Going on with run " + b.ParentRunID + " as run " + e.RunID + "."
		}
		if b.Notice != "" {
			text += " " + b.Notice
		}
		return status(text)
	case event.RetryRequested:
		if b.Recipe == nil {
			return client.Message{}, false
		}
		return status("The recipe of this run is another one than before: " + b.Recipe.RecipeID + " (" + b.Recipe.Name + ").")
	case event.StageWaiting:
		return suggest(fmt.Sprintf("%s waits until %s: %s", b.StageID, b.Until.Format("15:04:05 MST"), b.Reason), run.Waiting), true
	case event.StageFallback:
		text := fmt.Sprintf("Switched %s from %s to %s to keep your run moving: %s", b.StageID, b.FromModel, b.ToModel, b.Reason)
		return suggest(text, run.Running), true
	case event.StagePaused:
		if b.Reason == event.AwaitingConfirmation {
			m := suggest("The project configuration is there. Look at it, and let the run go on.", run.Paused)
			return needed(relabelled(m, "Accept and Go On"))
		}
		return needed(relabelled(suggest(cmp.Or(b.Error, "The run is paused at "+b.StageID+"."), run.Paused), "Go On"))
	case event.StageFailed:
		return needed(suggest(fmt.Sprintf("%s failed: %s", b.StageID, join(b.Error, b.Hint)), run.RunFailed))
	case event.RunCancelled:
		return needed(suggest("The run was cancelled.", run.RunCancelled))
	case event.PipelineFinished:
		switch {
		case b.Success:
			text := fmt.Sprintf("Done, for $%.4f.", b.TotalCostUSD)
			return client.Message{Type: "ai_status_done", Content: text, Actions: []client.Action{details(e.RunID)}}, true
		case b.Outcome == event.Failed && advice.FailedStage(s) == "":
			return needed(suggest("The run failed: "+cmp.Or(b.Error, "no stage says why"), run.RunFailed))
		}
		return client.Message{}, false // the failed stage, or the end by a person, is told of
	}
	return client.Message{}, false
}

// relabelled gives the first action of a message another label.
func relabelled(m client.Message, label string) client.Message {
	m.Actions[0].Label = label
	return m
}

func join(text, hint string) string {
	if hint == "" {
		return text
	}
	return text + "; " + hint
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
