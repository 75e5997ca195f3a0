// Package openai asks models of OpenAI by its Responses API, and the models of
// servers that speak its older Chat Completions API.
package openai

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
)

// DefaultBaseURL is where OpenAI's own models are asked.
const DefaultBaseURL = "https://api.openai.com/v1"

// Model asks one model by the Responses API. It is safe for concurrent use.
type Model struct {
	*wire.Route
	responses responses.ResponseService
}

var _ llm.Model = (*Model)(nil)

// New returns a model at an endpoint. Nothing is taken from the environment, and
// the SDK repeats nothing.
func New(e wire.Endpoint) *Model {
	route := wire.NewRoute(e, DefaultBaseURL)
	return &Model{Route: route, responses: responses.NewResponseService(options(route.Target())...)}
}

// options are what every request has.
func options(e wire.Endpoint) []option.RequestOption {
	opts := []option.RequestOption{option.WithBaseURL(e.BaseURL), option.WithMaxRetries(0)}
	if e.Key != "" {
		return append(opts, option.WithAPIKey(e.Key))
	}
	return append(opts, option.WithHeaderDel("Authorization"))
}

// Generate asks the model; see llm.Model.
func (m *Model) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	params, err := m.params(req)
	if err != nil {
		return llm.Response{}, err
	}
	return m.Ask(ctx, req, func(ctx context.Context, call *wire.Call) error {
		stream := m.responses.NewStreaming(ctx, params, option.WithHTTPClient(call.Client()))
		defer stream.Close() //nolint:errcheck // what it had to say has been said
		for done := false; !done && stream.Next(); {
			if err := call.Consume(func(a *wire.Answer) (err error) {
				err = consumeEvent(a, stream.Current())
				done = a.Complete
				return err
			}); err != nil {
				return err
			}
		}
		var whole responses.Response
		if call.DecodeWhole(&whole) &&
			(whole.Status == responses.ResponseStatusCompleted || whole.Status == responses.ResponseStatusIncomplete) {
			return call.Consume(func(a *wire.Answer) error { consumeWholeResponse(a, whole); return nil })
		}
		return stream.Err()
	})
}

// leastTokens is the least that the API takes for the length of an answer.
const leastTokens = 16

// params puts a question into the form of the API.
func (m *Model) params(req llm.Request) (responses.ResponseNewParams, error) {
	params := responses.ResponseNewParams{
		Model: m.Target().Model,
		Input: responses.ResponseNewParamsInputUnion{OfString: sdk.String(req.Prompt)},
		Store: sdk.Bool(false),
	}
	if n := m.MaxOutput(req); n > 0 {
		params.MaxOutputTokens = sdk.Int(int64(max(n, leastTokens)))
	}
	system := req.System
	switch schema := req.Schema.JSON(); {
	case schema == nil:
	case req.SchemaInWords:
		system = wire.InWords(system, req.Schema)
	default:
		form := responses.ResponseFormatTextJSONSchemaConfigParam{Name: req.Schema.Name(), Strict: sdk.Bool(true)}
		if err := json.Unmarshal(schema, &form.Schema); err != nil {
			return params, fmt.Errorf("read the schema %s: %w", req.Schema.Name(), err)
		}
		params.Text.Format.OfJSONSchema = &form
	}
	if system != "" {
		params.Instructions = sdk.String(system)
		params.PromptCacheKey = sdk.String(cacheKey(m.Target().Model, system, req.Schema.Name()))
	}
	return params, nil
}

// cacheKey is the same for all questions that begin the same, so that the provider
// sends them where that beginning is in the cache.
func cacheKey(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return "cineforge-" + hex.EncodeToString(h.Sum(nil)[:12])
}

// consumeEvent takes in an event of the stream. An error is one that the event tells of.
func consumeEvent(a *wire.Answer, e responses.ResponseStreamEventUnion) error {
	switch e.Type {
	case "response.created", "response.in_progress":
		a.Served = string(e.Response.Model)
	case "response.output_text.delta":
		a.Text.WriteString(e.Delta)
	case "response.reasoning_text.delta", "response.reasoning_summary_text.delta":
		a.Thoughts += len(e.Delta)
	case "response.refusal.delta":
		a.Refusal += e.Delta
		a.Thoughts += len(e.Delta)
	case "response.completed":
		a.Complete = true
		note(a, e.Response)
	case "response.incomplete":
		a.Complete = true
		note(a, e.Response)
		a.Finish = cmp.Or(e.Response.IncompleteDetails.Reason, "length")
	case "response.failed", "error":
		note(a, e.Response)
		return fmt.Errorf("the stream reported an error: %s", e.Type)
	}
	return nil
}

// consumeWholeResponse takes in an answer that was not streamed.
func consumeWholeResponse(a *wire.Answer, whole responses.Response) {
	for _, item := range whole.Output {
		for _, part := range item.Content {
			a.Text.WriteString(part.Text)
			a.Refusal += part.Refusal
		}
	}
	if a.Complete = true; whole.Status == responses.ResponseStatusIncomplete {
		a.Finish = cmp.Or(whole.IncompleteDetails.Reason, "length")
	}
	note(a, whole)
}

// note takes what the response object tells of the answer as a whole.
func note(a *wire.Answer, r responses.Response) {
	if r.Model != "" {
		a.Served = string(r.Model)
	}
	u := r.Usage
	a.Usage = llm.Usage{
		InputTokens: int(u.InputTokens), CacheReadTokens: int(u.InputTokensDetails.CachedTokens), OutputTokens: int(u.OutputTokens),
	}
}
