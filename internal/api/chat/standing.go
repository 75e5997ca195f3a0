package chat

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
)

// describeRun describes the state of a run, in paragraphs.
func describeRun(s run.State, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Run %s of %s on %s %s", s.RunID, s.RecipeID, cmp.Or(s.InputName, "its input"), headline(s))
	if stages := progress(s); stages != "" {
		b.WriteString("\n\n" + stages)
	}
	if s.StartedAt != nil {
		end := now
		if s.FinishedAt != nil {
			end = s.FinishedAt.Time
		}
		fmt.Fprintf(&b, "\n\nIt has taken %s and cost $%.4f.", end.Sub(s.StartedAt.Time).Round(time.Second), s.TotalCostUSD)
	}
	a := advice.For(s)
	if helps := wording.Sentence(failure.WithoutCommands(a.Helps)); helps != "" {
		b.WriteString("\n\n" + helps)
	}
	for _, r := range failure.Requested(a.Remedies) {
		b.WriteString("\n- " + r.Label)
	}
	b.WriteString("\n\nThis answer comes from the run's events; no model was asked.")
	return b.String()
}

// headline describes in a sentence what a run is doing, or how it ended.
func headline(s run.State) string {
	switch s.Status {
	case run.Queued:
		return "is queued and starts as soon as there is room."
	case run.RunDone:
		if s.DryRun {
			return "was checked: it can be run."
		}
		return "is done."
	case run.RunCancelled:
		return "was cancelled."
	case run.RunFailed:
		text := "failed: "
		if id := advice.FailedStage(s); id != "" {
			text = "failed. " + wording.Doing(id) + ": "
		}
		return text + strings.TrimSuffix(failureText(s), ".") + "."
	case run.Paused:
		for _, id := range s.StageOrder {
			if st, _ := s.Stage(id); st.Status == run.StagePaused {
				return strings.TrimSpace("is paused. " + wording.Doing(id) + ": " + wording.OfPause(st.PauseReason) + ". " +
					wording.Sentence(st.Error))
			}
		}
		return "is paused."
	case run.Waiting:
		if len(s.Needs) > 0 {
			return "waits for " + run.NeedsText(s.Needs) + "."
		}
		if s.NextAttemptAt != nil && s.WaitReason != nil {
			return "waits until " + s.NextAttemptAt.UTC().Format("15:04:05 MST") + ": " + strings.TrimSuffix(*s.WaitReason, ".") + "."
		}
		return "waits."
	}
	return "is running."
}

// progress describes how far the stages of a run are.
func progress(s run.State) string {
	var parts []string
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		part := wording.Doing(id) + ": " + wording.OfStageStatus(st.Status)
		if st.UnitsTotal > 0 && !st.Status.Completed() {
			part += fmt.Sprintf(", %d of %s", st.UnitsDone, wording.Units(st.UnitsTotal, id))
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	text := strings.Join(parts, "; ") + "."
	if made := artifactCounts(s); made != "" {
		text += " It made " + made + "."
	}
	return text
}

// artifactCounts counts the artifacts of a run by their types.
func artifactCounts(s run.State) string {
	var types []string
	counts := map[string]int{}
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		for _, ref := range st.ArtifactRefs {
			if counts[ref.ArtifactType]++; counts[ref.ArtifactType] == 1 {
				types = append(types, ref.ArtifactType)
			}
		}
	}
	for i, name := range types {
		types[i] = fmt.Sprintf("%d %s", counts[name], wording.InWords(name))
		if counts[name] > 1 {
			types[i] += "s"
		}
	}
	if n := len(types); n > 1 {
		return strings.Join(types[:n-1], ", ") + " and " + types[n-1]
	}
	return strings.Join(types, "")
}

// failureText says why a failed run failed.
func failureText(s run.State) string {
	st, _ := s.Stage(advice.FailedStage(s))
	return cmp.Or(st.Error, s.Error, "no stage says why")
}

// Failure returns why a failed run failed, with what a person can do about it; nil if the run
// has not failed.
func Failure(s run.State) *string {
	if s.Status != run.RunFailed {
		return nil
	}
	st, _ := s.Stage(advice.FailedStage(s))
	return new(join(failureText(s), st.Hint))
}

func join(text, hint string) string {
	if hint == "" {
		return text
	}
	return text + "; " + hint
}
