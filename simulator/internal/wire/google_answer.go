package wire

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

func (Google) headers(at Moment) http.Header {
	h := http.Header{}
	h.Set("content-type", "application/json; charset=UTF-8")
	h.Set("server", "scaffolding on HTTPServer2")
	h.Set("server-timing", fmt.Sprintf("gfet4t7; dur=%d", 300+at.number("timing", 3000)))
	h.Set("vary", "Origin, X-Origin, Referer")
	h.Set("x-content-type-options", "nosniff")
	return h
}

// Render writes an answer.
func (d Google) Render(a Answer) Script {
	s := Script{Header: d.headers(a.At)}
	if !d.Stream {
		whole := googleChunk(a, a.Text, a.Usage.Output-a.Usage.Thinking, true)
		s.Frames = []Frame{{Data: append(jsondoc.EncodeIndent(whole), '\n'), Tokens: Tokens(a.Text)}}
		return s
	}
	if a.Request.SSE {
		s.Header.Set("content-type", "text/event-stream")
	} else {
		s.Tail = []byte("]\n")
	}
	add := func(tokens int, chunk *object) {
		s.Frames = append(s.Frames, Frame{Data: d.frame(chunk, a, len(s.Frames)), Tokens: tokens})
	}
	sent := 0
	for _, p := range a.textPieces(a.Break) {
		sent += p.tokens
		add(p.tokens, googleChunk(a, p.text, sent, false))
		s.Frames[len(s.Frames)-1].Text = true
	}
	add(0, googleChunk(a, "", sent, true))
	return s
}

// frame writes a chunk as an event, or as an item of an array.
func (d Google) frame(chunk *object, a Answer, before int) []byte {
	if a.Request.SSE {
		return append(append([]byte("data: "), jsondoc.Encode(chunk)...), "\r\n\r\n"...)
	}
	begin := "["
	if before > 0 {
		begin = ",\r\n"
	}
	return append(append([]byte(begin), jsondoc.EncodeIndent(chunk)...), '\n')
}

// googleChunk returns an answer, or a part of one that is streamed.
func googleChunk(a Answer, text string, sent int, last bool) *object {
	o := &object{}
	if a.Finish == Blocked {
		o.Set("promptFeedback", jsondoc.New("blockReason", "SAFETY"))
	} else {
		o.Set("candidates", []any{googleCandidate(a, text, last)})
	}
	u := a.reported()
	if a.Claim != nil {
		sent = u.Output
	}
	usage := jsondoc.New("promptTokenCount", u.Input)
	if sent != 0 {
		usage.Set("candidatesTokenCount", sent)
	}
	usage.Set("totalTokenCount", u.Input+sent+u.Thinking)
	if u.CacheRead > 0 {
		usage.Set("cachedContentTokenCount", u.CacheRead)
	}
	usage.Set("promptTokensDetails", []any{jsondoc.New("modality", "TEXT", "tokenCount", u.Input)})
	if u.Thinking > 0 {
		usage.Set("thoughtsTokenCount", u.Thinking)
	}
	return o.Set("usageMetadata", usage).Set("modelVersion", a.Model).Set("responseId", a.At.base62("response", 22))
}

func googleCandidate(a Answer, text string, last bool) *object {
	content := jsondoc.New("role", "model")
	if text != "" || last && a.Text != "" && a.Finish != Refused {
		content = jsondoc.New("parts", []any{jsondoc.New("text", text)}, "role", "model")
	}
	c := &object{}
	if a.Finish != Refused {
		c.Set("content", content)
	}
	if last {
		c.Set("finishReason", googleFinish(a.Finish))
	}
	c.Set("index", 0)
	if last && (a.Finish == Refused || a.Finish == Filtered) {
		var ratings []any
		for i, category := range []string{"HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_DANGEROUS_CONTENT", "HARM_CATEGORY_HARASSMENT",
			"HARM_CATEGORY_SEXUALLY_EXPLICIT"} {
			rating := jsondoc.New("category", category, "probability", "NEGLIGIBLE")
			if i == 1 {
				rating.Set("probability", "HIGH").Set("blocked", true)
			}
			ratings = append(ratings, rating)
		}
		c.Set("safetyRatings", ratings)
	}
	return c
}

func googleFinish(f Finish) string {
	switch f {
	case Length:
		return "MAX_TOKENS"
	case Refused, Filtered:
		return "SAFETY"
	}
	return "STOP"
}

// Event writes one more chunk into a stream: with a piece of text, or with an empty content.
func (d Google) Event(a Answer, text string, frames int) []byte {
	return d.frame(googleChunk(a, text, a.Usage.Output-a.Usage.Thinking, false), a, frames)
}

func googleError(p Problem) *object {
	e := jsondoc.New("code", p.Status, "message", p.Message, "status", p.Type)
	details := p.Details
	if p.RetryAfter > 0 {
		wait := strconv.FormatFloat(p.RetryAfter.Seconds(), 'f', -1, 64) + "s"
		details = append(
			details[:len(details):len(details)],
			jsondoc.New("@type", "type.googleapis.com/google.rpc.RetryInfo", "retryDelay", wait),
		)
	}
	if len(details) > 0 {
		e.Set("details", details)
	}
	return jsondoc.New("error", e)
}

