package diagnosis

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// fault is an error object of a body.
type fault struct {
	codes     []string // its words for what it is, the more particular first
	number    int      // an HTTP status in it; 0 if there is none
	message   string
	parameter string
	details   []map[string]any // google.rpc details and the like
	requestID string
	reset     string // a header of a relayed answer that tells when to come back, in epoch milliseconds
	wait      string // a member that tells how many seconds to wait
}

// maxNesting bounds how many answers are looked for within one another: relays
// put what they got into what they say.
const maxNesting = 3

// inspect looks for error objects and reasons in the places where vendors have them.
func (r *reading) inspect(v any, nesting int) {
	switch v := v.(type) {
	case []any:
		for _, item := range v[:min(len(v), maxItems)] {
			r.inspect(item, nesting)
		}
	case map[string]any:
		r.object(v, nesting)
	case string:
		r.say(v)
	}
}

// maxItems bounds how many members of a list are looked at.
const maxItems = 8

// object looks at one object.
func (r *reading) object(o map[string]any, nesting int) {
	r.ends(o)
	outer := fault{codes: codesOf(o), requestID: text(o, "request_id", "requestId", "requestID"), number: numberOf(o)}
	switch e := o["error"].(type) {
	case map[string]any:
		r.enveloped = true
		r.addFault(e, outer, nesting)
		return
	case string:
		if e != "" {
			r.addFault(map[string]any{"message": e, "code": o["code"], "type": o["type"]}, outer, nesting)
			return
		}
	}
	if list, ok := o["errors"].([]any); ok && len(list) > 0 {
		r.inspect(list[0], nesting)
		return
	}
	if inner, ok := o["response"].(map[string]any); ok {
		r.object(inner, nesting)
		return
	}
	if headers, ok := o["headers"].(map[string]any); ok { // an exception's frame of an AWS event stream
		outer.codes = append(outer.codes, text(headers, ":exception-type", "x-amzn-errortype"))
		outer.number = 0
		r.addFault(map[string]any{"message": text(o, "body", "message")}, outer, nesting)
		return
	}
	r.enveloped = r.enveloped || o["type"] == "error" || o["object"] == "error"
	if flat(o) {
		r.addFault(o, fault{requestID: outer.requestID}, nesting)
	}
}

// flat reports whether an object is itself an error object.
func flat(o map[string]any) bool {
	if o["type"] == "error" || o["object"] == "error" || o["__type"] != nil {
		return true
	}
	switch o["detail"].(type) {
	case string, []any, map[string]any:
		return true
	}
	if o["grpc_message"] != nil {
		return true
	}
	if len(o) <= 12 && text(o, "message", "msg", "error_description", "error_message", "errorDescription") != "" {
		return true
	}
	if strings.HasPrefix(text(o, "message"), "Provider returned error") {
		return true
	}
	return text(o, "code") != "" && o["message"] != nil && o["choices"] == nil
}

// addFault takes an error object, and before it what it has of others within it.
func (r *reading) addFault(o map[string]any, outer fault, nesting int) {
	f := fault{
		codes: append(codesOf(o), outer.codes...), number: numberOf(o), message: messageOf(o),
		parameter: text(o, "param"), requestID: text(o, "request_id", "requestId"),
		wait: text(o, "retry_after", "retry_after_seconds", "resets_in_seconds"),
	}
	r.relayed = r.relayed || strings.HasPrefix(f.message, "Provider returned error")
	if m := mentionedStatus.FindStringSubmatch(f.message); m != nil {
		f.number, _ = strconv.Atoi(m[1])
	}
	if f.number == 0 {
		f.number = outer.number
	}
	if f.requestID == "" {
		f.requestID = outer.requestID
	}
	if m := mentionedID.FindStringSubmatch(f.message); m != nil && f.requestID == "" {
		f.requestID = m[1]
	}
	if d, ok := o["details"].(map[string]any); ok {
		f.codes = append(codesOf(d), f.codes...)
	}
	if list, ok := o["details"].([]any); ok {
		for _, item := range list[:min(len(list), maxItems)] {
			if d, ok := item.(map[string]any); ok {
				f.details = append(f.details, d)
			}
		}
	}
	if meta, ok := o["metadata"].(map[string]any); ok {
		r.metadata(&f, meta, nesting)
	}
	if f.parameter == "" {
		f.parameter = refusedPart(f, o)
	}
	if nesting < maxNesting {
		f.message = r.unwrap(f.message, nesting)
	}
	r.faults = append(r.faults, f)
}

// refusedPart finds the part of the request that was refused where a vendor has no
// member for it: Anthropic begins the message with it, Google has field violations, and
// servers on pydantic its place.
func refusedPart(f fault, o map[string]any) string {
	for _, d := range f.details {
		if list, ok := d["fieldViolations"].([]any); ok && len(list) > 0 {
			if violation, ok := list[0].(map[string]any); ok {
				return text(violation, "field")
			}
		}
	}
	if list, ok := o["detail"].([]any); ok && len(list) > 0 {
		if d, ok := list[0].(map[string]any); ok {
			if loc, ok := d["loc"].([]any); ok && len(loc) > 0 {
				part, _ := loc[len(loc)-1].(string)
				return part
			}
		}
	}
	if m := leadingPart.FindStringSubmatch(f.message); m != nil {
		return m[1]
	}
	return ""
}

