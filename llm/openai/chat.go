package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
)

// Quirks are what a server takes otherwise than OpenAI. The zero value is for one
// that takes everything.
type Quirks struct {
	// Form is how the form of an answer is asked for.
	Form Form

	// MaxTokensByOldName sends max_tokens in place of max_completion_tokens.
	MaxTokensByOldName bool

	// NoUsage leaves out the request for token counts, for servers that refuse it.
	NoUsage bool

	// NoDone takes an answer for complete when it gives the reason for its end, for
	// servers that don't say [DONE] after it.
	NoDone bool
}

// Form is how a server learns the form of an answer.
type Form string

// The forms.
const (
	BySchema   Form = ""       // response_format json_schema
	JSONObject Form = "object" // response_format json_object, and the schema in words
	InWords    Form = "words"  // in words only
)

// Chat asks one model by the Chat Completions API. It is safe for concurrent use.
type Chat struct {
	*wire.Route
	quirks      Quirks
	completions sdk.ChatCompletionService
}

var _ llm.Model = (*Chat)(nil)

// NewChat returns a model at an endpoint whose server has quirks.
func NewChat(e wire.Endpoint, q Quirks) *Chat {
	route := wire.NewRoute(e, DefaultBaseURL)
	return &Chat{Route: route, quirks: q, completions: sdk.NewChatCompletionService(options(route.Target())...)}
}

// Generate asks the model; see llm.Model.
func (c *Chat) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	params, err := c.params(req)
	if err != nil {
		return llm.Response{}, err
	}
	return c.Ask(ctx, req, func(ctx context.Context, call *wire.Call) error {
		stream := c.completions.NewStreaming(ctx, params, option.WithHTTPClient(call.Client()), option.WithMiddleware(withoutNullErrors))
		defer stream.Close() //nolint:errcheck // what it had to say has been said
		received := false
		for ; stream.Next(); received = true {
			if err := call.Consume(func(a *wire.Answer) error { return c.consumeChunk(a, stream.Current()) }); err != nil {
				return err
			}
		}
		var whole sdk.ChatCompletion
		complete := stream.Err() == nil && call.Done() || c.quirks.NoDone
		atOnce := call.DecodeWhole(&whole)
		if atOnce = atOnce && len(whole.Choices) > 0; !received && !atOnce {
			return stream.Err() // it is an error, or no answer at all
		}
		if err := call.Consume(func(a *wire.Answer) error {
			if a.Complete = a.Finish != "" && complete; atOnce {
				consumeWholeChat(a, whole)
			}
			return nil
		}); err != nil {
			return err
		}
		return stream.Err()
	})
}

// params puts a question into the form of the API.
func (c *Chat) params(req llm.Request) (sdk.ChatCompletionNewParams, error) {
	params := sdk.ChatCompletionNewParams{Model: c.Target().Model}
	if !c.quirks.NoUsage {
		params.StreamOptions.IncludeUsage = sdk.Bool(true)
	}
	if n := c.MaxOutput(req); n > 0 {
		if c.quirks.MaxTokensByOldName {
			params.MaxTokens = sdk.Int(int64(n))
		} else {
			params.MaxCompletionTokens = sdk.Int(int64(n))
		}
	}
	system := req.System
	switch schema := req.Schema.JSON(); {
	case schema == nil:
	case req.SchemaInWords || c.quirks.Form == InWords:
		system = wire.InWords(system, req.Schema)
	case c.quirks.Form == JSONObject:
		system = wire.InWords(system, req.Schema)
		params.ResponseFormat.OfJSONObject = &shared.ResponseFormatJSONObjectParam{}
	default:
		form := shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: req.Schema.Name(), Strict: sdk.Bool(true)}
		var v any
		if err := json.Unmarshal(schema, &v); err != nil {
			return params, fmt.Errorf("read the schema %s: %w", req.Schema.Name(), err)
		}
		form.Schema = v
		params.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{JSONSchema: form}
	}
	if system != "" {
		params.Messages = append(params.Messages, sdk.SystemMessage(system))
	}
	params.Messages = append(params.Messages, sdk.UserMessage(req.Prompt))
	return params, nil
}

// consumeWholeChat takes in an answer that was not streamed; some servers and what stands before
// them know nothing else. It has a choice, and is complete if it gives the reason for its end.
func consumeWholeChat(a *wire.Answer, whole sdk.ChatCompletion) {
	choice := whole.Choices[0]
	a.Served = whole.Model
	a.Refusal = choice.Message.Refusal
	a.Finish = choice.FinishReason
	a.Text.WriteString(choice.Message.Content)
	a.Usage = used(whole.Usage)
	a.Complete = a.Finish != ""
}

// used returns what an answer took.
func used(u sdk.CompletionUsage) llm.Usage {
	return llm.Usage{
		InputTokens:     int(u.PromptTokens),
		CacheReadTokens: int(u.PromptTokensDetails.CachedTokens),
		OutputTokens:    int(u.CompletionTokens),
	}
}

// errInChunk means that a hub put a provider's error into a choice.
var errInChunk = errors.New("the stream reported an error in a choice")

// thoughts returns how many bytes of reasoning a piece has, under the names that servers
// have for it.
func thoughts(delta sdk.ChatCompletionChunkChoiceDelta) int {
	for _, name := range []string{"reasoning_content", "reasoning"} {
		var text string
		if json.Unmarshal([]byte(delta.JSON.ExtraFields[name].Raw()), &text) == nil && text != "" {
			return len(text)
		}
	}
	return 0
}

// consumeChunk takes in a chunk of the stream.
func (c *Chat) consumeChunk(a *wire.Answer, chunk sdk.ChatCompletionChunk) error {
	if chunk.Model != "" {
		a.Served = chunk.Model
	}
	if u := chunk.Usage; u.TotalTokens > 0 || u.PromptTokens > 0 {
		a.Usage = used(u)
	}
	for _, choice := range chunk.Choices {
		if choice.Index != 0 {
			continue
		}
		a.Text.WriteString(choice.Delta.Content)
		a.Thoughts += thoughts(choice.Delta) + len(choice.Delta.Refusal)
		a.Refusal += choice.Delta.Refusal
		if choice.FinishReason != "" {
			a.Finish = choice.FinishReason
		}
		if choice.FinishReason == "error" {
			return errInChunk
		}
		a.Complete = a.Complete || c.quirks.NoDone && a.Finish != ""
	}
	return nil
}
