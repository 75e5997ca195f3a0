package wire

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

// orNull returns a text, or null for "".
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// RenderError writes an error.
func (d OpenAI) RenderError(p Problem, _ Request, at Moment) Reply {
	if p.Page != "" {
		return Reply{Status: p.Status, Header: http.Header{"Content-Type": {p.ContentType}}, Body: []byte(p.Page)}
	}
	h := d.headers(at)
	mute(h, p)
	if p.RetryAfter > 0 {
		h.Set("retry-after", strconv.Itoa(seconds(p.RetryAfter)))
		if !d.Compatible {
			h.Set("retry-after-ms", strconv.FormatInt(p.RetryAfter.Milliseconds(), 10))
		}
	}
	e := jsondoc.New("message", p.Message, "type", p.Type, "param", orNull(p.Param), "code", orNull(p.Code))
	for _, v := range p.Details {
		e.Set("innererror", v)
	}
	body := jsondoc.New("error", e)
	if d.Compatible {
		return Reply{Status: p.Status, Header: h, Body: jsondoc.Encode(body)}
	}
	return Reply{Status: p.Status, Header: h, Body: append(jsondoc.EncodeIndent(body), '\n')}
}

// Interrupt writes an error into a stream. The Responses API has two forms: a bare
// error before the response exists, and a failed response after that.
func (d OpenAI) Interrupt(p Problem, a Answer, frames int) []byte {
	e := jsondoc.New("message", p.Message, "type", p.Type, "param", orNull(p.Param), "code", orNull(p.Code))
	if d.API == Chat {
		return dataFrame(jsondoc.Encode(jsondoc.New("error", e)), 0).Data
	}
	code := p.Code
	if code == "" {
		code = p.Type
	}
	if frames == 0 {
		return responsesEvent(jsondoc.New("type", "error", "sequence_number", 0, "error",
			jsondoc.New("type", p.Type, "code", code, "message", p.Message, "param", orNull(p.Param))), 0).Data
	}
	failed := responsesShell(a, "failed", []any{}).Set("error", jsondoc.New("code", code, "message", p.Message))
	return responsesEvent(jsondoc.New("type", "response.failed", "sequence_number", frames, "response", failed), 0).Data
}

// NamedProblem returns the error of a name.
func (d OpenAI) NamedProblem(name string, r Request, at Moment) Problem {
	switch name {
	case "overloaded":
		return Problem{
			Status:  503,
			Type:    "service_unavailable_error",
			Code:    "server_is_overloaded",
			Message: "Our servers are currently overloaded. Please try again later.",
		}
	case "rate_limit":
		return d.tooMany(r, at)
	case "billing":
		if d.Compatible {
			return Problem{Status: 402, Type: "unknown_error", Code: "invalid_request_error", Message: "Insufficient Balance"}
		}
		return noQuota()
	case "quota_exhausted":
		return noQuota()
	case "server_error":
		if d.API == Responses {
			return Problem{
				Status:  500,
				Type:    "server_error",
				Code:    "server_error",
				Message: "An error occurred while processing your request. You can retry your request, or contact us through our help center at help.openai.com if the error persists. Please include the request ID " + at.openAIID() + " in your message.",
			}
		}
		return Problem{
			Status:  500,
			Type:    "server_error",
			Message: "The server had an error while processing your request. Sorry about that!",
		}
	case "unavailable":
		return Problem{
			Status:  503,
			Type:    "server_error",
			Code:    "service_unavailable",
			Message: "The service is temporarily unavailable. Please try again later.",
		}
	case "auth":
		return *wrongKey()
	case "permission":
		return Problem{
			Status:  403,
			Type:    "request_forbidden",
			Code:    "unsupported_country_region_territory",
			Message: "Country, region, or territory not supported",
		}
	case "not_found":
		return *noModel(r.Model)
	case "bad_gateway", "gateway_timeout":
		return page(name)
	}
	return d.blame(name, r, at)
}

// blame returns the errors that the request itself is to blame for.
func (d OpenAI) blame(name string, r Request, at Moment) Problem {
	switch name {
	case "context_length":
		size, window := at.tooMuch(r, window(r.Model))
		return *d.tooLong(size, window)
	case "content_filter":
		if d.Compatible {
			p := *bad("The response was filtered due to the prompt triggering the content management policy. Please modify your prompt and retry.",
				"prompt", "content_filter")
			p.Details = []any{
				jsondoc.New(
					"code",
					"ResponsibleAIPolicyViolation",
					"content_filter_result",
					jsondoc.New("violence", jsondoc.New("filtered", true, "severity", "high")),
				),
			}
			return p
		}
		return *bad("Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt: https://platform.openai.com/docs/guides/reasoning#advice-on-prompting", "", "invalid_prompt")
	case "unsupported_parameter":
		if d.API == Responses {
			return *noTemperature(d.API, 0)
		}
		return *noMaxTokens()
	case "prefill":
		return *bad("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant", "messages", "invalid_value")
	}
	if d.API == Responses {
		return *missing("input")
	}
	return *missing("messages")
}

func noQuota() Problem {
	return Problem{
		Status:  429,
		Type:    "insufficient_quota",
		Code:    "insufficient_quota",
		Message: "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
	}
}

func (d OpenAI) tooMany(r Request, at Moment) Problem {
	hint := ""
	if at.Hint > 0 {
		hint = fmt.Sprintf("Please try again in %v. ", at.Hint.Round(time.Millisecond))
	}
	return Problem{
		Status: 429,
		Type:   "requests",
		Code:   "rate_limit_exceeded",
		Message: fmt.Sprintf(
			"Rate limit reached for %s in organization org-simulated on requests per min (RPM): Limit %d, Used %d, Requested 1. %sVisit https://platform.openai.com/account/rate-limits to learn more.",
			r.Model,
			at.Quota.Requests,
			at.Quota.Requests-at.Quota.RequestsLeft,
			hint,
		),
	}
}
