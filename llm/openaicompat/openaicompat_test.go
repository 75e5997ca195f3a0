package openaicompat_test

import (
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/llmtest"
	"github.com/cineforge/cineforge/llm/openaicompat"
	"github.com/cineforge/cineforge/llm/wire"
)

// Every dialect is held to the contract at a server that calls itself by its name.
func TestNew_Contract(t *testing.T) {
	for _, dialect := range openaicompat.Dialects() {
		t.Run(dialect, func(t *testing.T) {
			llmtest.Run(t, llmtest.Subject{
				Provider: dialect, BaseURL: "http://simulator.test/compat/" + dialect + "/v1", Model: "some-model",
				New:   func(e wire.Endpoint) llm.Model { return openaicompat.New(e, dialect) },
				Scope: failure.ScopeProvider, TellsRequestID: true, Estimates: dialect == "generic",
			})
		})
	}
}
