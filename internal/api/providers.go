package api

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/providers"
)

// providersHandler answers requests about providers, and does what an operator asks for.
type providersHandler struct {
	providers *providers.Service
	log       *slog.Logger
}

// OfProvider is the part of a request that names its provider.
type OfProvider struct {
	Name string `path:"name" maxLength:"100"`
}

// OfReleased is the part of a request that names what is released.
type OfReleased struct {
	Name string `path:"name" maxLength:"200" doc:"A provider, PROVIDER:MODEL, or the variable of a key, such as ANTHROPIC_API_KEY."`
}

// The requests about providers.
type (
	eventsQuery struct {
		Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
		Before   int64  `query:"before" minimum:"0" doc:"Only entries before this id: the next page."`
		After    int64  `query:"after" minimum:"0" doc:"Only entries after this id: what is new."`
		Provider string `query:"provider" maxLength:"100"`
	}
	holdRequest struct {
		OfProvider
		Body client.Hold
	}
	releaseRequest struct {
		OfReleased
		Body client.Reason
	}
	probeRequest struct {
		OfProvider
		Body client.Reason
	}
)

// maxTransitions is how many transitions of breakers are listed.
const maxTransitions = 500

func (h *providersHandler) register(r *endpoint.Router) {
	refusals := []int{http.StatusNotFound, http.StatusUnprocessableEntity}
	endpoint.HandleCacheable(r, endpoint.Get("providers", "/providers", "How each provider and model is doing"), h.list)
	endpoint.Handle(r, endpoint.Get("providerEvents", "/providers/events", "The transitions of breakers and what operators did, newest first",
		http.StatusUnprocessableEntity), h.events)
	endpoint.Handle(r, endpoint.Post("holdProvider", "/providers/{name}/hold",
		"Hold a provider: send it no requests for a while", refusals...), h.hold)
	endpoint.Handle(r, endpoint.Post("releaseProvider", "/providers/{name}/release",
		"Release a provider, a model or a key: end its limits and holds", refusals...), h.release)
	endpoint.Handle(r, endpoint.Post("probeProvider", "/providers/{name}/probe",
		"Send the next request to a provider that is out, as a probe", refusals...), h.probe)
}

func (h *providersHandler) list(ctx context.Context, _ *struct{}) ([]health.Provider, error) {
	all, err := h.providers.List(ctx)
	for i := range all {
		all[i] = problem.InWords(ctx, all[i], withoutCommands)
	}
	return all, err
}

func (h *providersHandler) events(ctx context.Context, in *eventsQuery) ([]health.ProviderEvent, error) {
	return h.providers.Events(ctx, providers.EventsQuery{
		Provider: in.Provider, After: in.After, Before: in.Before, Limit: min(in.Limit, maxTransitions),
	})
}

func (h *providersHandler) hold(ctx context.Context, in *holdRequest) (health.Provider, error) {
	length := time.Duration(in.Body.Seconds) * time.Second
	if err := h.providers.Hold(ctx, in.Name, in.Body.Reason.Reason, length); err != nil {
		return health.Provider{}, err
	}
	return h.operated(ctx, in.Name)
}

func (h *providersHandler) release(ctx context.Context, in *releaseRequest) (health.Released, error) {
	released, err := h.providers.Release(ctx, in.Name, in.Body.Reason)
	if err == nil {
		h.logOperated(ctx, in.Name)
	}
	released.Provider = problem.InWords(ctx, released.Provider, withoutCommands)
	return released, err
}

func (h *providersHandler) probe(ctx context.Context, in *probeRequest) (health.Provider, error) {
	if err := h.providers.Probe(ctx, in.Name, in.Body.Reason); err != nil {
		return health.Provider{}, err
	}
	return h.operated(ctx, in.Name)
}

// operated returns how a provider is doing after an operator acted on it.
func (h *providersHandler) operated(ctx context.Context, name string) (health.Provider, error) {
	h.logOperated(ctx, name)
	all, err := h.providers.List(ctx)
	for _, p := range all {
		if p.Name == name {
			return problem.InWords(ctx, p, withoutCommands), err
		}
	}
	return health.Provider{}, err
}

func (h *providersHandler) logOperated(ctx context.Context, name string) {
	h.log.InfoContext(ctx, "an operator acted on a provider", "provider", name, "request_id", problem.RequestID(ctx))
}

// withoutCommands returns how a provider is doing, with gates whose hints name no commands, and whose
// actions are requests.
func withoutCommands(p health.Provider) health.Provider {
	p.Health = gates(p.Health)
	p.Models = slices.Clone(p.Models)
	for i := range p.Models {
		p.Models[i].Health = gates(p.Models[i].Health)
	}
	return p
}

func gates(h health.Health) health.Health {
	h.Gates = slices.Clone(h.Gates)
	for i := range h.Gates {
		h.Gates[i].Hint = failure.WithoutCommands(h.Gates[i].Hint)
		h.Gates[i].Actions = failure.Requested(h.Gates[i].Actions)
	}
	return h
}
