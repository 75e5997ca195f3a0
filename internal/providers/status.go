package providers

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm"
	llmhealth "github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage/shipped"
)

// counted is the time that success shares are about.
const counted = 24 * time.Hour

// recentCounts are the counts of the attempts of that time. They are used again for ten times as
// long as counting took, so that a list which is asked for again and again costs a tenth of a
// processor at the most, however many attempts there are.
type recentCounts struct {
	mu    sync.Mutex // guards what follows
	list  []storage.AttemptCount
	until time.Time
}

// of returns the counts of a store's attempts. One caller counts, and others wait for it.
func (c *recentCounts) of(ctx context.Context, attempts storage.Attempts) ([]storage.AttemptCount, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Before(c.until) {
		return c.list, nil
	}
	list, err := attempts.CountAttempts(ctx, storage.Window{From: now.Add(-counted), Until: now.Add(time.Millisecond)})
	if err == nil {
		c.list = list
		c.until = time.Now().Add(10 * time.Since(now))
	}
	return list, err
}

// List returns how all providers are doing: those that are configured, and those that could
// be.
func (s *Service) List(ctx context.Context) ([]health.Provider, error) {
	now := time.Now()
	counts, err := s.counts.of(ctx, s.attempts)
	if err != nil {
		return nil, err
	}
	waiting, err := s.waiting(ctx)
	if err != nil {
		return nil, err
	}
	all, err := healthOfAll(ctx, s, counts)
	for i := range all {
		h := &all[i]
		h.Waiting, h.WaitingList = waitingFor(h.Name, waiting)
		if err := s.addLastFailure(ctx, h, now); err != nil {
			return nil, err
		}
	}
	return all, err
}

// Health returns how all providers are doing, without what they did and which runs wait for them: a
// read of what the process knows, and of what others have learned since.
func (s *Service) Health(ctx context.Context) ([]health.Provider, error) {
	return healthOfAll(ctx, s, nil)
}

// healthOfAll is Health with counts of attempts.
func healthOfAll(ctx context.Context, s *Service, counts []storage.AttemptCount) ([]health.Provider, error) {
	if err := s.router.Health().Recall(ctx); err != nil {
		return nil, err
	}
	known := map[string]llmhealth.ProviderStatus{}
	for _, status := range s.router.Health().Status() {
		known[status.Endpoint] = status
	}
	all := []health.Provider{}
	out := false
	for _, p := range s.source.models.Providers {
		h := s.source.statusOf(p, known[p.endpoint()], counts)
		out = out || h.Breaker != breaker.Closed ||
			slices.ContainsFunc(h.Models, func(m health.Model) bool { return m.Breaker != breaker.Closed })
		all = append(all, h)
	}
	if !out {
		return all, nil
	}
	transitions, err := s.attempts.Transitions(ctx, lookedBack)
	for i, p := range s.source.models.Providers {
		all[i].OutSince = outSince(all[i].Health, transitions, p.endpoint(), "")
		for j, m := range all[i].Models {
			all[i].Models[j].OutSince = outSince(m.Health, transitions, p.endpoint(), m.Model)
		}
	}
	return all, err
}

// lookedBack is how many transitions are searched for the beginning of an outage.
const lookedBack = 1000

// outSince returns since when a breaker has not been closed; nil if it is closed.
func outSince(h health.Health, transitions []llmhealth.Transition, endpoint, model string) *time.Time {
	if h.Breaker == breaker.Closed {
		return nil
	}
	since := h.Since
	for _, t := range transitions { // newest first
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
func (s *Service) Breakers() []Breaker {
	var all []Breaker
	for _, status := range s.router.Health().Status() {
		name, _, _ := strings.Cut(status.Endpoint, "@")
		all = append(all, Breaker{name, "", status.Breaker.State})
		for _, m := range status.Models {
			all = append(all, Breaker{name, m.Model, m.Breaker.State})
		}
	}
	return all
}

// Unasked returns the providers of a system in which none was asked yet.
func Unasked(m Models) []health.Provider {
	all := []health.Provider{}
	r := NewSource(m)
	for _, p := range m.Providers {
		all = append(all, r.statusOf(p, llmhealth.ProviderStatus{}, nil))
	}
	return all
}

// statusOf returns how a provider is doing.
func (r *Source) statusOf(p Provider, s llmhealth.ProviderStatus, counts []storage.AttemptCount) health.Provider {
	h := health.Provider{Name: p.Name, BaseURL: p.BaseURL, Configured: p.Usable(), Health: healthOf(s.Breaker, s.Cooldowns),
		Models: []health.Model{}, Window: health.CountedWindow, KeyVariable: p.KeyVariable, WaitingList: []health.WaitingRun{}}
	if !h.Configured {
		h.Missing = p.KeyVariable + " is not set"
	}
	if err := CheckKey(p); err != nil {
		h.Configured = false
		h.Missing = err.Error()
	}
	if err := CheckBaseURL(p); err != nil { // the URL may hold a password
		h.Configured = false
		h.Missing = err.Error()
		h.BaseURL = ""
	}
	if s.Hold != nil {
		h.Held = &health.Held{Reason: s.Hold.Reason, Until: s.Hold.Until}
	}
	if f := s.Last; f != nil {
		h.Last = &health.LastFault{Model: f.Model, Class: f.Err.Class, Codes: codesOf(f.Err), Message: f.Err.Message, RequestID: f.Err.RequestID}
	}
	models := modelsOf(p)
	states := map[string]llmhealth.ModelStatus{}
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
		m := health.Model{Model: name, Health: healthOf(states[name].Breaker, states[name].Cooldowns),
			Limits: r.limits(recipe.ModelName{Provider: p.Name, Model: name}), Room: roomOf(states[name].Limit)}
		for _, c := range counts {
			if c.Provider == p.Name && c.Model == name {
				m.Count(c.Answered, c.Failed)
			}
		}
		m.Health = releasable(m.Health, p.Name+":"+name)
		h.Models = append(h.Models, m)
	}
	h.Health = releasable(h.Health, p.Name)
	return h
}

// releasable adds to gates what ends them before their time, by the name under which they are released.
func releasable(h health.Health, name string) health.Health {
	for i := range h.Gates {
		h.Gates[i].Actions = []failure.Remedy{failure.Release(name)}
	}
	return h
}

// limits returns the limits on the time of a model's answers; nil if it has none.
func (r *Source) limits(name recipe.ModelName) *health.TimeLimits {
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

// modelsOf lists the models of a provider that are asked if a recipe names none.
func modelsOf(p Provider) []string {
	models := slices.Clone(p.Models)
	for _, module := range shipped.Modules(document.Reader{}) {
		for _, name := range module.Info().DefaultChain {
			if model, ok := strings.CutPrefix(name, p.Name+":"); ok {
				models = append(models, model)
			}
		}
	}
	return models
}

func healthOf(s breaker.Snapshot, gates []llmhealth.CooldownStatus) health.Health {
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

func gateOf(g llmhealth.CooldownStatus) health.Gate {
	why := g.Cause.Err
	return health.Gate{Since: g.Since.UTC(), Until: g.Until.UTC(), Class: why.Class, Codes: codesOf(why), Message: why.Message,
		Hint: why.Hint, Person: g.Person}
}