// RenderError writes an error. A stream that is no event stream is an array, its error too.
func (d Google) RenderError(p Problem, r Request, at Moment) Reply {
	h := d.headers(at)
	if p.Page != "" {
		h.Set("content-type", p.ContentType)
		return Reply{Status: p.Status, Header: h, Body: []byte(p.Page)}
	}
	body := googleError(p)
	if d.Stream && !r.SSE {
		return Reply{Status: p.Status, Header: h, Body: append(jsondoc.EncodeIndent([]any{body}), '\n')}
	}
	return Reply{Status: p.Status, Header: h, Body: append(jsondoc.EncodeIndent(body), '\n')}
}

// Interrupt writes an error into a stream: between the events of an event stream it
// stands as it is, without the word data.
func (d Google) Interrupt(p Problem, a Answer, frames int) []byte {
	body := append(jsondoc.EncodeIndent(googleError(p)), '\n')
	switch {
	case p.Blocked: // no error, but an end
		a.Finish = Filtered
		return d.frame(googleChunk(a, "", 0, true), a, frames)
	case a.Request.SSE:
		return body
	case frames == 0:
		return append([]byte("["), body...)
	}
	return bytes.Join([][]byte{[]byte(",\r\n"), body}, nil)
}

// NamedProblem returns the error of a name.
func (d Google) NamedProblem(name string, r Request, at Moment) Problem {
	switch name {
	case "overloaded":
		return Problem{Status: 503, Type: "UNAVAILABLE", Message: "The model is overloaded. Please try again later."}
	case "unavailable":
		return Problem{Status: 503, Type: "UNAVAILABLE", Message: "The service is currently unavailable."}
	case "rate_limit":
		return d.quota("GenerateRequestsPerMinutePerProjectPerModel", "generate_content_paid_tier_requests", at)
	case "quota_exhausted":
		return d.quota("GenerateRequestsPerDayPerProjectPerModel", "generate_requests_per_model_per_day", at)
	case "billing":
		return Problem{
			Status:  429,
			Type:    "RESOURCE_EXHAUSTED",
			Message: "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.",
		}
	case "server_error":
		return Problem{
			Status:  500,
			Type:    "INTERNAL",
			Message: "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
		}
	case "bad_gateway":
		return Problem{
			Status:      502,
			Type:        "bad_gateway",
			ContentType: "text/html; charset=UTF-8",
			Page:        "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 502 (Server Error)!!1</title>\n  <p><b>502.</b> <ins>That’s an error.</ins>\n  <p>The server encountered a temporary error and could not complete your request.<p>Please try again in 30 seconds.  <ins>That’s all we know.</ins>\n",
		}
	case "gateway_timeout":
		return Problem{Status: 504, Type: "DEADLINE_EXCEEDED", Message: "Deadline expired before operation could complete."}
	case "auth":
		return *googleWrongKey()
	case "permission":
		return d.disabled()
	case "not_found":
		return *d.modelNotFound()
	case "context_length":
		return *googleTooLong(at.tooMuch(r, googleWindow))
	case "content_filter":
		return Problem{Blocked: true}
	case "unsupported_parameter":
		return *argument("Thinking is not enabled for %s", d.Model)
	case "prefill":
		return *argument("Please ensure that multiturn requests end with a user role or a function response.")
	}
	return *argument("Request contains an invalid argument.")
}

// quota returns the error of a quota that is used up.
func (d Google) quota(id, metric string, at Moment) Problem {
	metric = "generativelanguage.googleapis.com/" + metric
	limit := strconv.Itoa(at.Quota.Requests)
	hint := ""
	if at.Hint > 0 {
		hint = fmt.Sprintf("\nPlease retry in %v.", at.Hint.Round(time.Millisecond))
	}
	return Problem{Status: 429, Type: "RESOURCE_EXHAUSTED",
		Message: fmt.Sprintf(
			"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: https://ai.dev/rate-limit. \n* Quota exceeded for metric: %s, limit: %s, model: %s%s",
			metric,
			limit,
			d.Model,
			hint,
		),
		Details: []any{
			jsondoc.New("@type", "type.googleapis.com/google.rpc.Help", "links", []any{
				jsondoc.New(
					"description",
					"Learn more about Gemini API quotas",
					"url",
					"https://ai.google.dev/gemini-api/docs/rate-limits",
				)}),
			jsondoc.New("@type", "type.googleapis.com/google.rpc.QuotaFailure", "violations", []any{
				jsondoc.New(
					"quotaMetric",
					metric,
					"quotaId",
					id,
					"quotaDimensions",
					jsondoc.New("location", "global", "model", d.Model),
					"quotaValue",
					limit,
				)}),
		}}
}

func (d Google) disabled() Problem {
	const message = "Generative Language API has not been used in project 000000000000 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview?project=000000000000 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
	return Problem{Status: 403, Type: "PERMISSION_DENIED", Message: message, Details: []any{
		jsondoc.New("@type", "type.googleapis.com/google.rpc.ErrorInfo", "reason", "SERVICE_DISABLED", "domain", "googleapis.com",
			"metadata", jsondoc.New("service", "generativelanguage.googleapis.com", "consumer", "projects/000000000000"))}}
}
