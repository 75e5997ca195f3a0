package wording

import (
	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/run/event"
)

// Term is a name that programs use, with its words for people.
type Term struct {
	Name string
	Text string // completes a sentence whose subject is what has the name
}

// look returns the words of a name: the name in words where none are listed.
func look(terms []Term, id string) string {
	for _, t := range terms {
		if t.Name == id {
			return t.Text
		}
	}
	return InWords(id)
}

// terminals say why a stage failed for good.
var terminals = []Term{
	{string(event.NonRetryableError), "the failure is of a kind that another try doesn't cure"},
	{string(event.RetriesSpent), "all tries are spent and no other model can be asked"},
	{string(event.WaitSpent), "no provider could be asked within the time that it may wait"},
	{string(event.MoneySpent), "the cost limit is reached"},
	{string(event.ModuleError), "this program failed (our fault)"},
	{string(event.InvalidInput), "the file or a parameter can't be used"},
	{string(event.CancelledByOperator), "the run was cancelled"},
}

// OfTerminal says why a stage failed for good.
func OfTerminal(r event.TerminalReason) string { return look(terminals, string(r)) }

// pauses say why a stage paused, and what lets it go on.
var pauses = []Term{
	{string(event.AwaitingConfirmation), "check the results and accept them to continue"},
	{string(event.Interrupted), "the program was stopped, and what is finished is kept"},
	{string(event.Exhausted), "no provider could answer in the time allowed"},
	{string(event.ProcessDeaths), "the program died several times during this stage"},
}

// OfPause says why a stage paused.
func OfPause(reason event.PauseReason) string {
	if reason == "" {
		return "what is finished is kept"
	}
	return look(pauses, string(reason))
}

// healths say how far an artifact can be relied on.
var healths = []Term{
	{string(artifact.Valid), "is valid"},
	{string(artifact.Stale), "is out of date"},
	{string(artifact.NeedsRevision), "needs to be revised"},
	{string(artifact.NeedsReview), "needs to be checked"},
	{string(artifact.ConfirmedValid), "was confirmed by a person"},
}

// OfHealth says how far an artifact can be relied on.
func OfHealth(h artifact.Health) string { return look(healths, string(h)) }
