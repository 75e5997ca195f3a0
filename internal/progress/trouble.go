package progress

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/internal/wording"
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

// fallsBack reports whether it is worth a line that another model answers in place of the first
// choice: once for a stage, until the first choice answers again.
func (p *plain) fallsBack(b event.StageFallback) bool {
	first := advice.FirstChoice(p.state, b.StageID)
	if b.ToModel == first {
		return p.verbose
	}
	key := b.StageID + " to " + b.ToModel
	if isUnavailable(b.Decision, first) {
		key += " as a whole"
	}
	return p.once(key)
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
	return fmt.Sprintf("%s %s answers again.", wording.ProviderName(b.Provider), b.Model)
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
		return fmt.Sprintf("%s answers instead of %s (%d of %s)", f.To, f.From, n, plural(st.CallCount, "answer"))
	}
	return fmt.Sprintf("%s is asked instead of %s", f.To, f.From)
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

// saysWaiting reports whether it is worth a line that a request waits: of several of a stage that wait
// for the same, one.
func (p *plain) saysWaiting(now time.Time, b event.StageWaiting) bool {
	last, waits := p.waiting[b.StageID]
	if waits && now.Sub(last) < waitEvery && !b.GivesUp && !p.verbose {
		return false
	}
	p.waiting[b.StageID] = now
	return true
}

// turned returns the line of a breaker's transition: until it closes, that it opened is said once.
func (p *plain) turned(body event.Body, text string) (tone, string) {
	switch b := body.(type) {
	case event.BreakerOpened:
		return held, unless(!p.once("open "+route(b.Transition)+";"), text)
	case event.BreakerProbing:
		return neutral, unless(!p.verbose, text)
	case event.BreakerClosed:
		p.forget("open " + route(b.Transition) + ";")
		return good, text
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

// revised says what a retry runs otherwise than the run before; "" if nothing.
func revised(b event.RetryRequested) string {
	recipe := ""
	if b.Recipe != nil {
		recipe = fmt.Sprintf("With recipe %s (%s)", b.Recipe.RecipeID, b.Recipe.Name)
	}
	return join(". ", recipe, changes(b))
}

// changes lists what a retry changes; "" if nothing.
func changes(b event.RetryRequested) string {
	var all []string
	for _, c := range b.Changes {
		all = append(all, c.String())
	}
	if len(all) == 0 {
		return ""
	}
	return "Changed: " + strings.Join(all, "; ")
}

// titlesOf lists what stages do.
func titlesOf(ids []string) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = title(id)
	}
	return strings.Join(all, ", ")
}
