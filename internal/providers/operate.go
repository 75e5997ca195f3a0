package providers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/health"
)

// The longest time that a provider can be held for at once.
const longestHold = 7 * 24 * time.Hour

// Hold keeps all requests from a provider for a time, for a reason that is shown wherever
// the provider is left out.
func (s *Service) Hold(ctx context.Context, provider, reason string, length time.Duration) error {
	p, err := s.authorize(provider, reason)
	if err != nil {
		return err
	}
	if length <= 0 || length > longestHold {
		return failure.New(failure.Input, fmt.Sprintf("a provider can be held for up to %v, not %v", longestHold, length),
			"hold it again when that has passed")
	}
	return s.router.Health().SetHold(ctx, p.endpoint(), health.Hold{Reason: reason, Until: time.Now().Add(length)})
}

// Probe lets the next request through to a provider that is left alone, and opens all its
// gates.
func (s *Service) Probe(ctx context.Context, provider, reason string) error {
	p, err := s.authorize(provider, reason)
	if err != nil {
		return err
	}
	return s.router.Health().Probe(ctx, p.endpoint(), reason)
}

// authorize returns a provider that an operator acts on for a reason.
func (s *Service) authorize(name, reason string) (Provider, error) {
	if err := checkReason(reason); err != nil {
		return Provider{}, err
	}
	return s.provider(name)
}

// checkReason returns an error if an operator gives no reason.
func checkReason(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return failure.New(failure.Input, "an operator's act needs a reason", "say why; others read it")
	}
	return nil
}

// ErrNoProvider is in the chain of a failure that says that there is no such provider.
var ErrNoProvider = errors.New("there is no such provider")

// provider returns a provider by its name.
func (s *Service) provider(name string) (Provider, error) {
	var names []string
	for _, p := range s.source.models.Providers {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Provider{}, &failure.Error{Class: failure.Input, Message: fmt.Sprintf("there is no provider %q", name),
		Hint: "there are " + strings.Join(names, ", "), Err: ErrNoProvider}
}
