package providers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	llmhealth "github.com/cineforge/cineforge/llm/health"
)

// ErrNoModel is in the chain of a failure that says that a provider has no such model.
var ErrNoModel = errors.New("there is no such model")

// target is what an operator names: providers, or one model or one key of theirs.
type target struct {
	providers []Provider
	model     string // "" for all
	key       string // the variable that holds it; "" for all
}

// resolve finds what an operator names: a provider, PROVIDER:MODEL, or the variable of a
// key, which several providers may share. The models are those that are listed.
func (s *Service) resolve(name string, listed []health.Provider) (target, error) {
	if p, err := s.provider(name); err == nil {
		return target{providers: []Provider{p}}, nil
	}
	if provider, model, ok := strings.Cut(name, ":"); ok {
		p, err := s.provider(provider)
		if err != nil {
			return target{}, err
		}
		return target{providers: []Provider{p}, model: model}, hasModel(listed, provider, model)
	}
	t := target{key: name}
	var names, keys []string
	for _, p := range s.source.models.Providers {
		if p.KeyVariable == name {
			t.providers = append(t.providers, p)
		}
		names = append(names, p.Name)
		if p.KeyVariable != "" && !slices.Contains(keys, p.KeyVariable) {
			keys = append(keys, p.KeyVariable)
		}
	}
	if len(t.providers) == 0 {
		return t, &failure.Error{Class: failure.Input, Err: ErrNoProvider,
			Message: fmt.Sprintf("there is no provider %q, and no key in a variable of that name", name),
			Hint: "name a provider (" + strings.Join(names, ", ") + "), a model as PROVIDER:MODEL, or the variable of a key (" +
				strings.Join(keys, ", ") + ")"}
	}
	return t, nil
}

// hasModel returns an error if a provider is not listed with a model.
func hasModel(listed []health.Provider, provider, model string) error {
	var models []string
	for _, p := range listed {
		for _, m := range p.Models {
			if p.Name == provider {
				models = append(models, m.Model)
			}
		}
	}
	if slices.Contains(models, model) {
		return nil
	}
	return &failure.Error{Class: failure.Input, Err: ErrNoModel,
		Message: fmt.Sprintf("%s has no model %q that was ever asked", provider, model),
		Hint:    "there are " + strings.Join(models, ", ")}
}

// Release ends what keeps a provider, a model or a key from being asked: all of its gates,
// and for a provider its hold too. The name is that of a provider, PROVIDER:MODEL, or the
// variable that holds a key. It returns how the provider is doing then, and what has ended.
func (s *Service) Release(ctx context.Context, name, reason string) (health.Released, error) {
	if err := checkReason(reason); err != nil {
		return health.Released{}, err
	}
	listed, err := s.List(ctx)
	if err != nil {
		return health.Released{}, err
	}
	t, err := s.resolve(name, listed)
	if err != nil {
		return health.Released{}, err
	}
	var only func(credential string) bool
	if t.key != "" {
		only = func(credential string) bool { return keyOf(credential) == t.key }
		reason += " (" + t.key + ")"
	}
	out := health.Released{Ended: []health.Ended{}}
	about := t.providers[0].Name
	for _, p := range t.providers {
		ended, err := s.router.Health().Release(ctx, llmhealth.Target{Endpoint: p.endpoint(), Model: t.model, Key: only, KeyName: t.key}, reason)
		if err != nil {
			return out, err
		}
		if len(out.Ended) == 0 && len(ended) > 0 {
			about = p.Name
		}
		for _, e := range ended {
			out.Ended = append(out.Ended, endedOf(p.Name, e))
		}
	}
	if listed, err = s.List(ctx); err != nil {
		return out, err
	}
	for _, p := range listed {
		if p.Name == about {
			out.Provider = p
		}
	}
	return out, nil
}

func endedOf(provider string, r llmhealth.Released) health.Ended {
	e := health.Ended{Provider: provider, Model: r.Model, Key: keyOf(r.Credential)}
	if r.Cooldown != nil {
		e.Gate = new(gateOf(*r.Cooldown))
	}
	if r.Hold != nil {
		e.Hold = &health.Held{Reason: r.Hold.Reason, Until: r.Hold.Until.UTC()}
	}
	return e
}
