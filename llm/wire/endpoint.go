package wire

import (
	"strings"

	"github.com/cineforge/cineforge/llm"
)

// WithDefaults returns the endpoint with a base URL and a transport.
func (e Endpoint) WithDefaults(baseURL string) Endpoint {
	if e.BaseURL == "" {
		e.BaseURL = baseURL
	}
	if e.Transport == nil && e.Named {
		e.Transport = NewServerTransport()
	}
	if e.Transport == nil {
		e.Transport = NewTransport()
	}
	return e
}

// InWords adds to a system prompt what form the answer is to have, for a model that
// can't be given a schema otherwise.
func InWords(system string, schema llm.Schema) string {
	var b strings.Builder
	if system != "" {
		b.WriteString(system + "\n\n")
	}
	b.WriteString(
		"Answer with one JSON value and nothing else: no words before or after it, no code fence. It has to be valid against this JSON Schema:\n",
	)
	b.Write(schema.JSON())
	return b.String()
}
