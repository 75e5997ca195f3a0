package incident

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/wording"
)

// next lists what may end the trouble, soonest first; what takes a person last.
func (r *report) next() []health.Upcoming {
	all := []health.Upcoming{}
	for _, t := range r.troubles {
		if inTrouble(t.State) {
			all = append(all, r.ends(t)...)
		}
	}
	var first *health.AffectedRun
	for i, o := range r.out.Runs.Waiting {
		if o.Until != nil && (first == nil || o.Until.Before(*first.Until)) {
			first = &r.out.Runs.Waiting[i]
		}
	}
	if first != nil {
		all = append(all, health.Upcoming{
			At: first.Until, What: health.NextRunLooks, RunID: first.RunID,
			Message: fmt.Sprintf("Run %s looks again at %s.", first.RunID, wording.At(*first.Until, r.now)),
		})
	}
	slices.SortStableFunc(all, func(a, b health.Upcoming) int {
		switch {
		case a.At == nil && b.At == nil:
			return 0
		case a.At == nil:
			return 1
		case b.At == nil:
			return -1
		}
		return a.At.Compare(*b.At)
	})
	return all
}

// ends says what may end a provider's trouble.
func (r *report) ends(t health.ProviderTrouble) (all []health.Upcoming) {
	name := wording.ProviderName(t.Provider)
	if t.Model != "" {
		name += " " + t.Model
	}
	one := health.Upcoming{Provider: t.Provider, Model: t.Model, At: t.Until}
	if one.At != nil && !one.At.After(r.now) {
		one.At = nil
	}
	switch t.State {
	case health.StateHeld:
		one.What = health.NextHold
		one.Message = "The hold of " + name + " ends"
	case health.StateOut, health.StateProbing, health.StatePart:
		one.What = health.NextProbe
		one.Message = name + " is probed"
		if one.At == nil {
			one.Message = "The next request probes " + name
		}
	default:
		one.What = health.NextLimit
		one.Message = name + " can be asked again"
	}
	if one.At != nil {
		one.Message += " at " + wording.At(*one.At, r.now)
	}
	one.Message += "."
	all = append(all, one)
	if t.Person {
		all = append(all, health.Upcoming{
			What: health.NextPerson, Provider: t.Provider, Model: t.Model,
			Message: wording.Sentence(name + ": " + t.Help),
		})
	}
	return all
}

// maxEarlier is how many troubles that are over are named.
const maxEarlier = 10

// shortest is how long a cooldown that passes by itself has to last to be named when it is over.
const shortest = time.Minute

// earlier says what was wrong in the time and is over, newest first.
func (r *report) earlier(ctx context.Context) error {
	intervals, _, err := r.Providers.Intervals(ctx, r.window)
	if err != nil {
		return err
	}
	var over []outage
	for provider, list := range intervals {
		over = append(over, outages(provider, list)...)
	}
	slices.SortFunc(over, func(a, b outage) int { return b.until.Compare(a.until) })
	r.out.Earlier = []string{}
	for _, o := range over[:min(maxEarlier, len(over))] {
		r.out.Earlier = append(r.out.Earlier, r.wasOut(o))
	}
	return nil
}

// outage is a trouble that is over.
type outage struct {
	provider, model string
	kind            health.IntervalKind
	class           failure.Class
	since, until    time.Time
}

// outages joins the intervals of a provider that follow each other, and returns those that are over.
func outages(provider string, list []health.Interval) (over []outage) {
	type about struct {
		model string
		kind  health.IntervalKind
	}
	last := map[about]*outage{}
	var all []*outage
	for _, i := range list {
		kind := i.Kind
		if kind == health.WasProbed {
			kind = health.WasOut
		}
		key := about{i.Model, kind}
		o := last[key]
		if o == nil || i.Since.After(o.until) {
			o = &outage{provider: provider, model: i.Model, kind: kind, class: i.Class, since: i.Since}
			last[key] = o
			all = append(all, o)
		}
		if o.until = (time.Time{}); i.Until != nil { // else it goes on
			o.until = *i.Until
		}
	}
	for _, o := range all {
		passing := o.kind == health.WasCooling && o.class == failure.RateLimited && o.until.Sub(o.since) < shortest
		if !o.until.IsZero() && !passing {
			over = append(over, *o)
		}
	}
	return over
}

// wasOut says what was wrong.
func (r *report) wasOut(o outage) string {
	name := wording.ProviderName(o.provider)
	if o.model != "" {
		name += " " + o.model
	}
	what := "was out"
	switch {
	case o.kind == health.WasHeld:
		what = "was held by an operator"
	case o.kind == health.WasCooling && (o.class == failure.Auth || o.class == failure.Permission):
		what = "rejected the key"
	case o.kind == health.WasCooling && o.class == failure.QuotaExhausted:
		what = "had no quota left"
	case o.kind == health.WasCooling && o.class == failure.NotFound:
		what = "was not available"
	case o.kind == health.WasCooling:
		what = "limited requests"
	}
	return wording.Sentence(fmt.Sprintf("%s %s from %s to %s", name, what, strings.TrimSuffix(wording.At(o.since, r.now), " UTC"),
		wording.At(o.until, r.now)))
}
