package api

import (
	"context"
	"net/http"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/health"
)

// OfProvider names the provider that a request is about.
type OfProvider struct {
	Name string `path:"name" maxLength:"100"`
}

// OfReleased names what a release is about.
type OfReleased struct {
	Name string `path:"name" maxLength:"200" doc:"A provider, PROVIDER:MODEL, or the variable of a key, such as ANTHROPIC_API_KEY."`
}

// mostTurns is how many turns of breakers are told of.
const mostTurns = 500

// providers registers what is seen of the providers, and what an operator can do with them.
func (s *API) providers() {
	handle(s, operation("providers", http.MethodGet, "/providers", "How each provider and model is doing"), func(ctx context.Context, _ *struct{}) ([]health.Provider, error) {
		return s.app.Providers(ctx)
	})
	type turns struct {
		Limit int `query:"limit" minimum:"1" maximum:"500" default:"100"`
	}
	handle(s, operation("providerEvents", http.MethodGet, "/providers/events", "The turns of the breakers, newest first", http.StatusUnprocessableEntity), func(ctx context.Context, in *turns) ([]client.Turn, error) {
		found, err := s.app.Transitions(ctx, min(in.Limit, mostTurns))
		all := []client.Turn{}
		for _, t := range found {
			turn := client.Turn{At: t.At.UTC(), Provider: t.Provider(), Endpoint: t.Endpoint, Model: t.Model, From: string(t.From), To: string(t.To), Evidence: t.Evidence}
			if !t.Until.IsZero() {
				turn.Until = new(t.Until.UTC())
			}
			all = append(all, turn)
		}
		return all, err
	})
	type reasoned struct {
		OfProvider
		Body client.Reason
	}
	type hold struct {
		OfProvider
		Body client.Hold
	}
	refusals := []int{http.StatusNotFound, http.StatusUnprocessableEntity}
	handle(s, operation("holdProvider", http.MethodPost, "/providers/{name}/hold", "Ask a provider nothing for a time", refusals...), func(ctx context.Context, in *hold) (health.Provider, error) {
		length := time.Duration(in.Body.Seconds) * time.Second
		return s.provider(ctx, in.Name, s.app.Hold(ctx, in.Name, in.Body.Reason.Reason, length))
	})
	type release struct {
		OfReleased
		Body client.Reason
	}
	handle(s, operation("releaseProvider", http.MethodPost, "/providers/{name}/release", "End what keeps a provider, a model or a key from being asked: gates, and a provider's hold", refusals...), func(ctx context.Context, in *release) (health.Released, error) {
		released, err := s.app.Release(ctx, in.Name, in.Body.Reason)
		if err == nil {
			s.operated(ctx, in.Name)
		}
		return released, err
	})
	handle(s, operation("probeProvider", http.MethodPost, "/providers/{name}/probe", "Let the next question through to a provider that is left alone", refusals...), func(ctx context.Context, in *reasoned) (health.Provider, error) {
		return s.provider(ctx, in.Name, s.app.Probe(ctx, in.Name, in.Body.Reason))
	})
}

// provider returns how a provider is doing after something was done.
func (s *API) provider(ctx context.Context, name string, done error) (health.Provider, error) {
	if done != nil {
		return health.Provider{}, done
	}
	s.operated(ctx, name)
	all, err := s.app.Providers(ctx)
	for _, p := range all {
		if p.Name == name {
			return p, err
		}
	}
	return health.Provider{}, err
}

// operated logs what an operator acted on.
func (s *API) operated(ctx context.Context, name string) {
	s.o.Log.InfoContext(ctx, "an operator acted on a provider", "provider", name, "request_id", requestID(ctx))
}
