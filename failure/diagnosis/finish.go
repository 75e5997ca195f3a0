package diagnosis

import (
	"strings"

	"github.com/cineforge/cineforge/failure"
)

// ends takes the reasons that an object gives for an answer's end, in the places
// where the answers of the vendors have them.
func (r *reading) ends(o map[string]any) {
	note := func(reason string) {
		if r.answer = true; reason != "" && len(r.finish) < maxItems {
			r.finish = append([]string{reason}, r.finish...)
		}
	}
	for _, name := range [...]string{"stop_reason", "finishReason", "finish_reason", "block_reason"} {
		if reason, ok := o[name].(string); ok {
			note(reason)
			r.hollow = r.hollow || noContent(o)
		}
	}
	if delta, ok := o["delta"].(map[string]any); ok && o["choices"] == nil {
		if reason := text(delta, "stop_reason"); reason != "" {
			note(reason)
		}
	}
	if v, ok := o["choices"]; ok && v == nil {
		r.answer = true
		r.hollow = true
	}
	if feedback, ok := o["promptFeedback"].(map[string]any); ok {
		note(text(feedback, "blockReason"))
	}
	if incomplete, ok := o["incomplete_details"].(map[string]any); ok {
		note(text(incomplete, "reason"))
	}
	for _, name := range [...]string{"candidates", "choices"} {
		list, ok := o[name].([]any)
		if !ok {
			continue
		}
		r.answer = true
		for _, item := range list[:min(len(list), maxItems)] {
			if choice, ok := item.(map[string]any); ok {
				r.ends(choice)
				if e, ok := choice["error"].(map[string]any); ok {
					r.addFault(e, fault{}, 0)
				}
			}
		}
	}
}

// noContent reports whether a piece of an answer that says why it ended holds nothing.
func noContent(o map[string]any) bool {
	for _, name := range [...]string{"message", "delta"} {
		if m, ok := o[name].(map[string]any); ok {
			return text(m, "content", "refusal", "reasoning_content") == "" && m["tool_calls"] == nil && name == "message"
		}
	}
	switch content := o["content"].(type) {
	case nil:
		return o["index"] == nil || o["finishReason"] != nil
	case []any:
		return len(content) == 0
	case map[string]any:
		parts, _ := content["parts"].([]any)
		for _, p := range parts {
			if part, ok := p.(map[string]any); ok && (text(part, "text") != "" || part["functionCall"] != nil) && part["thought"] != true {
				return false
			}
		}
		return true
	}
	return false
}

// finished decides by the reason that an answer gives for its end.
func (c *call) finished() (verdict, bool) {
	reason := normal(c.reading.finishReason())
	v, known := endings[reason]
	switch {
	case known:
		v.code = c.reading.finishReason()
		return v.by("the answer ended for " + reason), true
	case c.reading.hollow && c.Status < 300:
		return is(failure.BadOutput).by("a complete answer without content"), true
	}
	return verdict{}, false
}

// endings tells what the reasons for an answer's end mean that are no good end.
//
// Anthropic's are documented under "Handling stop reasons", OpenAI's in the
// reference of the chat completion and response objects, Google's under
// FinishReason and BlockReason of the GenerateContent reference.
var endings = map[string]verdict{
	"refusal":                  is(failure.ContentPolicy),
	"content_filter":           is(failure.ContentPolicy),
	"sensitive":                is(failure.ContentPolicy), // Zhipu
	"safety":                   is(failure.ContentPolicy),
	"blocklist":                is(failure.ContentPolicy),
	"prohibited_content":       is(failure.ContentPolicy),
	"spii":                     is(failure.ContentPolicy),
	"recitation":               is(failure.ContentPolicy).retry(true), // it resembles a text by chance
	"image_safety":             is(failure.ContentPolicy),
	"language":                 is(failure.ContentPolicy),
	"jailbreak":                is(failure.ContentPolicy),
	"model_armor":              is(failure.ContentPolicy),
	"escalation":               is(failure.ContentPolicy),
	"guardrail_intervened":     is(failure.ContentPolicy), // Bedrock
	"content_filtered":         is(failure.ContentPolicy),
	"image_prohibited_content": is(failure.ContentPolicy),
	"image_recitation":         is(failure.ContentPolicy).retry(true),
	"error_toxic":              is(failure.ContentPolicy), // Cohere

	"max_tokens":                   is(failure.BadOutput), // the answer is cut off
	"max_output_tokens":            is(failure.BadOutput),
	"length":                       is(failure.BadOutput),
	"malformed_function_call":      is(failure.BadOutput),
	"malformed_response":           is(failure.BadOutput),
	"unexpected_tool_call":         is(failure.BadOutput),
	"too_many_tool_calls":          is(failure.BadOutput),
	"error":                        is(failure.ServerError).on(failure.ScopeModel), // a hub's: the provider behind it broke off
	"network_error":                is(failure.ServerError).on(failure.ScopeModel),
	"insufficient_system_resource": is(failure.Overloaded), // DeepSeek

	"model_context_window_exceeded": is(failure.ContextLength),
	"model_length":                  is(failure.ContextLength), // Mistral
	"error_limit":                   is(failure.ContextLength), // Cohere
}

// BadEnding reports whether a reason for an answer's end means that the answer is no good.
func BadEnding(reason string) bool {
	_, bad := endings[normal(reason)]
	return bad
}

// normal writes a code the one way in which tables hold it: small letters, words
// joined by "_", without a namespace before it or an address behind it.
func normal(code string) string {
	code, _, _ = strings.Cut(code, ":http")
	if at := strings.LastIndexAny(code, "#/"); at >= 0 {
		code = code[at+1:]
	}
	return strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(code)), "-", "_"), " ", "_")
}
