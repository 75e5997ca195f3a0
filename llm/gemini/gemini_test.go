package gemini_test

import (
	"testing"

	"cineforge/failure"
	"cineforge/llm"
	"cineforge/llm/gemini"
	"cineforge/llm/llmtest"
	"cineforge/llm/wire"
	"cineforge/simulator"
)

func TestContract(t *testing.T) {
	llmtest.Run(t, llmtest.Subject{
		Provider: simulator.Google, BaseURL: "http://simulator.test/google", Model: "gemini-3-flash-preview",
		New:   func(e wire.Endpoint) llm.Model { return gemini.New(e) },
		Scope: failure.ScopeModel,
	})
}
