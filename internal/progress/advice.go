package progress

import (
	"cmp"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// advised is why a run is not going on, and what a person can do.
type advised struct {
	cause string
	advice.Advice
}

// adviceFor returns why a run is not going on and what to do; nothing for one that is, or
// that is done.
func adviceFor(s run.State) advised {
	t := advised{Advice: advice.For(s)}
	switch {
	case len(s.Needs) > 0:
		t.cause = "none of the models that the run started with can be asked here"
	case s.Status == run.RunFailed:
		t.cause = s.Error
		if id := advice.FailedStage(s); id != "" {
			st, _ := s.Stage(id)
			t.cause = title(id) + ": " + st.Error
		}
	case s.Status == run.RunCancelled:
		t.cause = join(": ", "the run was cancelled", s.Error)
		if strings.HasPrefix(s.Error, "cancelled") {
			t.cause = "the run was " + s.Error
		}
	case s.Status == run.Paused:
		var texts []string
		for _, p := range pauses(s) {
			texts = append(texts, p.String())
		}
		t.cause = strings.Join(texts, "; ")
	}
	return t
}

// as is how the program is called, with the flags that every command needs to find the
// run. The zero value is the bare name.
type as string

// line writes a remedy as a command of the program.
func (program as) line(r failure.Remedy) string {
	return r.Line(cmp.Or(string(program), failure.Program))
}

// next says how a paused run goes on.
func (program as) next(runID string, reason event.PauseReason) string {
	if reason == event.AwaitingConfirmation {
		return "To accept and continue: " + program.line(failure.Resume(runID))
	}
	return "To continue: " + program.line(failure.Resume(runID))
}
