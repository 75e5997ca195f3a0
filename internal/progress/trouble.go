package progress

import (
	"fmt"
	"strings"
	"time"

	"cineforge/run"
)

// at writes a moment and how far away it is.
func at(t, now time.Time) string {
	text := t.In(now.Location()).Format(clock)
	if left := t.Sub(now); left > 0 {
		text += " (in " + ticking(left+time.Second-1) + ")"
	}
	return text
}

// leastDelay is the shortest pause that is worth a line.
const leastDelay = 0.5 // seconds

// retrying tells of a pause before the next try. What failed has been told by then.
func retrying(b run.StageRetrying) string {
	if b.RetryDelaySeconds < leastDelay {
		return ""
	}
	return fmt.Sprintf("%s: %s, attempt %d in %.1fs: %s", title(b.StageID), b.Unit, b.Attempt, b.RetryDelaySeconds, b.Decision.Why)
}

// fallback tells that another model answers, of each stage and pair of models once.
func (p *plain) fallback(b run.StageFallback) string {
	key := b.StageID + " " + b.FromModel + " " + b.ToModel
	if p.falls[key] && !p.verbose {
		return ""
	}
	p.falls[key] = true
	return fmt.Sprintf("%s: %s goes to %s %s in place of %s: %s", title(b.StageID), b.Unit, b.ToProvider, b.ToModel, b.FromModel, b.Reason)
}

// waiting tells that a stage waits, until when and for what; of several of its
// questions that wait for the same, once.
func (p *plain) waiting(now time.Time, b run.StageWaiting) string {
	told, ok := p.waits[b.StageID]
	if ok && told.Sub(b.Until.Time).Abs() <= time.Second && !p.verbose {
		return ""
	}
	p.waits[b.StageID] = b.Until.Time
	return fmt.Sprintf("%s: %s waits until %s: %s. It goes on by itself", title(b.StageID), b.Unit, at(b.Until.Time, now.In(p.zone)), b.Reason)
}

// turned tells of a breaker's transition.
func turned(body run.Body, now time.Time) (tone, string) {
	switch b := body.(type) {
	case run.BreakerOpened:
		return held, fmt.Sprintf("%s is left alone until %s: %s", who(b.Turn), at(b.Until.Time, now), b.Evidence)
	case run.BreakerProbing:
		return neutral, who(b.Turn) + ": it is tried whether it is well again"
	case run.BreakerClosed:
		return good, who(b.Turn) + " is well again"
	}
	return neutral, ""
}

func who(t run.Turn) string { return join(" ", t.Provider, t.Model) }

// trouble says below the rows what the stages under way are kept by.
func (f frame) trouble(s run.State) []string {
	var lines []string
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		if st.Status != run.StageRunning && st.Status != run.StageWaits {
			continue
		}
		if st.Fallback != nil {
			lines = append(lines, f.prose(held, fmt.Sprintf("→ %s answers in place of %s: %s", st.Fallback.To, st.Fallback.From, st.Fallback.Reason))...)
		}
		if len(st.Waits) > 0 {
			lines = append(lines, f.prose(held, waits(st, f.now))...)
		}
	}
	return lines
}

// waits says what the questions of a stage wait for, the first to go on first.
func waits(st run.StageState, now time.Time) string {
	first := st.Waits[0]
	others := ""
	if n := len(st.Waits) - 1; n > 0 {
		others = fmt.Sprintf(" and %d more", n)
	}
	if first.Retry {
		return fmt.Sprintf("↻ %s%s: asked again at %s: %s", first.Unit, others, at(first.Until.Time, now), first.Reason)
	}
	return fmt.Sprintf("‖ %s%s: waits until %s: %s", first.Unit, others, at(first.Until.Time, now), first.Reason)
}

// retried says what a retry takes over, and where it begins.
func retried(b run.RetryRequested) string {
	text := fmt.Sprintf("Retry of run %s, from the start", b.ParentRunID)
	if len(b.Kept) > 0 {
		text = fmt.Sprintf("Retry of run %s, from: %s", b.ParentRunID, titlesOf(b.From))
	}
	if len(b.SteppedBack) > 0 {
		text += fmt.Sprintf(". It steps back to %s: %s", titlesOf(b.SteppedBack), b.Reason)
	}
	return join(". ", text, revised(b))
}

// revised says what a retry runs otherwise than the run before; "" if nothing.
func revised(b run.RetryRequested) string {
	recipe, changed := "", ""
	if b.Recipe != nil {
		recipe = fmt.Sprintf("By recipe %s (%s)", b.Recipe.RecipeID, b.Recipe.Name)
	}
	if len(b.Changes) > 0 {
		var all []string
		for _, c := range b.Changes {
			all = append(all, c.String())
		}
		changed = "Changed: " + strings.Join(all, "; ")
	}
	return join(". ", recipe, changed)
}

// titlesOf lists what stages do.
func titlesOf(ids []string) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = title(id)
	}
	return strings.Join(all, ", ")
}

// reused tells of an answer that was there already.
func (p *plain) reused(b run.UnitReused) string {
	if !p.verbose {
		return ""
	}
	return fmt.Sprintf("%s: %s is answered already, by %s in run %s", title(b.StageID), b.Unit, b.Model, b.FromRunID)
}
