package chat

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// notice is a message about an event.
type notice struct {
	client.Message
	waiting string // the stage that waits, if it is about that
	alike   string // what many requests of a stage have in common, if it is about one of them
}

const (
	// noticedRuns is how many runs, the latest ones, have notices.
	noticedRuns = 30
	// maxEntries is how many events those runs have together, unless a single run has more.
	maxEntries = 20_000
)

// notices returns messages about what happened in the latest runs of a project. They are
// derived from the events each time, so that they always agree with them.
func (h *handler) notices(ctx context.Context, projectID string) ([]notice, error) {
	var ids []string
	events := 0
	for r, err := range h.reader.Store.Runs(ctx, run.RunFilter{ProjectID: projectID}) {
		if err != nil {
			return nil, err
		}
		events += int(r.LastSeq)
		if len(ids) == noticedRuns || len(ids) > 0 && events > maxEntries {
			break
		}
		ids = append(ids, r.RunID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	entries, err := h.reader.Feed.Entries(ctx, run.EventFilter{Runs: ids, OfRuns: true}, 0, max(events, maxEntries))
	if err != nil {
		return nil, err
	}
	var all []notice
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
		if m, ok := describeEvent(e.Event, *state); ok {
			m.Drill = state.Drill
			m.ID, m.RunID, m.Timestamp = messageID(e.Event), e.RunID, float64(e.Time.UnixMilli())
			n := notice{Message: m}
			switch b := e.Body.(type) {
			case event.StageWaiting:
				n.waiting = b.StageID
			case event.StageFallback:
				n.alike = b.StageID + " " + b.ToModel
			}
			all = append(all, n)
		}
	}
	return dropStaleActions(shorten(all)), nil
}

// shorten leaves out what many requests of a run say alike: it keeps the last notice about
// waiting, and the first of all others.
func shorten(all []notice) []notice {
	key := func(m notice) string { return m.RunID + " " + cmp.Or(m.waiting, m.alike, m.Content) }
	first, last := map[string]int{}, map[string]int{}
	for i, m := range all {
		if _, said := first[key(m)]; !said {
			first[key(m)] = i
		}
		last[key(m)] = i
	}
	var short []notice
	for i, m := range all {
		if m.waiting == "" && i == first[key(m)] || m.waiting != "" && i == last[key(m)] {
			short = append(short, m)
		}
	}
	return short
}

// messageID returns the id of the message about an event. The page of the first system makes
// messages about runs too, and posts them with the same ids, so that each is listed once.
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

// describeEvent returns a message about what an event means to a person, with what can be done in
// the state after it. It is false for events that other messages cover.
func describeEvent(e event.Event, s run.State) (client.Message, bool) {
	status := func(text string) (client.Message, bool) {
		return client.Message{Type: "ai_status", Content: text}, true
	}
	suggest := func(text string, as run.Status) client.Message {
		s.Status = as
		return client.Message{Type: "ai_suggestion", Content: text, Actions: append(actions(s), details(e.RunID))}
	}
	needed := func(m client.Message) (client.Message, bool) {
		m.NeedsAction = true
		return m, true
	}
	text := wording.Message(e)
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		return status(strings.TrimSpace(text + " " + wording.Sentence(b.Notice)))
	case event.RetryRequested:
		if b.Recipe == nil {
			return client.Message{}, false
		}
		return status(text)
	case event.StageWaiting:
		return suggest(text, run.Waiting), true
	case event.StageFallback:
		return suggest(text, run.Running), true
	case event.StagePaused:
		label := "Continue"
		if b.Reason == event.AwaitingConfirmation {
			label = "Accept and continue"
		}
		return needed(relabelled(suggest(text, run.Paused), label))
	case event.StageFailed:
		hint := wording.Sentence(failure.WithoutCommands(b.Hint))
		return needed(suggest(strings.TrimSpace(text+" "+hint), run.RunFailed))
	case event.RunCancelled:
		return needed(suggest(text, run.RunCancelled))
	case event.PipelineFinished:
		switch {
		case b.Success:
			return client.Message{Type: "ai_status_done", Content: text, Actions: []client.Action{details(e.RunID)}}, true
		case b.Outcome == event.Failed && advice.FailedStage(s) == "":
			return needed(suggest(text+" "+wording.Sentence(b.Error), run.RunFailed))
		}
		return client.Message{}, false // the failed stage, or the cancellation, has a message
	}
	return client.Message{}, false
}

// relabelled gives the first action of a message another label.
func relabelled(m client.Message, label string) client.Message {
	m.Actions[0].Label = label
	return m
}

// dropStaleActions removes the actions of messages after which their run went on: they would
// be refused now.
func dropStaleActions(all []notice) []notice {
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
