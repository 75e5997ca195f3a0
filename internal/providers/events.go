package providers

import (
	"context"
	"strings"
	"time"

	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/internal/wording"
	llmhealth "github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// EventsQuery selects transitions of breakers and what operators did.
type EventsQuery struct {
	Provider      string    // "" for all
	After, Before int64     // ids, not included; 0 for all
	From, Until   time.Time // From is included, Until is not; the zero time for all
	Acts          bool      // only what operators did
	Limit         int
}

// The events of a query.
var (
	acts       = []string{"provider_held", "provider_released", "provider_probed"}
	actsAndAll = append([]string{"breaker_changed"}, acts...)
)

// Events returns transitions of breakers and what operators did, newest first. Behind the
// first that the log has come those that earlier versions recorded elsewhere, without ids.
func (s *Service) Events(ctx context.Context, q EventsQuery) ([]health.ProviderEvent, error) {
	f := storage.ProviderEvents{
		Provider: q.Provider, After: q.After, Before: q.Before, From: q.From, Until: q.Until, Kinds: actsAndAll, Limit: q.Limit,
	}
	if q.Acts {
		f.Kinds = acts
	}
	found, err := s.attempts.ProviderEvents(ctx, f)
	if err != nil {
		return nil, err
	}
	all := []health.ProviderEvent{}
	for _, e := range found {
		all = append(all, eventOf(e))
	}
	if len(all) == q.Limit || q.After != 0 || q.Acts || !q.From.IsZero() {
		return all, nil
	}
	earlier, err := s.beforeTheLog(ctx, q, q.Limit-len(all))
	return append(all, earlier...), err
}

// beforeTheLog returns transitions that earlier versions recorded, before the log had events about providers.
func (s *Service) beforeTheLog(ctx context.Context, q EventsQuery, limit int) (all []health.ProviderEvent, err error) {
	transitions, err := s.attempts.Transitions(ctx, lookedBack)
	if err != nil || len(transitions) == 0 {
		return nil, err
	}
	logged, err := s.attempts.ProviderEvents(ctx, storage.ProviderEvents{Kinds: actsAndAll, Limit: lookedBack})
	if err != nil || len(logged) == lookedBack {
		return nil, err
	}
	for _, t := range transitions[min(len(logged), len(transitions)):] { // the newest are in the log
		if (q.Provider == "" || t.Provider() == q.Provider) && len(all) < limit {
			all = append(all, transitionOf(t))
		}
	}
	return all, nil
}

// eventOf returns an event of the log as it is listed.
func eventOf(e run.LogEntry) health.ProviderEvent {
	out := health.ProviderEvent{At: e.Time.UTC(), ID: e.Position, Message: wording.Message(e.Event)}
	of := func(o event.OfProvider, kind health.EventKind, from, to breaker.State) {
		out.Provider = o.Provider
		out.Endpoint = o.Endpoint
		out.Model = o.Model
		out.Key = o.Key
		out.Kind = kind
		out.From = string(from)
		out.To = string(to)
	}
	act := func(a event.Act) {
		out.Actor = a.Actor
		out.Reason = a.Reason
		out.Evidence = a.Reason
		if out.Key != "" {
			out.Evidence += " (" + out.Key + ")"
		}
	}
	switch b := e.Body.(type) {
	case event.BreakerChanged:
		of(b.OfProvider, health.EventTransition, breaker.State(b.From), breaker.State(b.To))
		out.Evidence = b.Evidence
		out.Until = stated(b.Until)
	case event.ProviderHeld:
		of(b.OfProvider, health.EventHeld, b.Breaker, llmhealth.DidHold)
		act(b.Act)
		out.Until = stated(b.Until)
	case event.ProviderReleased:
		of(b.OfProvider, health.EventReleased, b.Breaker, llmhealth.DidRelease)
		act(b.Act)
	case event.ProviderProbed:
		of(b.OfProvider, health.EventProbed, b.Breaker, llmhealth.DidProbe)
		act(b.Act)
	}
	return out
}

// transitionOf returns a transition that is in no event of the log, as it is listed.
func transitionOf(t llmhealth.Transition) health.ProviderEvent {
	out := health.ProviderEvent{
		At: t.At.UTC(), Provider: t.Provider(), Endpoint: t.Endpoint, Model: t.Model, From: string(t.From), To: string(t.To),
		Evidence: t.Evidence, Kind: health.EventTransition,
	}
	switch t.To {
	case llmhealth.DidHold:
		out.Kind = health.EventHeld
	case llmhealth.DidRelease:
		out.Kind = health.EventReleased
	case llmhealth.DidProbe:
		out.Kind = health.EventProbed
	}
	if out.Kind != health.EventTransition {
		out.Reason = strings.TrimSpace(t.Evidence)
	}
	if !t.Until.IsZero() {
		out.Until = new(t.Until.UTC())
	}
	return out
}
