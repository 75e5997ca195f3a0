package progress

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage/shipped"
)

// title returns what goes on while a stage runs.
func title(stageID string) string { return wording.Doing(stageID) }

// meaning returns what a class of failure means, with its name.
func meaning(c failure.Class) string {
	if means := c.Meaning(); means != "" {
		return fmt.Sprintf("%s (%s)", means, c)
	}
	return string(c)
}

// face is how a status looks: never by its tone alone.
type face struct {
	tone tone
	icon string
	word string
}

func (f face) String() string { return f.icon + " " + f.word }

// stageFace returns how a stage of a run of a status looks.
func stageFace(st run.StageState, of run.Status) face {
	switch st.Status {
	case run.StageRunning:
		return face{busy, "▶", "running"}
	case run.StageWaiting:
		return face{held, "‖", "waiting"}
	case run.StageDone:
		return face{good, "✓", "done"}
	case run.StageReused:
		return face{good, "↺", "reused"}
	case run.StageCancelled:
		return face{faint, "■", "cancelled"}
	case run.StageFailed:
		return face{bad, "✗", "failed"}
	case run.StagePaused:
		return face{held, "‖", pausedWord(st.PauseReason)}
	}
	if of.Ended() {
		return face{faint, "○", "not run"}
	}
	return face{faint, "○", "not started"}
}

// runFace returns how a run looks.
func runFace(s run.State) face {
	var reason event.PauseReason
	if s.Status == run.Paused {
		reason = pauses(s)[0].reason
	}
	return statusFace(s.Status, reason)
}

// statusFace shows the status of a run, and why it is paused if it is.
func statusFace(s run.Status, pauseReason event.PauseReason) face {
	switch s {
	case run.Queued:
		return face{faint, "○", "queued"}
	case run.Waiting:
		return face{held, "‖", "waiting"}
	case run.Paused:
		return face{held, "‖", pausedWord(pauseReason)}
	case run.RunDone:
		return face{good, "✓", "done"}
	case run.RunFailed:
		return face{bad, "✗", "failed"}
	case run.RunCancelled:
		return face{bad, "✗", "cancelled"}
	case run.RunDamaged:
		return face{bad, "✗", "damaged"}
	}
	return face{busy, "▶", "running"}
}

func pausedWord(reason event.PauseReason) string {
	switch reason {
	case event.AwaitingConfirmation:
		return "needs you"
	case event.Interrupted:
		return "stopped"
	case event.Exhausted:
		return "paused, no answer"
	case event.ProcessDeaths:
		return "paused after crashes"
	}
	return "paused"
}

// pause is a stage that waits, and for what.
type pause struct {
	stage  string
	reason event.PauseReason
	why    string
}

// pauses lists the stages of a paused run that wait, in the order of the run.
func pauses(s run.State) []pause {
	var all []pause
	for _, id := range slices.Sorted(maps.Keys(s.Stages)) {
		if st, _ := s.Stage(id); st.Status == run.StagePaused {
			all = append(all, pause{id, st.PauseReason, st.Error})
		}
	}
	slices.SortStableFunc(all, func(a, b pause) int {
		return cmp.Compare(slices.Index(s.StageOrder, a.stage), slices.Index(s.StageOrder, b.stage))
	})
	return all
}

// String says that the stage waits, and for what.
func (p pause) String() string {
	text := title(p.stage) + ": " + wording.OfPause(p.reason)
	if p.reason == event.AwaitingConfirmation {
		text = title(p.stage) + ": check " + accepted(p.stage) + " and accept to continue"
	}
	return join(": ", text, p.why)
}

// accepted names what a stage makes that a person has to accept.
func accepted(stageID string) string {
	return cmp.Or(shipped.Info(stageID).Confirms, "the results")
}

// sentence says where a run stands.
func sentence(s run.State, now time.Time) string {
	switch s.Status {
	case run.Queued:
		return "Queued"
	case run.Waiting:
		if len(s.Needs) > 0 {
			return "Waiting: to continue here, it needs " + run.NeedsText(s.Needs)
		}
		return "Waiting" + until(s, now)
	case run.Paused:
		return "Paused: " + pauses(s)[0].String()
	case run.RunDone:
		if s.DryRun {
			return "Checked: no mistakes found; nothing was run"
		}
		return "Done in " + took(elapsed(s, now))
	case run.RunFailed:
		return join(" at ", "Failed after "+took(elapsed(s, now)), title(advice.FailedStage(s)))
	case run.RunCancelled:
		return "Cancelled after " + took(elapsed(s, now))
	}
	return join(": ", "Running", strings.Join(underWay(s, now), "; "))
}

// until says until when a run waits, and why.
func until(s run.State, now time.Time) string {
	text := ""
	if s.NextAttemptAt != nil {
		text = " until " + at(s.NextAttemptAt.Time, now)
	}
	if s.WaitReason != nil {
		text += ": " + *s.WaitReason
	}
	return text
}

// underWay says of each stage under way how far it is.
func underWay(s run.State, now time.Time) []string {
	var all []string
	for _, id := range s.StageOrder {
		if st, _ := s.Stage(id); st.Status == run.StageRunning || st.Status == run.StageWaiting {
			all = append(all, join(", ", title(id), units(st), ticking(stageElapsed(st, now))))
		}
	}
	return all
}

// units says how many units of a stage are done, or "" where they are not known.
func units(st run.StageState) string {
	if st.UnitsTotal == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", st.UnitsDone, st.UnitsTotal)
}

// elapsed returns how long a run took, or takes already.
func elapsed(s run.State, now time.Time) time.Duration {
	switch {
	case s.StartedAt == nil:
		return 0
	case s.FinishedAt != nil:
		now = s.FinishedAt.Time
	}
	return now.Sub(s.StartedAt.Time)
}

// stageElapsed returns how long a stage was worked on, all its attempts together.
func stageElapsed(st run.StageState, now time.Time) time.Duration {
	d := seconds(st.DurationSeconds)
	if (st.Status == run.StageRunning || st.Status == run.StageWaiting) && st.StartedAt != nil {
		d += max(0, now.Sub(st.StartedAt.Time))
	}
	return d
}
