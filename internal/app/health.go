package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// tallied is the time that success shares are told of.
const tallied = 24 * time.Hour

// Providers tells how all providers are doing: those that are configured and those
// that could be.
func (a *App) Providers(ctx context.Context) ([]health.Provider, error) {
	if err := a.router.Recall(ctx); err != nil {
		return nil, err
	}
	counts, err := a.tally.Tally(ctx, time.Now().Add(-tallied), drillPrefix)
	if err != nil {
		return nil, err
	}
	known := map[string]chain.Status{}
	for _, s := range a.router.Status() {
		known[s.Endpoint] = s
	}
	turns, err := a.tally.Transitions(ctx, lookedBack)
	if err != nil {
		return nil, err
	}
	waiting, _, err := a.List(ctx, Filter{Status: run.Waiting})
	if err != nil {
		return nil, err
	}
	all := []health.Provider{}
	for _, p := range a.roster.models.Providers {
		h := a.roster.health(p, known[p.endpoint()], counts)
		h.OutSince = outSince(h.Health, turns, p.endpoint(), "")
		for i, m := range h.Models {
			h.Models[i].OutSince = outSince(m.Health, turns, p.endpoint(), m.Model)
		}
		for _, r := range waiting {
			if slices.Contains(r.WaitsFor, p.Name) {
				h.Waiting++
			}
		}
		all = append(all, h)
	}
	return all, nil
}

// lookedBack is how many turns of breakers are looked at for when an outage began.
const lookedBack = 1000

// outSince returns since when a breaker has not been closed; nil if it is closed.
func outSince(h health.Health, turns []chain.Transition, endpoint, model string) *time.Time {
	if h.Breaker == breaker.Closed {
		return nil
	}
	since := h.Since
	for _, t := range turns { // newest first
		switch {
		case t.Endpoint != endpoint || t.Model != model:
		case t.To == breaker.Closed:
			return since
		default:
			since = new(t.At.UTC())
		}
	}
	return since
}

// Breaker is where a breaker stands: a provider's, or with a model the model's.
type Breaker struct {
	Provider, Model string
	State           breaker.State
}

// Breakers returns where the breakers stand of which anything is known.
func (a *App) Breakers() []Breaker {
	var all []Breaker
	for _, s := range a.router.Status() {
		name, _, _ := strings.Cut(s.Endpoint, "@")
		all = append(all, Breaker{name, "", s.Breaker.State})
		for _, m := range s.Models {
			all = append(all, Breaker{name, m.Model, m.Breaker.State})
		}
	}
	return all
}

// Unasked tells of the providers of a system in which nobody was asked yet.
func Unasked(m Models) []health.Provider {
	all := []health.Provider{}
	r := newRoster(m)
	for _, p := range m.Providers {
		all = append(all, r.health(p, chain.Status{}, nil))
	}
	return all
}

// health says how a provider is doing.
func (r *candidateSource) health(p Provider, s chain.Status, counts []storage.AttemptCount) health.Provider {
	h := health.Provider{Name: p.Name, BaseURL: p.BaseURL, Configured: p.usable(), Health: healthOf(s.Breaker, s.Gates), Models: []health.Model{}}
	if !h.Configured {
		h.Missing = p.KeyVariable + " is not set"
	}
	if err := checkKey(p); err != nil {
		h.Configured, h.Missing = false, err.Error()
	}
	if err := checkBaseURL(p); err != nil { // the URL may hold a password
		h.Configured, h.Missing, h.BaseURL = false, err.Error(), ""
	}
	if s.Hold != nil {
		h.Held = &health.Held{Reason: s.Hold.Reason, Until: s.Hold.Until}
	}
	if f := s.Last; f != nil {
		h.Last = &health.LastFault{Model: f.Model, Class: f.Err.Class, Codes: codesOf(f.Err), Message: f.Err.Message, RequestID: f.Err.RequestID}
	}
	models := modelsOf(p)
	states := map[string]chain.ModelStatus{}
	for _, m := range s.Models {
		states[m.Model] = m
		models = append(models, m.Model)
	}
	for _, c := range counts {
		if c.Provider == p.Name {
			models = append(models, c.Model)
			h.Count(c.Answered, c.Failed)
		}
	}
	slices.Sort(models)
	for _, name := range slices.Compact(models) {
		m := health.Model{Model: name, Health: healthOf(states[name].Breaker, states[name].Gates), Limits: r.limits(recipe.ModelName{Provider: p.Name, Model: name})}
		for _, c := range counts {
			if c.Provider == p.Name && c.Model == name {
				m.Count(c.Answered, c.Failed)
			}
		}
		h.Models = append(h.Models, m)
	}
	return h
}

