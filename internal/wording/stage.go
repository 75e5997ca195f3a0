package wording

import (
	"cmp"
	"fmt"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// ofStage returns what an event says about a stage as a whole; "" if it is about a request.
func ofStage(e event.Event) string {
	switch b := e.Body.(type) {
	case event.StageStarted:
		return Doing(b.StageID) + " started"
	case event.StageSkippedReused:
		return fmt.Sprintf("%s is skipped: %s of run %s can be reused", Doing(b.StageID), results(b.Artifacts), name(b.FromRunID))
	case event.UnitsPlanned:
		return fmt.Sprintf("%s has %s to do", Doing(b.StageID), Units(b.Total, b.StageID))
	case event.UnitDone:
		return fmt.Sprintf("%s is done, %d of %d", Unit(b.Unit), b.Done, b.Total)
	case event.ArtifactSaved:
		text := fmt.Sprintf("saved %s as version %d", Artifact(b.ArtifactType, b.EntityID), b.Version)
		if b.Health != "" && b.Health != artifact.Valid {
			text += ", which " + OfHealth(b.Health)
		}
		return text
	case event.StagePaused:
		return paused(b)
	case event.StageFinished:
		return fmt.Sprintf("%s is done with %s", Doing(b.StageID), results(b.Artifacts)) + cost(b.CostUSD)
	case event.StageFailed:
		return failed(b)
	}
	return ""
}

func results(refs []artifact.Ref) string { return Count(len(refs), "result") }

// paused says why a stage paused.
func paused(b event.StagePaused) string {
	return saying(Doing(b.StageID)+" paused: "+OfPause(b.Reason), b.Error)
}

// failed says what a stage failed of, and whose fault that is.
func failed(b event.StageFailed) string {
	text := Doing(b.StageID) + " failed"
	if b.Unit != "" {
		text += " at " + Unit(b.Unit)
	}
	provider := ""
	if b.Provider != nil {
		provider = *b.Provider
	}
	subject := cmp.Or(ProviderName(provider), "the provider")
	switch b.TerminalReason {
	case event.MoneySpent, event.CancelledByOperator:
		return text + ": " + OfTerminal(b.TerminalReason)
	case event.WaitSpent:
		text += " because " + OfTerminal(b.TerminalReason)
	}
	return said(text+": "+b.ErrorClass.Clause(subject)+blame(b.ErrorClass, subject), provider, b.ErrorClass, b.Error)
}

// blame says whose fault a failure is, for one that is clear.
func blame(c failure.Class, provider string) string {
	switch c.Fault() {
	case failure.Theirs:
		return fmt.Sprintf(" (%s's fault)", provider)
	case failure.Ours:
		return " (our fault)"
	case failure.Yours:
		return " (needs you)"
	}
	return ""
}
