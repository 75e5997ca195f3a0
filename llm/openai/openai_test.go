package openai_test

import (
	"testing"

	"cineforge/failure"
	"cineforge/llm"
	"cineforge/llm/llmtest"
	"cineforge/llm/openai"
	"cineforge/llm/wire"
	"cineforge/simulator"
)

func TestResponsesContract(t *testing.T) {
	llmtest.Run(t, llmtest.Subject{
		Provider: simulator.OpenAI, BaseURL: "http://simulator.test/openai/v1", Model: "gpt-4.1",
		New:   func(e wire.Endpoint) llm.Model { return openai.New(e) },
		Scope: failure.ScopeProvider, TellsRequestID: true,
	})
}

func TestChatContract(t *testing.T) {
	llmtest.Run(t, llmtest.Subject{
		Provider: simulator.OpenAI, BaseURL: "http://simulator.test/openai/v1", Model: "gpt-4.1",
		New:   func(e wire.Endpoint) llm.Model { return openai.NewChat(e, openai.Quirks{}) },
		Scope: failure.ScopeProvider, TellsRequestID: true,
	})
}
