// Package anthropic asks models of Anthropic, by its Messages API.
package anthropic

import (
	"context"
	"encoding/json"
	"fmt"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
)

// DefaultBaseURL is where Anthropic's own models are asked.
const DefaultBaseURL = "https://api.anthropic.com"

// Model asks one model. It is safe for concurrent use.
type Model struct {
	*wire.Route
	messages sdk.MessageService
}

var _ llm.Model = (*Model)(nil)

// New returns a model at an endpoint. Nothing is taken from the environment, and
// the SDK repeats nothing.
func New(e wire.Endpoint) *Model {
	route := wire.NewRoute(e, DefaultBaseURL)
	e = route.Target()
	key := option.WithAPIKey(e.Key)
	if e.Key == "" {
		key = option.WithHeaderDel("X-Api-Key")
	}
	return &Model{Route: route, messages: sdk.NewMessageService(
		option.WithoutEnvironmentDefaults(), option.WithBaseURL(e.BaseURL), key, option.WithMaxRetries(0),
	)}
}

// Generate asks the model; see llm.Model.
func (m *Model) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	params, err := m.params(req)
	if err != nil {
		return llm.Response{}, err
	}
	return m.Ask(ctx, req, func(ctx context.Context, call *wire.Call) error {
		stream := m.messages.NewStreaming(ctx, params, option.WithHTTPClient(call.Client()))
		defer stream.Close() //nolint:errcheck // what it had to say has been said
		for done := false; !done && stream.Next(); {
			if err := call.Consume(func(a *wire.Answer) error { consumeEvent(a, stream.Current()); done = a.Complete; return nil }); err != nil {
				return err
			}
		}
		return stream.Err()
	})
}

// defaultMaxTokens is how long an answer may be if nothing says so: the API wants a number.
const defaultMaxTokens = 16000

// params puts a question into the form of the API.
func (m *Model) params(req llm.Request) (sdk.MessageNewParams, error) {
	maxTokens := m.MaxOutput(req)
	if maxTokens == 0 {
		maxTokens = defaultMaxTokens
	}
	params := sdk.MessageNewParams{
		Model:     m.Target().Model,
		MaxTokens: int64(maxTokens),
		Messages:  []sdk.MessageParam{sdk.NewUserMessage(sdk.NewTextBlock(req.Prompt))},
	}
	system := req.System
	switch schema := req.Schema.JSON(); {
	case schema == nil:
	case req.SchemaInWords:
		system = wire.InWords(system, req.Schema)
	default:
		if err := json.Unmarshal(schema, &params.OutputConfig.Format.Schema); err != nil {
			return params, fmt.Errorf("read the schema %s: %w", req.Schema.Name(), err)
		}
	}
	if system != "" {
		// What all units of a stage have in common comes first, and is kept in the
		// provider's cache.
		params.System = []sdk.TextBlockParam{{Text: system, CacheControl: sdk.NewCacheControlEphemeralParam()}}
	}
	return params, nil
}

// consumeEvent takes in an event of the stream.
func consumeEvent(a *wire.Answer, e sdk.MessageStreamEventUnion) {
	switch e.Type {
	case "message_start":
		a.Served = e.Message.Model
		u := e.Message.Usage
		a.Usage = usage(u.InputTokens, u.CacheReadInputTokens, u.CacheCreationInputTokens, 0)
	case "content_block_delta":
		if e.Delta.Type == "text_delta" {
			a.Text.WriteString(e.Delta.Text)
		}
		a.Thoughts += len(e.Delta.Thinking)
	case "message_delta":
		a.Finish = string(e.Delta.StopReason)
		// The counts here are those of the whole message; older servers give the output's alone.
		a.Usage.OutputTokens = int(e.Usage.OutputTokens)
		if u := e.Usage; wire.Sum(u.InputTokens, u.CacheReadInputTokens, u.CacheCreationInputTokens) > 0 {
			a.Usage = usage(u.InputTokens, u.CacheReadInputTokens, u.CacheCreationInputTokens, u.OutputTokens)
		}
	case "message_stop":
		a.Complete = true
	}
}

// usage counts what was read in one number, as other providers do.
func usage(fresh, cacheRead, cacheWrite, output int64) llm.Usage {
	return llm.Usage{
		InputTokens: wire.Sum(fresh, cacheRead, cacheWrite), CacheReadTokens: int(cacheRead), CacheWriteTokens: int(cacheWrite),
		OutputTokens: int(output),
	}
}
