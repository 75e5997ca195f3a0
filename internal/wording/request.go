package wording

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// ofRequest returns what an event says about the request of a unit; "" if it is about something else.
func ofRequest(e event.Event) string {
	switch b := e.Body.(type) {
	case event.AttemptStarted:
		text := fmt.Sprintf("asked %s about %s, try %d", model(b.Provider, b.Model), Unit(b.Unit), b.Attempt.Attempt)
		if b.Decision != nil && b.Decision.Probe {
			text += ", which shows whether it answers again"
		}
		return text
	case event.AttemptProgress:
		return fmt.Sprintf("%s is answering about %s: about %d tokens after %s",
			model(b.Provider, b.Model), Unit(b.Unit), b.OutputTokens, took(milliseconds(b.ElapsedMS)))
	case event.AttemptFinished:
		return fmt.Sprintf("%s answered about %s in %s", model(b.Provider, b.Model), Unit(b.Unit), took(milliseconds(b.LatencyMS)))
	case event.AttemptFailed:
		return attemptFailed(b)
	case event.StageRetrying:
		return fmt.Sprintf("%s is asked again at %s, try %d%s", Unit(b.Unit), At(b.NextAttemptAt.Time, e.Time), b.Attempt, because(b.Fault))
	case event.StageFallback:
		return fmt.Sprintf("%s goes to %s instead of %s%s", Unit(b.Unit), model(b.ToProvider, b.ToModel),
			model(b.FromProvider, b.FromModel), because(b.Fault))
	case event.StageWaiting:
		return waiting(e.Time, b)
	case event.BudgetExceeded:
		return fmt.Sprintf("%s is not asked about, since %s of the limit of %s is spent", Unit(b.Unit), USD(b.SpentUSD), USD(b.LimitUSD))
	case event.UnitReused:
		return fmt.Sprintf("%s has an answer of %s already, from run %s", Unit(b.Unit), model(b.Provider, b.Model), name(b.FromRunID))
	}
	return ""
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// attemptFailed says how a try failed, whose fault that is, and what the provider said.
func attemptFailed(b event.AttemptFailed) string {
	text := fmt.Sprintf("try %d for %s at %s failed: %s%s", b.Attempt.Attempt, Unit(b.Unit), name(b.Model),
		b.ErrorClass.Clause(ProviderName(b.Provider)), blame(b.ErrorClass, ProviderName(b.Provider)))
	return said(text, b.Provider, b.ErrorClass, b.Error)
}

// said adds to a clause what a provider said of a failure, or what the program says beyond the
// failure's class.
func said(clause, provider string, c failure.Class, text string) string {
	text = strings.TrimPrefix(text, provider+": ")
	if words := quotedAtEnd.FindStringSubmatch(text); words != nil {
		text = words[1]
	}
	if text == c.Meaning() {
		return clause
	}
	return saying(clause, text)
}

// quotedAtEnd finds a provider's own words in the text of a failure, which ends with them.
var quotedAtEnd = regexp.MustCompile(`\((?:it says )?"(.*)"\)$`)

// because says which failure an event is about; "" without one.
func because(f event.Fault) string {
	if f.ErrorClass == "" {
		return ""
	}
	return ": " + f.ErrorClass.Clause(cmp.Or(ProviderName(f.Provider), "the provider"))
}

// waiting says until when a unit waits, for which providers, and what happens then.
func waiting(now time.Time, b event.StageWaiting) string {
	text := fmt.Sprintf("%s waits until %s", Unit(b.Unit), At(b.Until.Time, now))
	if held := b.Decision.HeldProviders(); len(held) > 0 {
		return text + ", since an operator holds " + providers(held)
	}
	if awaited := b.Decision.AwaitedProviders(); len(awaited) > 0 {
		text += " for " + providers(awaited)
	}
	if text += because(b.Fault); b.GivesUp {
		text += "; the stage fails then, unless a provider can be asked before"
	}
	return text
}

func providers(ids []string) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = ProviderName(id)
	}
	return strings.Join(all, " or ")
}

// turned says what a breaker's transition means for its provider or model.
func turned(e event.Event) string {
	switch b := e.Body.(type) {
	case event.BreakerOpened:
		out := "has been out since " + At(e.Time, e.Time)
		if b.From == "half_open" {
			out = "is still out"
		}
		return saying(fmt.Sprintf("%s %s and is asked again at %s", model(b.Provider, b.Model), out, At(b.Until.Time, e.Time)), b.Evidence)
	case event.BreakerProbing:
		return fmt.Sprintf("one request shows whether %s answers again", model(b.Provider, b.Model))
	case event.BreakerClosed:
		return fmt.Sprintf("%s answers again", model(b.Provider, b.Model))
	}
	return ""
}
