package wire

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
	"github.com/cineforge/cineforge/simulator/internal/schema"
)

// OpenAI is the Chat Completions API, of OpenAI or of a server compatible with it,
// or OpenAI's Responses API.
type OpenAI struct {
	API        API // Chat or Responses
	Compatible bool
}

var _ Dialect = OpenAI{}

// The fields of a request.
const (
	chatFields = `model messages audio frequency_penalty function_call functions logit_bias logprobs
		max_completion_tokens max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty
		prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier
		seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs top_p user
		verbosity web_search_options`
	responsesFields = `model input access_programs background context_management conversation include instructions
		max_output_tokens max_tool_calls metadata moderation parallel_tool_calls previous_response_id prompt
		prompt_cache_key prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store
		stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user`
)

// Decode reads a request and checks it.
func (d OpenAI) Decode(r *http.Request, body []byte) Request {
	req := Request{API: d.API, MaxTokens: -1}
	o, err := decode(body)
	if err == nil {
		d.fill(&req, o)
	}
	req.Problem = d.credential(r)
	switch {
	case req.Problem != nil:
	case len(body) > MaxBody:
		req.Problem = &Problem{Status: 413, Type: "invalid_request_error", Message: "Request body is too large."}
	case err != nil || o == nil:
		req.Problem = bad(
			"We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
			"",
			"",
		)
	case d.API == Responses:
		req.Problem = d.checkResponses(o, req)
	default:
		req.Problem = d.checkChat(o, req)
	}
	return req
}

// bad returns an error that the request itself is to blame for.
func bad(message, param, code string) *Problem {
	return &Problem{Status: 400, Type: "invalid_request_error", Message: message, Param: param, Code: code}
}

func missing(param string) *Problem {
	return bad(fmt.Sprintf("Missing required parameter: '%s'.", param), param, "missing_required_parameter")
}

func (d OpenAI) credential(r *http.Request) *Problem {
	key := bearer(r.Header.Get("authorization"))
	if key == "" {
		key = r.Header.Get("api-key")
	}
	switch {
	case key == "" && !d.Compatible: // many compatible servers want no key
		return &Problem{
			Status:     401,
			Type:       "invalid_request_error",
			Credential: true,
			Message:    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
		}
	case rejected(key):
		return wrongKey()
	}
	return nil
}

func wrongKey() *Problem {
	return &Problem{Status: 401, Type: "invalid_request_error", Code: "invalid_api_key", Credential: true,
		Message: "Incorrect API key provided: ********************. You can find your API key at https://platform.openai.com/account/api-keys."}
}

func (d OpenAI) fill(req *Request, o *object) {
	req.Model, req.Stream = o.Text("model"), o.Bool("stream")
	var m material
	for _, t := range o.List("tools") {
		m.add(string(jsondoc.Encode(t)), nil)
	}
	if d.API == Responses {
		if o.Text("instructions") != "" {
			m.add(o.Text("instructions"), nil)
		}
		req.MaxTokens = limitOf(o, "max_output_tokens")
		req.Thinking = reasoning(req.Model, o.Child("reasoning").Text("effort"))
	} else {
		req.MaxTokens = max(limitOf(o, "max_tokens"), limitOf(o, "max_completion_tokens"))
		req.Usage = o.Child("stream_options").Bool("include_usage")
		req.Thinking = reasoning(req.Model, o.Text("reasoning_effort"))
	}
	d.conversation(&m, o)
	m.fill(req)
	if d.Compatible {
		req.Thinking = 0
	}
	form, schemaDoc := d.format(o)
	if s, err := schema.New(schemaDoc); err == nil && form == "json_schema" {
		req.Schema = &s
	}
	req.JSON = req.Schema != nil || form == "json_object"
}

// conversation collects the messages. Standing instructions come first in all that
// clients send; one that comes later counts as part of the conversation.
func (d OpenAI) conversation(m *material, o *object) {
	messages := o.List("messages")
	if d.API == Responses {
		if s, ok := o.Get("input").(string); ok {
			messages = []any{jsondoc.New("role", "user", "content", s)}
		} else {
			messages = o.List("input")
		}
	}
	m.system = m.text.Len()
	above := true
	for _, v := range messages {
		message, _ := v.(*object)
		role := message.Text("role")
		said := contentText(message.Get("content"))
		m.add(said, nil)
		if above = above && (role == "system" || role == "developer"); above {
			m.system = m.text.Len()
		}
		if role == "user" {
			m.last = said
		}
	}
}

// format returns the form asked of an answer and its schema.
func (d OpenAI) format(o *object) (form string, schemaDoc any) {
	if d.API == Responses {
		f := o.Child("text").Child("format")
		return f.Text("type"), f.Get("schema")
	}
	f := o.Child("response_format")
	return f.Text("type"), f.Child("json_schema").Get("schema")
}

var (
	openAIModel    = regexp.MustCompile(`^(gpt-|chatgpt-|o[134](-|$))`)
	reasoningModel = regexp.MustCompile(`^(o[134](-|$)|gpt-5(\.|-|$))`)
	chattyModel    = regexp.MustCompile(`^gpt-5(\.\d+)?-chat`)
	laterModel     = regexp.MustCompile(`^gpt-5\.`)
)

func reasons(model string) bool {
	return reasoningModel.MatchString(model) && !chattyModel.MatchString(model)
}

// reasoning returns how many tokens a model thinks. The models since gpt-5.1 think
// only if they are asked to.
func reasoning(model, effort string) int {
	if !reasons(model) || effort == "none" || effort == "minimal" || effort == "" && laterModel.MatchString(model) {
		return 0
	}
	return 64
}

// window returns how many tokens a model takes.
func window(model string) int {
	switch {
	case strings.HasPrefix(model, "gpt-4.1"):
		return 1_047_576
	case strings.HasPrefix(model, "gpt-5"):
		return 400_000
	}
	return 128_000
}

// outputLimit returns how many tokens a model gives.
func outputLimit(model string) int {
	switch {
	case strings.HasPrefix(model, "gpt-4.1"):
		return 32_768
	case strings.HasPrefix(model, "gpt-5"):
		return 128_000
	case reasons(model):
		return 100_000
	}
	return 16_384
}

func (d OpenAI) checkModel(req Request) *Problem {
	switch {
	case req.Model == "" && d.API == Responses:
		return missing("model")
	case req.Model == "":
		return bad("you must provide a model parameter", "", "")
	case !d.Compatible && !openAIModel.MatchString(req.Model):
		return noModel(req.Model)
	}
	return nil
}

func noModel(model string) *Problem {
	return &Problem{Status: 404, Type: "invalid_request_error", Code: "model_not_found",
		Message: fmt.Sprintf("The model `%s` does not exist or you do not have access to it.", model)}
}

func (d OpenAI) tooLong(n, window int) *Problem {
	if d.API == Responses {
		return bad("Your input exceeds the context window of this model. Please adjust your input and try again.",
			"input", "context_length_exceeded")
	}
	return bad(
		fmt.Sprintf(
			"This model's maximum context length is %d tokens. However, your messages resulted in %d tokens. Please reduce the length of the messages.",
			window,
			n,
		),
		"messages",
		"context_length_exceeded",
	)
}
