package advice

import (
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
)

// Acts lists all that can be asked of a run in its state, whatever helps it.
func Acts(s run.State) (acts []failure.Remedy) {
	id := s.RunID
	switch {
	case s.DryRun:
	case s.Status == run.RunDone:
		acts = append(acts, failure.RetryFully(id))
	case s.Status.Ended():
		acts = append(acts, failure.Retry(id), failure.RetryFully(id))
	case len(s.Needs) > 0:
		acts = append(acts, failure.ResumeToday(id))
	case s.Status == run.Paused:
		acts = append(acts, failure.Resume(id))
	case s.Status == run.Waiting:
		acts = append(acts, failure.TryNow(id))
	}
	if !s.Status.Ended() {
		acts = append(acts, failure.Cancel(id))
	}
	if s.NeedsYou {
		acts = append(acts, failure.Acknowledge(id))
	}
	return acts
}
