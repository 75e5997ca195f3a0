package wire

import (
	"fmt"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

func responsesUsage(a Answer) *object {
	u := a.reported()
	return jsondoc.New("input_tokens", u.Input, "input_tokens_details", jsondoc.New("cached_tokens", u.CacheRead),
		"output_tokens", u.Output, "output_tokens_details", jsondoc.New("reasoning_tokens", u.Thinking),
		"total_tokens", u.Input+u.Output)
}

// responsesShell returns a response in a state, with what came out so far.
func responsesShell(a Answer, status string, output []any) *object {
	format := jsondoc.New("type", "text")
	if a.Request.Schema != nil {
		format = jsondoc.New("type", "json_schema", "name", "answer", "schema", a.Request.Schema.Root(), "strict", true)
	} else if a.Request.JSON {
		format = jsondoc.New("type", "json_object")
	}
	var limit any
	if a.Request.MaxTokens >= 0 {
		limit = a.Request.MaxTokens
	}
	o := jsondoc.New("id", responsesID(a), "object", "response", "created_at", int(a.At.Now.Unix()), "status", status,
		"background", false, "error", nil, "incomplete_details", nil, "instructions", nil, "max_output_tokens", limit,
		"model", a.Model, "output", output, "parallel_tool_calls", true, "previous_response_id", nil,
		"reasoning", jsondoc.New("effort", nil, "summary", nil), "service_tier", "default", "store", true,
		"temperature", 1.0, "text", jsondoc.New("format", format, "verbosity", "medium"), "tool_choice", "auto",
		"tools", []any{}, "top_p", 1.0, "truncation", "disabled", "usage", nil, "user", nil, "metadata", &object{})
	return o
}

func responsesID(a Answer) string { return "resp_" + a.At.hex("response", 48) }

// responsesEnd returns the status of an answer and why it is not complete.
func responsesEnd(a Answer) (status string, why any) {
	switch a.Finish {
	case Length:
		return "incomplete", jsondoc.New("reason", "max_output_tokens")
	case Filtered, Blocked:
		return "incomplete", jsondoc.New("reason", "content_filter")
	}
	return "completed", nil
}

func responsesPart(a Answer, text string) *object {
	if a.Finish == Refused {
		return jsondoc.New("type", "refusal", "refusal", text)
	}
	return jsondoc.New("type", "output_text", "annotations", []any{}, "logprobs", []any{}, "text", text)
}

func responsesThought(a Answer) *object {
	return jsondoc.New("id", "rs_"+a.At.hex("reasoning", 48), "type", "reasoning", "summary", []any{})
}

func responsesMessage(a Answer, status string, content ...any) *object {
	return jsondoc.New("id", "msg_"+a.At.hex("message", 48), "type", "message", "status", status, "content", content, "role", "assistant")
}

// responsesOutput returns the finished items of an answer: a thought where the model
// has one, and the message unless thinking took all that was allowed.
func responsesOutput(a Answer) []any {
	out := []any{}
	if a.Usage.Thinking > 0 {
		out = append(out, responsesThought(a))
	}
	if a.Text == "" && a.Finish == Length {
		return out
	}
	status, _ := responsesEnd(a)
	return append(out, responsesMessage(a, status, responsesPart(a, a.Text)))
}

func responsesWhole(a Answer) *object {
	status, why := responsesEnd(a)
	return responsesShell(a, status, responsesOutput(a)).Set("incomplete_details", why).Set("usage", responsesUsage(a))
}

// responsesMore returns one more event of a stream in which frames have gone out.
func responsesMore(a Answer, text string, frames int) []byte {
	event := jsondoc.New("type", "response.in_progress", "sequence_number", frames, "response", responsesShell(a, "in_progress", []any{}))
	if text != "" {
		index := 0
		if a.Usage.Thinking > 0 {
			index = 1
		}
		event = jsondoc.New("type", "response.output_text.delta", "sequence_number", frames, "item_id", responsesMessage(a, "").Text("id"),
			"output_index", index, "content_index", 0, "delta", text, "logprobs", []any{})
	}
	return responsesEvent(event, 0).Data
}

// sequence writes events that are numbered.
type sequence struct{ frames []Frame }

func (s *sequence) add(tokens int, kind string, pairs ...any) {
	event := jsondoc.New("type", kind, "sequence_number", len(s.frames))
	for i := 0; i+1 < len(pairs); i += 2 {
		event.Set(pairs[i].(string), pairs[i+1])
	}
	s.frames = append(s.frames, responsesEvent(event, tokens))
}

func responsesEvent(event *object, tokens int) Frame {
	return Frame{Data: fmt.Appendf(nil, "event: %s\ndata: %s\n\n", event.Text("type"), jsondoc.Encode(event)), Tokens: tokens}
}

func responsesStream(a Answer) []Frame {
	var s sequence
	s.add(0, "response.created", "response", responsesShell(a, "in_progress", []any{}))
	s.add(0, "response.in_progress", "response", responsesShell(a, "in_progress", []any{}))
	output := responsesOutput(a)
	for i, item := range output {
		if item.(*object).Text("type") == "message" {
			s.message(a, i, item)
			continue
		}
		s.add(0, "response.output_item.added", "output_index", i, "item", item)
		s.add(0, "response.output_item.done", "output_index", i, "item", item)
	}
	end, _ := responsesEnd(a)
	s.add(0, "response."+end, "response", responsesWhole(a))
	return s.frames
}

func (s *sequence) message(a Answer, index int, whole any) {
	item := responsesMessage(a, "in_progress")
	s.add(0, "response.output_item.added", "output_index", index, "item", item)
	place := func(kind string, tokens int, pairs ...any) {
		s.add(tokens, kind, append([]any{"item_id", item.Text("id"), "output_index", index, "content_index", 0}, pairs...)...)
	}
	place("response.content_part.added", 0, "part", responsesPart(a, ""))
	for _, p := range a.textPieces(a.Break) {
		if a.Finish == Refused {
			place("response.refusal.delta", p.tokens, "delta", p.text)
		} else {
			place("response.output_text.delta", p.tokens, "delta", p.text, "logprobs", []any{})
		}
		s.frames[len(s.frames)-1].Text = true
	}
	if a.Finish == Refused {
		place("response.refusal.done", 0, "refusal", a.Text)
	} else {
		place("response.output_text.done", 0, "text", a.Text, "logprobs", []any{})
	}
	place("response.content_part.done", 0, "part", responsesPart(a, a.Text))
	s.add(0, "response.output_item.done", "output_index", index, "item", whole)
}
