package anthropic_test

import (
	"testing"

	"cineforge/failure"
	"cineforge/llm"
	"cineforge/llm/anthropic"
	"cineforge/llm/llmtest"
	"cineforge/llm/wire"
	"cineforge/simulator"
)

var subject = llmtest.Subject{
	Provider: simulator.Anthropic, BaseURL: "http://simulator.test/anthropic", Model: "claude-sonnet-4-6",
	New:   func(e wire.Endpoint) llm.Model { return anthropic.New(e) },
	Scope: failure.ScopeProvider, TellsRequestID: true,
}

func TestContract(t *testing.T) { llmtest.Run(t, subject) }