// limits returns the limits on the time of a model's answers; nil if it has none.
func (r *candidateSource) limits(name recipe.ModelName) *health.TimeLimits {
	m, ok := r.candidate(name).Model.(llm.Limited)
	if !ok {
		return nil
	}
	l := m.Limits()
	of := func(l llm.Limit) health.TimeLimit {
		return health.TimeLimit{Seconds: l.Time.Seconds(), Source: l.Source}
	}
	return &health.TimeLimits{FirstByte: of(l.FirstByte), Idle: of(l.Idle), Total: of(l.Total)}
}

// modelsOf lists the models of a provider that are asked without a recipe's saying so.
func modelsOf(p Provider) []string {
	models := slices.Clone(p.Models)
	for _, stage := range recipe.DefaultChains() {
		for _, m := range stage {
			if m.Provider == p.Name {
				models = append(models, m.Model)
			}
		}
	}
	return models
}

func healthOf(s breaker.Status, gates []chain.GateStatus) health.Health {
	h := health.Health{Breaker: s.State, Evidence: s.Evidence}
	if s.State == "" {
		h.Breaker = breaker.Closed
	}
	if s.State != breaker.Closed && !s.Since.IsZero() {
		h.Since = new(s.Since.UTC())
	}
	if s.State == breaker.Open {
		h.NextProbeAt = new(s.Until.UTC())
	}
	for _, g := range gates {
		h.Gates = append(h.Gates, gateOf(g))
	}
	return h
}

func codesOf(f *failure.Error) health.Codes {
	c := event.CodesOf(f)
	return health.Codes{Code: c.Error, ProviderCode: c.Provider, HTTPStatus: c.Status}
}

func gateOf(g chain.GateStatus) health.Gate {
	why := g.Cause.Err
	return health.Gate{Since: g.Since.UTC(), Until: g.Until.UTC(), Class: why.Class, Codes: codesOf(why), Message: why.Message,
		Hint: why.Hint, Person: g.Person}
}

// Transitions returns the turns of breakers, newest first.
func (a *App) Transitions(ctx context.Context, limit int) ([]chain.Transition, error) {
	return a.tally.Transitions(ctx, limit)
}

// The longest time that a provider can be held for at once.
const longestHold = 7 * 24 * time.Hour

// Hold keeps all questions from a provider for a time, for a reason that is told
// wherever the provider is left out.
func (a *App) Hold(ctx context.Context, provider, reason string, length time.Duration) error {
	p, err := a.operated(provider, reason)
	if err != nil {
		return err
	}
	if length <= 0 || length > longestHold {
		return failure.New(failure.Input, fmt.Sprintf("a provider can be held for up to %v, not %v", longestHold, length), "hold it again when that has passed")
	}
	return a.router.Hold(ctx, p.endpoint(), chain.Hold{Reason: reason, Until: time.Now().Add(length)})
}

// Probe lets the next question through to a provider that is left alone, and opens
// all its gates.
func (a *App) Probe(ctx context.Context, provider, reason string) error {
	p, err := a.operated(provider, reason)
	if err != nil {
		return err
	}
	return a.router.Probe(ctx, p.endpoint(), reason)
}

// operated returns a provider that an operator acts on for a reason.
func (a *App) operated(name, reason string) (Provider, error) {
	if err := reasoned(reason); err != nil {
		return Provider{}, err
	}
	return a.provider(name)
}

func reasoned(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return failure.New(failure.Input, "an operator's act needs a reason", "say why; others read it")
	}
	return nil
}

// ErrNoProvider is in the chain of a failure that says that there is no such provider.
var ErrNoProvider = errors.New("there is no such provider")

func (a *App) provider(name string) (Provider, error) {
	var names []string
	for _, p := range a.roster.models.Providers {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Provider{}, &failure.Error{Class: failure.Input, Message: fmt.Sprintf("there is no provider %q", name), Hint: "there are " + strings.Join(names, ", "), Err: ErrNoProvider}
}
