// Package wire is the formats in which providers are asked and answer.
//
// A [Dialect] decodes requests, checking them as its vendor does, and writes
// answers and errors byte for byte as its vendor does. It knows nothing of
// scenarios: what to answer is decided elsewhere.
package wire

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
	"github.com/cineforge/cineforge/simulator/internal/schema"
)

type object = jsondoc.Object

// API is one way of asking a provider.
type API string

// The APIs.
const (
	Messages       API = "messages"        // Anthropic
	Chat           API = "chat"            // OpenAI and servers compatible with it
	Responses      API = "responses"       // OpenAI
	Generate       API = "generate"        // Gemini
	StreamGenerate API = "stream_generate" // Gemini, as a stream
)

// APIs lists the APIs.
var APIs = []string{string(Messages), string(Chat), string(Responses), string(Generate), string(StreamGenerate)}

// Request is what a call asks, whatever the dialect. It is filled as far as it can
// be read even if something is wrong with it.
type Request struct {
	API       API
	Model     string
	Stream    bool
	SSE       bool // Gemini: server-sent events and not a JSON array
	System    string
	Prompt    string // the messages
	Last      string // the last thing that the user said: what answers are made of
	Schema    *schema.Schema
	JSON      bool // the answer is to be JSON, with or without a schema
	MaxTokens int  // the most that may be answered; negative if there is no limit
	Usage     bool // Chat: the stream ends with the usage
	Thinking  int  // tokens of thought before the answer
	Shown     bool // Anthropic: the thought is part of the answer
	Marks     []Mark

	Problem *Problem // what is wrong with the request; nil if nothing is
}

// Text is all the text of a request, which caches and token counts go by.
func (r Request) Text() string { return r.System + "\n" + r.Prompt }

// InputTokens is the size of a request.
func (r Request) InputTokens() int { return Tokens(r.Text()) }

// Mark is an end of a part of the text that is to be cached.
type Mark struct {
	End int // a length of Text
	TTL time.Duration
}

// Problem is an error of a vendor. Fields that a vendor has no use for stay empty.
type Problem struct {
	Status  int
	Type    string // Google: the status in words
	Code    string // OpenAI: "" is null
	Param   string // OpenAI: "" is null
	Message string
	Details []any // Google

	Page        string // a body in place of all that, as proxies send
	ContentType string // of the page

	RetryAfter time.Duration // 0: nothing is said
	Credential bool          // it is about the key
	Blocked    bool          // Google: no error, but an answer without candidates
}

// Moment is what an answer depends on besides the request.
type Moment struct {
	Now   time.Time
	Seed  uint64
	Key   string // names the call, for ids
	Quota Quota
	Hint  time.Duration // when to come back, as errors tell; 0: they don't

	// Window is how many tokens the model takes, as errors tell; 0: as many as the real one.
	Window int
}

// Quota is what rate-limit headers tell.
type Quota struct {
	Requests, RequestsLeft int
	Tokens, TokensLeft     int
	Reset                  time.Duration // until all is there again
}

// Finish is why an answer ends.
type Finish int

// The reasons.
const (
	Stop     Finish = iota
	Length          // the limit of output tokens was reached
	Refused         // the model declined
	Filtered        // a filter cut the answer off
	Blocked         // Gemini: a filter did not let the prompt through
)

// Usage is the size of a call. Input counts all of the prompt, also what is cached.
type Usage struct{ Input, CacheRead, CacheWrite, Output, Thinking int }

// Answer is an answer of a model.
type Answer struct {
	Request Request
	Model   string // that claims to have answered
	Text    string
	Finish  Finish
	Usage   Usage
	Claim   *Usage // the usage that is reported in place of Usage, if not nil
	Break   int    // a number of tokens at which a chunk is to end
	Pieces  int    // the number of chunks that the text comes in; 0: as many as the vendor would send
	At      Moment
}

// reported returns the usage that an answer reports.
func (a Answer) reported() Usage {
	if a.Claim != nil {
		return *a.Claim
	}
	return a.Usage
}

// Reply is a whole HTTP answer.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Script is an answer in the pieces in which it goes out. An answer that is not
// streamed is one frame.
type Script struct {
	Header    http.Header
	Frames    []Frame
	KeepAlive []byte // what is sent to keep a silent stream open; nil if the vendor has nothing
	Tail      []byte // what closes a stream after its last frame, even after an error
}

// Frame is a piece of an answer.
type Frame struct {
	Data   []byte
	Tokens int  // output tokens in it
	Text   bool // it carries a piece of the answer's text
}

// Dialect is one API of one vendor.
type Dialect interface {
	// Decode reads a request.
	Decode(r *http.Request, body []byte) Request
	// Problem returns the vendor's error of a name; see Problems.
	NamedProblem(name string, r Request, at Moment) Problem
	// Reply writes an error.
	RenderError(p Problem, r Request, at Moment) Reply
	// Render writes an answer.
	Render(a Answer) Script
	// Event writes one more event into a stream in which frames have gone out: a piece of
	// text, or an event that carries none if the text is empty.
	Event(a Answer, text string, frames int) []byte
	// Interrupt writes an error into a stream in which frames have gone out.
	Interrupt(p Problem, a Answer, frames int) []byte
}

// Problems names the errors that each dialect has.
var Problems = []string{
	"overloaded", "rate_limit", "quota_exhausted", "billing", "server_error", "unavailable", "bad_gateway",
	"gateway_timeout", "auth", "permission", "not_found", "context_length", "content_filter", "invalid_request",
	"unsupported_parameter", "prefill",
}

// page returns the error page of a proxy, or an empty problem.
func page(name string) Problem {
	switch name {
	case "bad_gateway":
		return Problem{Status: 502, Type: "bad_gateway", Page: html("502 Bad Gateway", "cloudflare"), ContentType: "text/html"}
	case "gateway_timeout":
		return Problem{Status: 504, Type: "gateway_timeout", Page: html("504 Gateway Time-out", "cloudflare"), ContentType: "text/html"}
	}
	return Problem{}
}

// html returns a page with a title that a server shows in place of an answer.
func html(title, server string) string {
	const form = "<html>\r\n<head><title>%[1]s</title></head>\r\n<body>\r\n<center><h1>%[1]s</h1></center>\r\n<hr><center>%[2]s</center>\r\n</body>\r\n</html>\r\n"
	return fmt.Sprintf(form, title, server)
}

// Page returns the bare page that an edge or proxy answers with a status: it has no
// vendor's headers and no vendor's error object.
func Page(status int) Reply {
	title := strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
	return Reply{Status: status, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(html(title, "nginx"))}
}

// mute takes the rate-limit headers out of a 429 that gives no hint: half of a hint
// would be one.
func mute(h http.Header, p Problem) {
	if p.Status != http.StatusTooManyRequests || p.RetryAfter > 0 {
		return
	}
	for name := range h {
		if strings.Contains(strings.ToLower(name), "ratelimit") {
			delete(h, name)
		}
	}
}

// tooMuch returns what an error tells of a prompt that is too long: its size, and the
// window of the model.
func (m Moment) tooMuch(r Request, window int) (size, most int) {
	if m.Window > 0 {
		window = m.Window
	}
	return max(r.InputTokens(), window+1), window
}

// seconds returns a wait in whole seconds, never shorter than it is.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
