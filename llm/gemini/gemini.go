// Package gemini asks models of Google, by the Gemini API.
package gemini

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"google.golang.org/genai"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
)

// DefaultBaseURL is where Google's own models are asked.
const DefaultBaseURL = "https://generativelanguage.googleapis.com"

// Model asks one model. It is safe for concurrent use.
type Model struct{ *wire.Route }

var _ llm.Model = (*Model)(nil)

// New returns a model at an endpoint. Nothing is taken from the environment, and
// the SDK repeats nothing.
func New(e wire.Endpoint) *Model { return &Model{wire.NewRoute(e, DefaultBaseURL)} }

// Generate asks the model; see llm.Model.
func (m *Model) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	config, err := m.config(req)
	if err != nil {
		return llm.Response{}, err
	}
	return m.Ask(ctx, req, func(ctx context.Context, call *wire.Call) error {
		connection := call.Client()
		connection.Transport = transport{connection.Transport, m.Target().Key}
		// The SDK binds a client to a connection; making one sends nothing. What is left out here
		// it takes from the environment.
		client, err := genai.NewClient(ctx, &genai.ClientConfig{
			Backend: genai.BackendGeminiAPI, APIKey: cmp.Or(m.Target().Key, noKey), HTTPClient: connection,
			HTTPOptions: genai.HTTPOptions{BaseURL: m.Target().BaseURL},
		})
		if err != nil {
			return errClient // the error holds the configuration, and so the key
		}
		for chunk, err := range client.Models.GenerateContentStream(ctx, m.Target().Model, genai.Text(req.Prompt), config) {
			if err == nil {
				err = call.Consume(func(a *wire.Answer) error { consumeChunk(a, chunk); return nil })
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// errClient means that the SDK makes no client of the settings.
var errClient = errors.New("the client for Google's models could not be made")

// config puts a question into the form of the API.
func (m *Model) config(req llm.Request) (*genai.GenerateContentConfig, error) {
	config := &genai.GenerateContentConfig{
		// The SDK would go on by itself with a stream that broke off, by requests of its own.
		AutomaticContinuation: genai.Ptr(false),
	}
	if n := m.MaxOutput(req); n > 0 {
		config.MaxOutputTokens = int32(min(n, math.MaxInt32))
	}
	system := req.System
	switch schema := req.Schema.JSON(); {
	case schema == nil:
	case req.SchemaInWords:
		system = wire.InWords(system, req.Schema)
	default:
		config.ResponseMIMEType = "application/json"
		if err := json.Unmarshal(schema, &config.ResponseJsonSchema); err != nil {
			return nil, fmt.Errorf("read the schema %s: %w", req.Schema.Name(), err)
		}
	}
	if system != "" {
		config.SystemInstruction = genai.NewContentFromText(system, "")
	}
	return config, nil
}

// consumeChunk takes in a chunk of the stream. The chunk with the reason for the answer's
// end is its last.
func consumeChunk(a *wire.Answer, chunk *genai.GenerateContentResponse) {
	if chunk.ModelVersion != "" {
		a.Served = chunk.ModelVersion
	}
	if chunk.ResponseID != "" {
		a.ID = chunk.ResponseID
	}
	if u := chunk.UsageMetadata; u != nil {
		a.Usage = llm.Usage{
			InputTokens:     int(u.PromptTokenCount) + int(u.ToolUsePromptTokenCount),
			CacheReadTokens: int(u.CachedContentTokenCount),
			OutputTokens:    int(u.CandidatesTokenCount) + int(u.ThoughtsTokenCount),
		}
	}
	if f := chunk.PromptFeedback; f != nil && f.BlockReason != "" {
		a.Refusal = "the prompt was blocked: " + string(f.BlockReason)
	}
	if len(chunk.Candidates) == 0 {
		return
	}
	c := chunk.Candidates[0]
	if c.Content != nil {
		for _, part := range c.Content.Parts {
			switch {
			case part == nil:
			case part.Thought:
				a.Thoughts += len(part.Text)
			default:
				a.Text.WriteString(part.Text)
			}
		}
	}
	if c.FinishReason != "" && c.FinishReason != genai.FinishReasonUnspecified {
		a.Finish = string(c.FinishReason)
		a.Complete = true
	}
}
