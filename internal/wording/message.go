package wording

import (
	"fmt"
	"strings"

	"github.com/cineforge/cineforge/run/event"
)

// longestMessage is how many characters a message has at most.
const longestMessage = 200

// Message returns what an event says, as one sentence that is made from the event alone. Texts of
// providers and names of files are quoted in it as data, on one line and bounded. Times are in the
// zone of the event's own.
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
		return asked("the wait was ended", b.Asked)
	case event.PipelineFinished:
		return ended(b)
	case event.DryRunValidated:
		return "the dry run found no mistake, and nothing was run"
	case event.BreakerOpened, event.BreakerProbing, event.BreakerClosed:
		return turned(e)
	case event.Unknown:
		return fmt.Sprintf("a newer version of the program recorded %s", quote(InWords(b.Name)))
	}
	if text := ofStage(e); text != "" {
		return text
	}
	if text := ofRequest(e); text != "" {
		return text
	}
	if text := standalone(e); text != "" {
		return text
	}
	return OfEvent(e.Body.EventName())
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
	if b.Recipe != nil {
		text += fmt.Sprintf(", with the recipe %s (%s)", name(b.Recipe.RecipeID), name(b.Recipe.Name))
	}
	if len(b.SteppedBack) > 0 {
		text += fmt.Sprintf(", but repeats %s, whose results can't be used", stages(b.SteppedBack))
	}
	return asked(text, event.Asked{Actor: b.Actor, Reason: b.ActorReason})
}

func resumed(b event.RunResumed) string {
	text := "the run continues"
	switch {
	case b.Candidates != nil:
		text = "the run continues with the providers that can be asked today"
	case len(b.Confirmed) > 0:
		text = "the run continues, since its results were accepted"
	case b.Cause == event.ResumedAfterCrash:
		text = "the run continues after the program stopped"
	}
	return asked(text, b.Asked)
}

func cancelled(b event.RunCancelled) string {
	if b.Reason == "an operator ended it" {
		b.Reason = ""
	}
	return asked("the run was cancelled", b.Asked)
}

// asked adds to what happened which actor asked for it, and why.
func asked(text string, by event.Asked) string {
	if by.Actor != nil {
		text += actedBy(*by.Actor)
	}
	if by.Reason != "" {
		text += ": " + quote(by.Reason)
	}
	return text
}

func ended(b event.PipelineFinished) string {
	switch {
	case b.Success:
		return "the run is done" + cost(b.TotalCostUSD)
	case b.Outcome == event.Cancelled:
		return "the run ended because it was cancelled"
	}
	return "the run failed" + cost(b.TotalCostUSD) + "; finished work is kept"
}

// cost says what something cost. It says nothing of what may only seem free: the price of some
// models is not known.
func cost(usd float64) string {
	switch amount := USD(usd); {
	case usd == 0:
		return ""
	case amount[0] == '<':
		return " and cost under " + amount[1:]
	}
	return " and cost " + USD(usd)
}
