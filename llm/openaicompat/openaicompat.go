// Package openaicompat asks models of servers that speak OpenAI's Chat Completions
// API, in dialects of their own that are known by name.
package openaicompat

import (
	"slices"

	"github.com/cineforge/cineforge/llm/openai"
	"github.com/cineforge/cineforge/llm/wire"
)

// dialects are what the servers in use take otherwise than OpenAI, by the names
// that configurations give them. The sources are their API references, read in
// November 2026.
var dialects = map[string]openai.Quirks{
	"openai":     {},
	"azure":      {},
	"openrouter": {MaxTokensByOldName: true},
	"groq":       {},
	"mistral":    {MaxTokensByOldName: true},
	"deepseek":   {Form: openai.JSONObject, MaxTokensByOldName: true},
	"together":   {MaxTokensByOldName: true},
	"fireworks":  {MaxTokensByOldName: true},
	"xai":        {},
	"ollama":     {MaxTokensByOldName: true},
	"vllm":       {MaxTokensByOldName: true},
	"llamacpp":   {MaxTokensByOldName: true},
	"lmstudio":   {MaxTokensByOldName: true},
	"generic":    {Form: openai.InWords, MaxTokensByOldName: true, NoUsage: true, NoDone: true},
}

// Dialects names the dialects that are known. "openai" is for a server that takes
// all that OpenAI takes, "generic" for one that takes the least.
func Dialects() []string {
	var names []string
	for name := range dialects {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// New returns a model at an endpoint of a server that speaks a dialect. One that is
// not known is taken for "openai".
func New(e wire.Endpoint, dialect string) *openai.Chat {
	return openai.NewChat(e, dialects[dialect])
}
