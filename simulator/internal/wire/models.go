package wire

import (
	"fmt"
	"net/http"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

// Vendor is a family of APIs with one way of listing models and of saying that there
// is no such thing.
type Vendor string

// The vendors.
const (
	VendorAnthropic  Vendor = "anthropic"
	VendorOpenAI     Vendor = "openai"
	VendorGoogle     Vendor = "google"
	VendorCompatible Vendor = "compat"
)

// dialect returns a dialect of the vendor to write its errors in.
func (v Vendor) dialect() Dialect {
	switch v {
	case VendorAnthropic:
		return Anthropic{}
	case VendorGoogle:
		return Google{}
	}
	return OpenAI{API: Chat, Compatible: v == VendorCompatible}
}

// NotFound writes that there is nothing at a path.
func (v Vendor) NotFound(r *http.Request, at Moment) Reply {
	p := Problem{Status: 404, Message: fmt.Sprintf("Invalid URL (%s %s)", r.Method, r.URL.Path), Type: "invalid_request_error"}
	switch v {
	case VendorAnthropic:
		p.Type = "not_found_error"
		p.Message = "Not Found"
	case VendorGoogle:
		p.Type = "NOT_FOUND"
		p.Message = "Requested entity was not found."
	}
	return v.dialect().RenderError(p, Request{}, at)
}

// The models that are listed, and what Gemini's give and take.
var (
	anthropicModels  = []string{"claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5-20251001"}
	openAIModels     = []string{"gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-5.2", "o4-mini"}
	googleModels     = []string{"gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-flash-preview", "gemini-3-pro-preview"}
	compatibleModels = []string{"simulated-model"}
)

// Models writes the list of models, if the key may see it.
func (v Vendor) Models(r *http.Request, at Moment) Reply {
	var wrong *Problem
	var list *object
	switch v {
	case VendorAnthropic:
		wrong = anthropicHeaders(r)
		var data []any
		for _, id := range anthropicModels {
			data = append(data, jsondoc.New("type", "model", "id", id, "display_name", id, "created_at", "2026-01-01T00:00:00Z"))
		}
		last := anthropicModels[len(anthropicModels)-1]
		list = jsondoc.New("data", data, "has_more", false, "first_id", anthropicModels[0], "last_id", last)
	case VendorGoogle:
		wrong = googleCredential(r)
		var models []any
		for _, id := range googleModels {
			models = append(models, jsondoc.New("name", "models/"+id, "version", "001", "displayName", id, "inputTokenLimit", googleWindow,
				"outputTokenLimit", 65_536, "supportedGenerationMethods", []any{"generateContent", "countTokens"}))
		}
		list = jsondoc.New("models", models)
	default:
		d := OpenAI{API: Chat, Compatible: v == VendorCompatible}
		wrong = d.credential(r)
		names := openAIModels
		owner := "openai"
		if d.Compatible {
			names = compatibleModels
			owner = "simulator"
		}
		var data []any
		for _, id := range names {
			data = append(data, jsondoc.New("id", id, "object", "model", "created", 1_767_225_600, "owned_by", owner))
		}
		list = jsondoc.New("object", "list", "data", data)
	}
	reply := v.dialect().RenderError(Problem{Status: 200}, Request{}, at)
	if wrong != nil {
		return v.dialect().RenderError(*wrong, Request{}, at)
	}
	reply.Header.Del("x-should-retry")
	reply.Body = append(jsondoc.EncodeIndent(list), '\n')
	return reply
}

// served are the names under which models answer to an alias.
var served = map[string]string{
	"claude-haiku-4-5": "claude-haiku-4-5-20251001", "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
	"claude-opus-4-5": "claude-opus-4-5-20251101", "gpt-4.1": "gpt-4.1-2025-04-14", "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
	"gpt-4o": "gpt-4o-2024-08-06", "gpt-5": "gpt-5-2025-08-07", "gpt-5.2": "gpt-5.2-2025-12-11", "o4-mini": "o4-mini-2025-04-16",
}

// Served returns the name under which a model answers: vendors answer to an alias
// with the name of the version behind it.
func Served(model string) string {
	if s, ok := served[model]; ok {
		return s
	}
	return model
}
