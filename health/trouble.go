package health

import (
	"cmp"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// TroubleOf says in what state a provider is: as a whole, or because of its models.
func TroubleOf(p Provider) ProviderTrouble {
	t := ProviderTrouble{Provider: p.Name, State: StateWell, Last: p.Last, Faults: []FaultCount{}}
	switch {
	case !p.Configured:
		t.State = StateNoKey
		t.Reason = p.Missing
		return t
	case p.Held != nil:
		t.State = StateHeld
		t.Until = new(p.Held.Until.UTC())
		t.Reason = p.Held.Reason
		t.Actions = []failure.Remedy{failure.Release(p.Name)}
		return t
	case !well(p.Health):
		describe(&t, p.Health, p.Last)
		return t
	}
	var bad []Model
	answers := false
	for _, m := range p.Models {
		if !well(m.Health) {
			bad = append(bad, m)
		} else if m.Attempts > 0 {
			answers = true
		}
	}
	if len(bad) == 0 {
		return t
	}
	slices.SortStableFunc(bad, func(a, b Model) int { return began(a.Health).Compare(began(b.Health)) })
	t.Model = bad[0].Model
	describe(&t, bad[0].Health, p.Last)
	if answers {
		t.State = StatePart
	}
	return t
}

// well reports whether nothing keeps something from being asked.
func well(h Health) bool { return h.Breaker == breaker.Closed && len(h.Gates) == 0 }

// began returns when something began to be kept from being asked.
func began(h Health) time.Time {
	switch {
	case h.OutSince != nil:
		return *h.OutSince
	case len(h.Gates) > 0:
		return h.Gates[0].Since
	}
	return time.Time{}
}

// describe fills in what keeps a provider or a model from being asked: what takes a person
// before a breaker, and that before what passes.
func describe(t *ProviderTrouble, h Health, last *LastFault) {
	person := slices.IndexFunc(h.Gates, func(g Gate) bool { return g.Person })
	switch {
	case person >= 0:
		gated(t, h.Gates[person])
	case h.Breaker != breaker.Closed:
		t.State = StateOut
		if h.Breaker == breaker.HalfOpen {
			t.State = StateProbing
		}
		t.Since = cmp.Or(h.OutSince, h.Since)
		t.Until = h.NextProbeAt
		t.Reason = h.Evidence
		t.Actions = []failure.Remedy{failure.Probe(t.Provider)}
		if last != nil && (t.Model == "" || last.Model == t.Model) {
			t.Class = last.Class
			t.Codes = new(last.Codes)
		}
	default:
		gated(t, h.Gates[0])
	}
	if t.Person {
		t.Help = cmp.Or(t.Help, t.Class.Action())
	}
}

// gated fills in what keeps a key away.
func gated(t *ProviderTrouble, g Gate) {
	t.State = StateLimited
	switch g.Class {
	case failure.Auth, failure.Permission:
		t.State = StateKeyRejected
	case failure.QuotaExhausted:
		t.State = StateNoQuota
	case failure.NotFound:
		t.State = StateNoModel
	}
	t.Since = new(g.Since.UTC())
	t.Until = new(g.Until.UTC())
	t.Class = g.Class
	t.Codes = new(g.Codes)
	t.Reason = g.Message
	t.Person = g.Person
	t.Help = g.Hint
	t.Actions = g.Actions
}