// leadingPart finds the member that a message begins with.
var leadingPart = regexp.MustCompile(`^([a-z][a-z0-9]*_[a-z0-9_]*(?:\.[a-z0-9_]+){0,6}): `)

// mentionedID finds the request's id in a message that asks to pass it on.
var mentionedID = regexp.MustCompile(`(?i)request[ _]id:? ([\w-]{8,80})`)

// mentionedStatus finds the status that a relay got, where that is all it says.
var mentionedStatus = regexp.MustCompile(`(?i)^(?:request failed with|upstream returned|invalid) status(?: code)?:? ([3-5]\d\d)$`)

// metadata takes what a hub adds of the provider behind it.
func (r *reading) metadata(f *fault, meta map[string]any, nesting int) {
	f.codes = append(codesOf(meta), f.codes...)
	if headers, ok := meta["headers"].(map[string]any); ok {
		f.reset = text(headers, "X-RateLimit-Reset", "x-ratelimit-reset")
	}
	switch raw := meta["raw"].(type) {
	case string:
		r.relayed = true
		if inner, ok := parseWhole(raw); ok && nesting < maxNesting {
			r.inspect(inner, nesting+1)
		} else if f.message == "" || strings.HasPrefix(f.message, "Provider returned error") {
			f.message = "Provider returned error: " + raw
		}
	case map[string]any:
		if nesting < maxNesting {
			r.inspect(raw, nesting+1)
		}
	}
}

// unwrap takes the faults of the answer that a message holds, and returns the
// message without it. An object within a quotation is quoted text.
func (r *reading) unwrap(message string, nesting int) string {
	if !strings.ContainsAny(message, "{[") {
		return message
	}
	lead, v, _ := embedded(shorten(message, maxRelayed), false)
	if v == nil {
		return message
	}
	before := len(r.faults)
	finish := r.finish
	r.inspect(v, nesting+1)
	r.numbered(lead, before)
	r.finish = finish // a message is no answer
	if len(r.faults) == before {
		return message
	}
	return lead
}

// numbered gives the faults from a place on the status that stands before them.
func (r *reading) numbered(lead string, from int) {
	m := statusBefore.FindStringSubmatch(lead)
	if m == nil {
		return
	}
	for i := from; i < len(r.faults); i++ {
		if r.faults[i].number == 0 {
			r.faults[i].number, _ = strconv.Atoi(m[1])
		}
	}
}

// statusBefore finds a status at the end of what stands before an object.
var statusBefore = regexp.MustCompile(`\b([3-5]\d\d)\b[^{\d]{0,32}$`)

// maxRelayed bounds how much of a message is searched for an answer within it.
const maxRelayed = 64 << 10

// codeKeys are the members that say what an error is, the more particular first.
var codeKeys = []string{"code", "error_code", "reason", "error_type", "type", "__type", "status", "name"}

// codesOf returns the words by which an object says what it is.
func codesOf(o map[string]any) []string {
	var codes []string
	if inner, ok := o["innererror"].(map[string]any); ok {
		codes = append(codes, text(inner, "code"))
	}
	if list, ok := o["errors"].([]any); ok && len(list) > 0 {
		if first, ok := list[0].(map[string]any); ok {
			codes = append(codes, text(first, "reason"))
		}
	}
	codes = append(codes, grpcNames[text(o, "grpc_status")])
	for _, key := range codeKeys {
		if s, ok := o[key].(string); ok {
			codes = append(codes, s)
		}
	}
	return slices.DeleteFunc(codes, func(s string) bool {
		_, err := strconv.Atoi(s)
		return s == "" || len(s) > maxCode || err == nil && !knownNumber(s) || s == "error" || s == "None"
	})
}

// maxCode is longer than any code; what is longer is a message in the wrong place.
const maxCode = 80

// knownNumber reports whether a number is a vendor's code and no HTTP status.
func knownNumber(s string) bool {
	_, ok := vocabulary[s]
	return ok
}

// numberOf returns the HTTP status that an object mentions, or 0.
func numberOf(o map[string]any) int {
	for _, key := range [...]string{"code", "status", "status_code", "statusCode", "http_status", "param"} {
		n := 0
		switch v := o[key].(type) {
		case json.Number:
			n, _ = strconv.Atoi(v.String())
		case string:
			n, _ = strconv.Atoi(v)
		}
		if n >= 300 && n <= 599 {
			return n
		}
	}
	return 0
}

// messageOf returns what an error object says in words.
func messageOf(o map[string]any) string {
	if s := text(o, "message", "msg", "error_description", "error_message", "detail", "error", "title", "grpc_message", "errorDescription",
		"errorMessage"); s != "" {
		return s
	}
	for _, key := range [...]string{"detail", "message"} {
		switch inner := o[key].(type) {
		case map[string]any:
			return messageOf(inner)
		case []any:
			if len(inner) > 0 {
				if first, ok := inner[0].(map[string]any); ok {
					return messageOf(first)
				}
			}
		}
	}
	return ""
}

// text returns the first of the named members that is text or a number.
func text(o map[string]any, names ...string) string {
	for _, name := range names {
		switch v := o[name].(type) {
		case string:
			if v != "" {
				return v
			}
		case json.Number:
			return v.String()
		}
	}
	return ""
}
