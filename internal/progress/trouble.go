package progress

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
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

// retrying reports a pause before the next try. What failed has been reported by then.
func retrying(b event.StageRetrying) string {
	if b.RetryDelaySeconds < leastDelay {
		return ""
	}
	return fmt.Sprintf("%s: %s, attempt %d in %.1fs: %s", title(b.StageID), b.Unit, b.Attempt, b.RetryDelaySeconds, b.Decision.Why)
}

// fallback says that another model answers in place of the first choice: once for a stage,
// until the first choice answers again.
func (p *plain) fallback(b event.StageFallback) string {
	first := advice.FirstChoice(p.state, b.StageID)
	if b.ToModel == first {
		if !p.verbose {
			return ""
		}
		return fmt.Sprintf("%s: %s goes back to %s %s", title(b.StageID), b.Unit, b.ToProvider, b.ToModel)
	}
	subject := b.Unit + " goes"
	key := b.StageID + " to " + b.ToModel
	if isUnavailable(b.Decision, first) {
		subject = "as a whole goes"
		key += " as a whole"
	}
	if !p.once(key) {
		return ""
	}
	return fmt.Sprintf("%s: %s to %s %s in place of %s: %s", title(b.StageID), subject, b.ToProvider, b.ToModel, first, b.Reason)
}

// isUnavailable reports whether a model can't be asked at all, whatever the question.
func isUnavailable(d event.Decision, model string) bool {
	return slices.ContainsFunc(d.Others, func(v event.Verdict) bool {
		return v.Model == model && (v.Reason == "breaker_open" || v.Reason == "gated" || v.Reason == "held")
	})
}

// back says that the first choice of a stage answers again.
func (p *plain) back(b event.AttemptFinished) string {
	p.forget(b.Provider + " ")
	prefix := b.StageID + " to "
	if b.Model != advice.FirstChoice(p.state, b.StageID) || !p.knows(prefix) || advice.Elsewhere(p.state, b.StageID) != nil {
		return ""
	}
	p.forget(prefix)
	return fmt.Sprintf("%s: %s %s answers again", title(b.StageID), b.Provider, b.Model)
}

// once reports whether something is said for the first time, or is to be said each time.
func (p *plain) once(what string) bool {
	known := p.known[what]
	p.known[what] = true
	return !known || p.verbose
}

// knows reports whether something was said that begins like that, and forget forgets it.
func (p *plain) knows(prefix string) bool {
	for what := range p.known {
		if strings.HasPrefix(what, prefix) {
			return true
		}
	}
	return false
}

func (p *plain) forget(prefix string) {
	maps.DeleteFunc(p.known, func(what string, _ bool) bool { return strings.HasPrefix(what, prefix) })
}

// lasting says of the stages under way whose answers come from elsewhere, and which call
// takes long.
func lasting(s run.State, now time.Time) (lines []string) {
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		if st.Status != run.StageRunning && st.Status != run.StageWaiting {
			continue
		}
		if f := advice.Elsewhere(s, id); f != nil {
			lines = append(lines, inPlace(*f, st))
		}
		if a := advice.LongCall(st, run.UnixTime{Time: now}); a != nil {
			lines = append(lines, longCall(*a, now))
		}
	}
	return lines
}

// inPlace says which model answers, or is asked, in place of a stage's first choice.
func inPlace(f run.Fallback, st run.StageState) string {
	if n := st.ModelsUsed[f.To].Answers; n > 0 {
		return fmt.Sprintf("%s answers in place of %s (%d of %s)", f.To, f.From, n, plural(st.CallCount, "answer"))
	}
	return fmt.Sprintf("%s is asked in place of %s", f.To, f.From)
}

// longCall says how far a call is that takes long.
func longCall(a run.AttemptState, now time.Time) string {
	since := ticking(now.Sub(a.StartedAt.Time))
	if a.TokensSoFar == 0 {
		return fmt.Sprintf("%s: %s %s has written nothing so far, %s", a.Unit, a.Provider, a.Model, since)
	}
	return fmt.Sprintf("%s: %s %s has written about %s tokens, %.0f a second, %s", a.Unit, a.Provider, a.Model,
		short(a.TokensSoFar), a.TokensPerSecond, since)
}

// waiting tells that a stage waits, until when and for what; of several of its
// questions that wait for the same, once.
func (p *plain) waiting(now time.Time, b event.StageWaiting) string {
	last, waits := p.waits[b.StageID]
	if waits && now.Sub(last) < waitEvery && !b.GivesUp && !p.verbose {
		return ""
	}
	p.waits[b.StageID] = now
	then := "It goes on by itself"
	if b.GivesUp {
		then = "It gives up then, unless a provider can be asked before"
	}
	return fmt.Sprintf("%s: %s waits until %s: %s. %s", title(b.StageID), b.Unit, at(b.Until.Time, now.In(p.zone)), b.Reason, then)
}

// turned tells of a breaker's transition: until it closes, that it opened is said once.
func (p *plain) turned(body event.Body, now time.Time) (tone, string) {
	switch b := body.(type) {
	case event.BreakerOpened:
		if !p.once("open " + route(b.Transition) + ";") {
			return neutral, ""
		}
		return held, fmt.Sprintf("%s is left alone until %s: %s", route(b.Transition), at(b.Until.Time, now), b.Evidence)
	case event.BreakerProbing:
		if !p.verbose {
			return neutral, ""
		}
		return neutral, route(b.Transition) + ": it is tried whether it is well again"
	case event.BreakerClosed:
		p.forget("open " + route(b.Transition) + ";")
		return good, route(b.Transition) + " is well again"
	}
	return neutral, ""
}

func route(t event.Transition) string { return join(" ", t.Provider, t.Model) }

// trouble says below the rows what the stages under way are kept by.
func (f frame) trouble(s run.State) []string {
	var lines []string
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		if st.Status != run.StageRunning && st.Status != run.StageWaiting {
			continue
		}
		if fall := advice.Elsewhere(s, id); fall != nil {
			lines = append(lines, f.prose(held, "→ "+inPlace(*fall, st)+": "+fall.Reason)...)
		}
		if a := advice.LongCall(st, run.UnixTime{Time: f.now}); a != nil {
			lines = append(lines, f.prose(faint, "… "+longCall(*a, f.now))...)
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
func retried(b event.RetryRequested) string {
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
func revised(b event.RetryRequested) string {
	recipe := ""
	changed := ""
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
func (p *plain) reused(b event.UnitReused) string {
	if !p.verbose {
		return ""
	}
	return fmt.Sprintf("%s: %s is answered already, by %s in run %s", title(b.StageID), b.Unit, b.Model, b.FromRunID)
}
