package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cineforge/failure"
	"cineforge/internal/sqlite"
	"cineforge/llm/chain"
	"cineforge/recipe"
	"cineforge/resilience/breaker"
)

// tally counts how attempts ended.
type tally interface {
	// Tally counts the attempts since a time, of runs whose id does not begin with a prefix.
	Tally(ctx context.Context, since time.Time, but string) ([]sqlite.Count, error)
	// Turns returns the turns of breakers, newest first.
	Turns(ctx context.Context, limit int) ([]chain.Transition, error)
}

// tallied is the time that success shares are told of.
const tallied = 24 * time.Hour

// Health is how something is doing that can be asked.
type Health struct {
	Breaker     breaker.State `json:"breaker"`
	Since       *time.Time    `json:"since,omitempty"`         // it is in that state
	NextProbeAt *time.Time    `json:"next_probe_at,omitempty"` // when an open breaker lets a question through
	Evidence    string        `json:"evidence,omitempty"`      // what led to the breaker's state
	Gates       []Gate        `json:"gates,omitempty"`
	Attempts    int           `json:"attempts"`          // of the last 24 hours
	Success     *float64      `json:"success,omitempty"` // the share of them that were answered; nil without attempts
}

// Gate is a key that is kept from a provider or a model.
type Gate struct {
	Until   time.Time     `json:"until"`
	Class   failure.Class `json:"error_class"`
	Code    string        `json:"error_code,omitempty"`
	Message string        `json:"message"`
	Hint    string        `json:"hint,omitempty"`
	Person  bool          `json:"needs_person"` // time alone does not help
}

// ProviderHealth is how a provider is doing.
type ProviderHealth struct {
	Name       string     `json:"name"`
	BaseURL    string     `json:"base_url,omitempty"`
	Configured bool       `json:"configured"`
	Missing    string     `json:"missing,omitempty"` // what it lacks to be asked
	Held       *Held      `json:"held,omitempty"`
	Last       *LastFault `json:"last_failure,omitempty"`
	Health
	Models []ModelHealth `json:"models"`
}

// Held says that an operator keeps all questions from a provider.
type Held struct {
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

// LastFault is how a provider failed last.
type LastFault struct {
	Model     string        `json:"model"`
	Class     failure.Class `json:"error_class"`
	Code      string        `json:"error_code,omitempty"`
	Message   string        `json:"message"`
	RequestID string        `json:"request_id,omitempty"`
}

// ModelHealth is how a model is doing.
type ModelHealth struct {
	Model string `json:"model"`
	Health
}

// Providers tells how all providers are doing: those that are configured and those
// that could be.
func (a *App) Providers(ctx context.Context) ([]ProviderHealth, error) {
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
	all := []ProviderHealth{}
	for _, p := range a.roster.models.Providers {
		all = append(all, providerHealth(p, known[p.endpoint()], counts))
	}
	return all, nil
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
func Unasked(m Models) []ProviderHealth {
	all := []ProviderHealth{}
	for _, p := range m.Providers {
		all = append(all, providerHealth(p, chain.Status{}, nil))
	}
	return all
}

func providerHealth(p Provider, s chain.Status, counts []sqlite.Count) ProviderHealth {
	h := ProviderHealth{Name: p.Name, BaseURL: p.BaseURL, Configured: p.usable(), Health: health(s.Breaker, s.Gates), Models: []ModelHealth{}}
	if !h.Configured {
		h.Missing = p.KeyVariable + " is not set"
	}
	if s.Hold != nil {
		h.Held = &Held{s.Hold.Reason, s.Hold.Until}
	}
	if f := s.Last; f != nil {
		h.Last = &LastFault{f.Model, f.Err.Class, f.Err.Code, f.Err.Message, f.Err.RequestID}
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
			h.count(c)
		}
	}
	slices.Sort(models)
	for _, name := range slices.Compact(models) {
		m := ModelHealth{Model: name, Health: health(states[name].Breaker, states[name].Gates)}
		for _, c := range counts {
			if c.Provider == p.Name && c.Model == name {
				m.count(c)
			}
		}
		h.Models = append(h.Models, m)
	}
	return h
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

func health(s breaker.Status, gates []chain.GateStatus) Health {
	h := Health{Breaker: s.State, Evidence: s.Evidence}
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
		h.Gates = append(h.Gates, Gate{g.Until.UTC(), g.Cause.Err.Class, g.Cause.Err.Code, g.Cause.Err.Message, g.Cause.Err.Hint, g.Person})
	}
	return h
}

// count adds attempts.
func (h *Health) count(c sqlite.Count) {
	answered := 0.0
	if h.Success != nil {
		answered = *h.Success * float64(h.Attempts)
	}
	if h.Attempts += c.Answered + c.Failed; h.Attempts > 0 {
		h.Success = new((answered + float64(c.Answered)) / float64(h.Attempts))
	}
}

// Turns returns the turns of breakers, newest first.
func (a *App) Turns(ctx context.Context, limit int) ([]chain.Transition, error) {
	return a.tally.Turns(ctx, limit)
}

// The longest time that a provider can be held for at once.
const longestHold = 7 * 24 * time.Hour

// Hold keeps all questions from a provider for a time, for a reason that is told
// wherever the provider is left out.
func (a *App) Hold(ctx context.Context, provider, reason string, length time.Duration) error {
	p, err := a.provider(provider)
	if err != nil {
		return err
	}
	if length <= 0 || length > longestHold {
		return failure.New(failure.Input, fmt.Sprintf("a provider can be held for up to %v, not %v", longestHold, length), "hold it again when that has passed")
	}
	return a.router.Hold(ctx, p.endpoint(), chain.Hold{Reason: reason, Until: time.Now().Add(length)})
}

// Release ends the hold of a provider.
func (a *App) Release(ctx context.Context, provider, reason string) error {
	p, err := a.provider(provider)
	if err != nil {
		return err
	}
	return a.router.Release(ctx, p.endpoint(), reason)
}

// Probe lets the next question through to a provider that is left alone, and opens
// all its gates.
func (a *App) Probe(ctx context.Context, provider, reason string) error {
	p, err := a.provider(provider)
	if err != nil {
		return err
	}
	return a.router.Probe(ctx, p.endpoint(), reason)
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
	return Provider{}, &failure.Error{Class: failure.Input, Message: fmt.Sprintf("there is no provider %q", name), Hint: fmt.Sprintf("there are %v", names), Err: ErrNoProvider}
}
