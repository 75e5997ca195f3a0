// Package advice says what a person can do about a run that is not going on.
package advice

import (
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Advice is what a person can do, to be shown as commands or as buttons.
type Advice struct {
	Class    failure.Class // of the failure that it is about; "" where nothing failed
	Helps    string        // what to do, in a sentence or two
	Remedies []failure.Remedy
}

// longerWait is how long a retry that is to wait longer is proposed to wait.
const longerWait = 24 * time.Hour

// abandoned returns the advice for a run that no process works on, and that is not over.
func abandoned(s run.State) Advice {
	return Advice{Helps: "No process is working on this run. Start a server, or continue it here:",
		Remedies: []failure.Remedy{failure.Serve(), failure.Watch(s.RunID)}}
}

// For returns the advice for a run that has failed, was cancelled, is paused, waits, or
// can't go on in the process that shows it; the zero value for any other.
func For(s run.State) Advice {
	switch {
	case len(s.Needs) > 0:
		return Advice{Helps: "With " + run.NeedsText(s.Needs) +
			" it continues as it was started. The second way continues it with the providers that are available today:",
			Remedies: []failure.Remedy{failure.Watch(s.RunID), failure.ResumeToday(s.RunID)}}
	case s.Abandoned:
		return abandoned(s)
	case s.Status == run.RunFailed:
		return afterFailure(s)
	case s.Status == run.RunCancelled:
		return Advice{Remedies: []failure.Remedy{failure.Retry(s.RunID)}}
	case s.Status == run.Paused:
		return whilePaused(s)
	case s.Status == run.Waiting:
		return whileWaiting(s)
	}
	return Advice{}
}

func afterFailure(s run.State) Advice {
	id := FailedStage(s)
	if id == "" {
		return Advice{Remedies: []failure.Remedy{failure.Retry(s.RunID)}}
	}
	st, _ := s.Stage(id)
	var a Advice
	if st.FinalErrorClass != nil {
		a.Class = *st.FinalErrorClass
	}
	if s.Drill != "" && st.TerminalReason != event.MoneySpent && a.Class != failure.Input && a.Class != failure.Internal {
		a.Helps = "This drill fails the same way each time. To ask the real providers, run it without the drill:"
		a.Remedies = []failure.Remedy{Rerun(undrilled(s))}
		return a
	}
	a.Helps = "What helps: " + Helps(st.Hint, a.Class)
	a.Remedies = remedies(s, st, a.Class)
	return a
}

// remedies returns what can be done about a stage that failed with a class.
func remedies(s run.State, st run.StageState, class failure.Class) []failure.Remedy {
	retry := failure.Retry(s.RunID)
	switch {
	case class != failure.BadOutput && (st.TerminalReason == event.RetriesSpent || st.TerminalReason == event.WaitSpent):
		if st.Limit == "max_stage_seconds" {
			return []failure.Remedy{failure.Providers(), retry, failure.ShowRecipe(s.RunID), failure.RetryBy(s.RunID, failure.RecipeFile)}
		}
		return []failure.Remedy{failure.Providers(), retry, failure.RetryWaiting(s.RunID, longer(s, st))}
	case st.TerminalReason == event.MoneySpent:
		return []failure.Remedy{failure.RetryFor(s.RunID, raised(s, st))}
	}
	switch class {
	case failure.Input: // another file or parameter makes what was finished useless
		return []failure.Remedy{Rerun(s)}
	case failure.NoProvider:
		return []failure.Remedy{failure.Doctor(), retry}
	case failure.NotFound, failure.InvalidRequest, failure.ContextLength, failure.ContentPolicy, failure.BadOutput:
		return []failure.Remedy{retry, failure.ShowRecipe(s.RunID), failure.RetryBy(s.RunID, failure.RecipeFile)}
	case failure.Auth, failure.Permission, failure.QuotaExhausted:
		if st.FailedProvider != "" {
			return []failure.Remedy{retry, failure.Release(st.FailedProvider)}
		}
	case failure.Internal:
		return []failure.Remedy{retry, failure.Events(s.RunID)}
	}
	return []failure.Remedy{retry}
}

// undrilled returns the state as that of a run of the project that a drill was of.
func undrilled(s run.State) run.State {
	s.Drill = ""
	s.ProjectID = strings.TrimPrefix(s.ProjectID, "drill-")
	return s
}

// longer returns how long a retry has to be allowed to wait to come further.
func longer(s run.State, st run.StageState) time.Duration {
	wait := longerWait
	if st.Earliest != nil && s.FinishedAt != nil { // as long again, for what is not on time
		wait = max(wait, (2 * st.Earliest.Sub(s.FinishedAt.Time)).Round(time.Hour))
	}
	return wait
}

// raised returns a limit on the cost with which a retry comes further.
func raised(s run.State, st run.StageState) float64 {
	limit := 0.0
	if s.Limits.MaxCostUSD != nil {
		limit = *s.Limits.MaxCostUSD
	}
	spent := s.SpentUSD()
	if e := st.Exceeded; e != nil {
		spent = e.SpentUSD
		limit = e.LimitUSD
	}
	return run.RaisedLimit(spent+st.RemainingCostUSD(), limit)
}

// FailedStage returns the first stage of a run that failed, "" if none did.
func FailedStage(s run.State) string {
	for _, id := range s.StageOrder {
		if st, _ := s.Stage(id); st.Status == run.StageFailed {
			return id
		}
	}
	return ""
}

func whilePaused(s run.State) Advice {
	resume := []failure.Remedy{failure.Resume(s.RunID)}
	for _, st := range s.Stages {
		if st.Status == run.StagePaused && st.PauseReason == event.AwaitingConfirmation {
			return Advice{Helps: "Check the results, then accept them to continue:",
				Remedies: append([]failure.Remedy{failure.Export(s.RunID)}, resume...)}
		}
	}
	for _, id := range s.StageOrder {
		if st, _ := s.Stage(id); st.Status == run.StagePaused && st.Hint != "" {
			return Advice{Helps: "What helps: " + st.Hint + ". Finished stages are kept. To continue:", Remedies: resume}
		}
	}
	return Advice{Helps: "Finished stages are kept. To continue:", Remedies: resume}
}

func whileWaiting(s run.State) Advice {
	helps := "It continues by itself. To try now, or to cancel it:"
	if slices.ContainsFunc(waits(s), func(w run.Wait) bool { return w.GivesUp }) {
		helps = "The stage fails then, unless a provider can be asked before. To try now, or to cancel the run:"
	}
	goOn := s.Continuation()
	if goOn.String() != failure.TryNow(s.RunID).String() {
		helps = "An operator holds its providers. To release them, or to cancel the run:"
	}
	return Advice{Helps: helps, Remedies: []failure.Remedy{goOn, failure.Cancel(s.RunID)}}
}

// waits lists the first wait of each stage that waits, in the order of the stages.
func waits(s run.State) (all []run.Wait) {
	for _, id := range s.StageOrder {
		if st, _ := s.Stage(id); len(st.Waits) > 0 {
			all = append(all, st.Waits[0])
		}
	}
	return all
}

// Helps returns what a person can do about a failure of a class: what is known of the
// failure itself, else what usually helps.
func Helps(hint string, c failure.Class) string {
	switch {
	case hint != "":
		return hint
	case c.Action() != "":
		return c.Action()
	}
	return "run it again"
}
