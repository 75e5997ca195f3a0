package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (d OpenAI) checkChat(o *object, req Request) *Problem {
	if p := d.checkModel(req); p != nil {
		return p
	}
	if key := unknownKey(o, chatFields); key != "" && !d.Compatible {
		return bad(fmt.Sprintf("Unknown parameter: '%s'.", key), key, "unknown_parameter")
	}
	if p := chatMessages(o); p != nil {
		return p
	}
	if !d.Compatible {
		if p := d.checkValues(o, req); p != nil {
			return p
		}
		if p := d.checkFormat(o, req, o.Child("response_format"), "response_format"); p != nil {
			return p
		}
	}
	if n := req.InputTokens(); n > window(req.Model) {
		return d.tooLong(n, window(req.Model))
	}
	return nil
}

// The values that some fields of a chat take.
var (
	chatRoles = []string{"system", "assistant", "user", "function", "tool", "developer"}
	chatParts = []string{"text", "image_url", "input_audio", "refusal", "audio", "file"}
)

func oneOf(value string, known []string, param string) *Problem {
	if slices.Contains(known, value) {
		return nil
	}
	last := len(known) - 1
	return bad(
		fmt.Sprintf("Invalid value: '%s'. Supported values are: '%s', and '%s'.", value, strings.Join(known[:last], "', '"), known[last]),
		param,
		"invalid_value",
	)
}

func chatMessages(o *object) *Problem {
	messages, ok := o.Get("messages").([]any)
	switch {
	case o.Get("messages") == nil:
		return missing("messages")
	case !ok:
		return bad("Invalid type for 'messages': expected an array of objects.", "messages", "invalid_type")
	case len(messages) == 0:
		return bad("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
			"messages", "empty_array")
	}
	for i, v := range messages {
		at := fmt.Sprintf("messages[%d]", i)
		m, ok := v.(*object)
		if !ok {
			return bad(fmt.Sprintf("Invalid type for '%s': expected an object.", at), at, "invalid_type")
		}
		if p := oneOf(m.Text("role"), chatRoles, at+".role"); p != nil {
			return p
		}
		switch content := m.Get("content").(type) {
		case string:
		case nil:
			if m.Text("role") != "assistant" {
				return bad("Invalid value for 'content': expected a string, got null.", fmt.Sprintf("messages.[%d].content", i), "")
			}
		case []any:
			for j, part := range content {
				p, _ := part.(*object)
				if wrong := oneOf(p.Text("type"), chatParts, fmt.Sprintf("%s.content[%d].type", at, j)); wrong != nil {
					return wrong
				}
			}
		default:
			return bad(fmt.Sprintf("Invalid type for '%s.content': expected one of a string or array of objects.", at), at+".content",
				"invalid_type")
		}
	}
	return nil
}

// checkValues checks the fields that limit and steer the answer.
func (d OpenAI) checkValues(o *object, req Request) *Problem {
	temperature, set := o.Float("temperature")
	switch {
	case o.Get("temperature") != nil && !set:
		return bad("Invalid type for 'temperature': expected a decimal.", "temperature", "invalid_type")
	case set && temperature < 0:
		return bad(
			fmt.Sprintf("Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got %v instead.", temperature),
			"temperature",
			"decimal_below_min_value",
		)
	case set && temperature > 2:
		return bad(
			fmt.Sprintf("Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got %v instead.", temperature),
			"temperature",
			"decimal_above_max_value",
		)
	case set && temperature != 1 && reasons(req.Model):
		return noTemperature(d.API, temperature)
	case d.API == Chat && o.Get("max_tokens") != nil && reasons(req.Model):
		return noMaxTokens()
	case d.API == Chat && o.Get("stream_options") != nil && !req.Stream:
		return bad("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", "")
	}
	least := 1
	if d.API == Responses {
		least = 16
	}
	for _, key := range []string{"max_tokens", "max_completion_tokens", "max_output_tokens"} {
		n, ok := whole(o, key)
		switch {
		case o.Get(key) == nil:
		case !ok:
			return bad(fmt.Sprintf("Invalid type for '%s': expected an integer.", key), key, "invalid_type")
		case n < least:
			return bad(
				fmt.Sprintf("Invalid '%s': integer below minimum value. Expected a value >= %d, but got %d instead.", key, least, n),
				key,
				"integer_below_min_value",
			)
		case n > outputLimit(req.Model):
			return bad(
				fmt.Sprintf(
					"%s is too large: %d. This model supports at most %d completion tokens, whereas you provided %d.",
					key,
					n,
					outputLimit(req.Model),
					n,
				),
				key,
				"invalid_value",
			)
		}
	}
	return nil
}

func noTemperature(api API, value float64) *Problem {
	if api == Responses {
		return bad("Unsupported parameter: 'temperature' is not supported with this model.", "temperature", "")
	}
	return bad(
		fmt.Sprintf(
			"Unsupported value: 'temperature' does not support %s with this model. Only the default (1) value is supported.",
			strconv.FormatFloat(value, 'g', -1, 64),
		),
		"temperature",
		"unsupported_value",
	)
}

func noMaxTokens() *Problem {
	return bad("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
		"max_tokens", "unsupported_parameter")
}

func (d OpenAI) checkResponses(o *object, req Request) *Problem {
	if p := d.checkModel(req); p != nil {
		return p
	}
	if key := unknownKey(o, responsesFields); key != "" {
		return bad(fmt.Sprintf("Unknown parameter: '%s'.", key), key, "unknown_parameter")
	}
	if p := responsesInput(o); p != nil {
		return p
	}
	if p := d.checkValues(o, req); p != nil {
		return p
	}
	if p := d.checkFormat(o, req, o.Child("text").Child("format"), "text.format"); p != nil {
		return p
	}
	if n := req.InputTokens(); n > window(req.Model) {
		return d.tooLong(n, window(req.Model))
	}
	return nil
}

// The values that some fields of an input take.
var (
	inputRoles = []string{"assistant", "system", "developer", "user"}
	inputParts = []string{"input_text", "input_image", "output_text", "refusal", "input_file", "computer_screenshot", "summary_text"}
)

func responsesInput(o *object) *Problem {
	switch input := o.Get("input").(type) {
	case string:
		return nil
	case nil:
		if o.Get("prompt") != nil || o.Get("previous_response_id") != nil {
			return nil
		}
		return missing("input")
	case []any:
		for i, v := range input {
			at := fmt.Sprintf("input[%d]", i)
			item, ok := v.(*object)
			if !ok {
				return bad(fmt.Sprintf("Invalid type for '%s': expected an object.", at), at, "invalid_type")
			}
			if kind := item.Text("type"); kind != "" && kind != "message" {
				continue // calls of tools and their results
			}
			if p := oneOf(item.Text("role"), inputRoles, at); p != nil {
				return p
			}
			for j, part := range item.List("content") {
				p, _ := part.(*object)
				if wrong := oneOf(p.Text("type"), inputParts, fmt.Sprintf("%s.content[%d]", at, j)); wrong != nil {
					return wrong
				}
			}
		}
		return nil
	}
	return bad("Invalid type for 'input': expected one of a string or array of input items.", "input", "invalid_type")
}
