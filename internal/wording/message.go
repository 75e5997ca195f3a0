package wording

import (
	"fmt"
	"strings"

	"github.com/cineforge/cineforge/run/event"
)

// longestMessage is how many characters a message has at most.
const longestMessage = 200

// Message returns what an event says, as one sentence that is made from the event alone. Texts of
// providers and names of files are quoted in it as data, on one line and bounded.
func Message(e event.Event) string {
	text := clause(e)
	if runes := []rune(text); len(runes) > longestMessage {
		text = strings.TrimRight(string(runes[:longestMessage-2]), " ,;:.") + "…"
	}
	return Sentence(text)
}

// Worded returns an event with its message.
func Worded(e event.Event) event.Worded { return event.Worded{Event: e, Message: Message(e)} }

// clause returns the sentence without its end.
func clause(e event.Event) string {
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		return started(b)
	case event.RetryRequested:
		return retried(b)
	case event.RunResumed:
		return resumed(b)
	case event.RunCancelled:
		return cancelled(b)
	case event.TryNowRequested:
		return triedNow(b)
	case event.PipelineFinished:
		return ended(b)
	case event.DryRunValidated:
		return "the dry run found no mistake, and nothing was run"
	case event.BreakerOpened, event.BreakerProbing, event.BreakerClosed:
		return breaker(e)
	case event.Unknown:
		return besideRuns(e, fmt.Sprintf("a newer version of the program recorded %s", quote(InWords(b.Name))))
	}
	if text := ofStage(e); text != "" {
		return text
	}
	if text := ofRequest(e); text != "" {
		return text
	}
	return besideRuns(e, InWords(e.Body.EventName()))
}

func started(b event.PipelineStarted) string {
	what := "the run"
	switch {
	case b.Drill != "":
		what = "a drill of " + name(b.Drill)
	case b.DryRun:
		what = "a dry run"
	case b.ParentRunID != "":
		what = "a retry of run " + name(b.ParentRunID)
	}
	return fmt.Sprintf("%s started on %s with the recipe %s", what, name(b.InputName), name(b.RecipeID))
}

func retried(b event.RetryRequested) string {
	text := fmt.Sprintf("this run retries run %s from the start", name(b.ParentRunID))
	if len(b.Kept) > 0 {
		text = fmt.Sprintf("this run retries run %s and keeps the results of %s", name(b.ParentRunID), Count(len(b.Kept), "stage"))
	}
	if len(b.SteppedBack) > 0 {
		text += fmt.Sprintf(", but repeats %s, whose results can't be used", stages(b.SteppedBack))
	}
	return text
}

func resumed(b event.RunResumed) string {
	switch {
	case b.Candidates != nil:
		return "the run continues with the providers that can be asked today"
	case len(b.Confirmed) > 0:
		return "the run continues, since its results were accepted: " + stages(b.Confirmed)
	case b.Cause == event.ResumedAfterCrash:
		return "the run continues after the program stopped unexpectedly"
	}
	return "the run continues"
}

func cancelled(b event.RunCancelled) string {
	if b.Reason == "" || b.Reason == "an operator ended it" {
		return "the run was cancelled"
	}
	return "the run was cancelled: " + quote(b.Reason)
}

func triedNow(b event.TryNowRequested) string {
	if b.Reason == "" {
		return "the wait was ended by hand: the providers are asked now"
	}
	return "the wait was ended by hand: " + quote(b.Reason)
}

func ended(b event.PipelineFinished) string {
	cost := USD(b.TotalCostUSD)
	switch {
	case b.Success:
		return "the run is done and cost " + cost
	case b.Outcome == event.Cancelled:
		return "the run ended because it was cancelled, and cost " + cost
	}
	return "the run failed and cost " + cost + "; what is finished is kept"
}
