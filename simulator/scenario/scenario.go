// Package scenario is the form of a fault scenario: what it says, how it is read from YAML, and
// what of it makes no sense.
package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/wire"
)

// Scenario says how providers behave. The zero Scenario is healthy. A Scenario must
// not be changed while a Simulator has it.
type Scenario struct {
	ID          string `yaml:"id"`
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	Target      string `yaml:"target"` // what `provider: target` means; "" is anthropic
	Seed        uint64 `yaml:"seed"`
	Pace        Pace   `yaml:"pace"` // of all healthy answers
	Rules       []Rule `yaml:"rules"`
	Ends        string `yaml:"ends"` // how a run of the shipped recipe ends: failed or paused; "" is done
}

// Pace is how fast an answer comes. The zero Pace is at once.
type Pace struct {
	FirstEvent      time.Duration `yaml:"first_event"`
	TokensPerSecond float64       `yaml:"tokens_per_second"`
}

// Rule makes calls go wrong. The first rule of a scenario that a call matches
// decides about it.
type Rule struct {
	Name  string `yaml:"name"`
	When  When   `yaml:"when"`
	Fault Fault  `yaml:"fault"` // the zero Fault lets calls pass
}

// When says which calls a rule is about: those that fit all that is set.
type When struct {
	Provider       Globs         `yaml:"provider"`
	Model          Globs         `yaml:"model"`
	API            Globs         `yaml:"api"`
	Streaming      *bool         `yaml:"streaming"`
	PromptContains string        `yaml:"prompt_contains"`
	TokensOver     int           `yaml:"tokens_over"` // prompts of more tokens than this
	After          time.Duration `yaml:"after"`       // since the first call of the scenario
	Until          time.Duration `yaml:"until"`
	Calls          Counts        `yaml:"calls"`
	Share          *float64      `yaml:"share"`
}

// Fault is what goes wrong with a call: one thing, and what may be combined with it.
type Fault struct {
	// These go with every kind of fault, and with none.
	Delay   time.Duration     `yaml:"delay"` // before anything is answered
	Headers map[string]string `yaml:"headers"`

	// RetryAfter goes with Error, StreamError and Limit.
	RetryAfter time.Duration `yaml:"retry_after"`

	// An error in place of an answer.
	Error  string `yaml:"error"`  // a name that Errors lists
	Status int    `yaml:"status"` // or any status
	Body   string `yaml:"body"`   // with this body
	Page   bool   `yaml:"page"`   // or with the HTML page of an edge or proxy

	// An answer that is an attack.
	Hostile string `yaml:"hostile"` // a name that Hostilities lists

	// An answer that begins well.
	StreamError *StreamError  `yaml:"stream_error"` // an error in the stream
	Cut         *Point        `yaml:"cut"`          // the connection dies
	End         *Point        `yaml:"end"`          // the stream ends as if all had been said
	Malformed   *Point        `yaml:"malformed"`    // a chunk is not JSON
	Stall       *Stall        `yaml:"stall"`        // nothing more comes
	FirstEvent  time.Duration `yaml:"first_event"`  // nothing comes for long
	Meanwhile   string        `yaml:"meanwhile"`    // but this: headers, comments or pings

	// No answer.
	Silent bool `yaml:"silent"` // not a byte, ever
	Reset  bool `yaml:"reset"`  // the connection is reset
	Refuse bool `yaml:"refuse"` // no server listens
	DNS    bool `yaml:"dns"`    // the host has no address
	TLS    bool `yaml:"tls"`    // the certificate is not to be trusted

	// An answer that is complete and no good.
	Output      string  `yaml:"output"`       // a name that Outputs lists
	BlockPrompt bool    `yaml:"block_prompt"` // with refusal: Gemini blocks the prompt
	Text        *string `yaml:"text"`         // this answer, word for word

	// An answer that is fine.
	Drip        *Drip  `yaml:"drip"`         // few pieces, each after a pause
	Limit       *Limit `yaml:"limit"`        // up to a limit; above it the vendor's 429
	ServedModel string `yaml:"served_model"` // another model claims to have answered
}

// Point is a place in an answer: after a number of tokens, or at the end of the text
// if that has fewer. At 0 it is before the first event, or right after it.
type Point struct {
	AfterTokens int  `yaml:"after_tokens"`
	AfterStart  bool `yaml:"after_start"` // with 0: after the first event
}

// StreamError is an error in a stream.
type StreamError struct {
	AfterTokens int    `yaml:"after_tokens"`
	AfterStart  bool   `yaml:"after_start"`
	Error       string `yaml:"error"` // a name that Errors lists
	Raw         string `yaml:"raw"`   // or bytes, as they are
}

// Stall is a pause in an answer.
type Stall struct {
	AfterTokens int           `yaml:"after_tokens"`
	AfterStart  bool          `yaml:"after_start"`
	For         time.Duration `yaml:"for"`   // 0: for good
	Pings       bool          `yaml:"pings"` // the vendor's signs of life go on
}

// Drip is the pace of a slow and steady answer: its text comes in this many pieces, with a
// pause between them, or rune by rune if it has fewer runes.
type Drip struct {
	Pieces int           `yaml:"pieces"`
	Every  time.Duration `yaml:"every"`
}

// Limit is how much a provider takes. A call that it lets pass is left to the rules
// behind it.
type Limit struct {
	Concurrent int `yaml:"concurrent"` // calls at a time
	PerMinute  int `yaml:"per_minute"`
}

// Globs are patterns, of which one has to fit; none fit anything. A * stands for any
// text. In a file they are a text or a list.
type Globs []string

// Match says whether a name fits, whatever its case.
func (g Globs) Match(name string) bool {
	return len(g) == 0 || slices.ContainsFunc(g, func(pattern string) bool {
		return glob(strings.ToLower(pattern), strings.ToLower(name))
	})
}

func glob(pattern, name string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name = name[at+len(part):]
	}
	return strings.HasSuffix(name, last)
}

// Counts are numbers of calls, counted from 1; none mean all. In a file they are
// written as 3, 1-3, 4- or a list of these.
type Counts []Span

// Span is a range of numbers. Last is 0 if it has no end.
type Span struct{ First, Last int }

// Has reports whether a number is among the counts; every number is if there are none.
func (c Counts) Has(n int) bool {
	return len(c) == 0 || slices.ContainsFunc(c, func(s Span) bool { return n >= s.First && (s.Last == 0 || n <= s.Last) })
}

func (s Span) String() string {
	switch s.Last {
	case 0:
		return fmt.Sprintf("%d-", s.First)
	case s.First:
		return strconv.Itoa(s.First)
	}
	return fmt.Sprintf("%d-%d", s.First, s.Last)
}

// parseSpan reads a number or a range.
func parseSpan(s string) (Span, bool) {
	first, last, ranged := strings.Cut(s, "-")
	from, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || from < 1 {
		return Span{}, false
	}
	switch last = strings.TrimSpace(last); {
	case !ranged:
		return Span{from, from}, true
	case last == "":
		return Span{from, 0}, true
	}
	to, err := strconv.Atoi(last)
	return Span{from, to}, err == nil && to >= from
}

// Errors lists the names of errors.
func Errors() []string { return slices.Clone(wire.Problems) }

// Outputs lists the names of answers that are no good.
func Outputs() []string { return slices.Clone(outputNames) }

// Hostilities lists the names of answers that attack the client.
func Hostilities() []string { return slices.Clone(hostilityNames) }

// Anthropic, OpenAI and Google name the providers with formats of their own; any
// other name is that of a server compatible with OpenAI's.
const (
	Anthropic = "anthropic"
	OpenAI    = "openai"
	Google    = "google"
)

// Hits reports whether something goes wrong at a provider.
func (s Scenario) Hits(provider string) bool {
	return slices.ContainsFunc(s.Rules, func(r Rule) bool { return r.does() && r.When.at(s.target()).Match(provider) })
}

// Length returns how long something goes wrong, from the first call on; false if that has no
// end, or one that calls decide.
func (s Scenario) Length() (longest time.Duration, ok bool) {
	for _, r := range s.Rules {
		if !r.does() {
			continue
		}
		if r.When.Until == 0 {
			return 0, false
		}
		longest = max(longest, r.When.Until)
	}
	return longest, longest > 0
}

// does reports whether a rule lets something go wrong.
func (r Rule) does() bool {
	return len(r.Fault.Kinds()) > 0 || r.Fault.Delay > 0 || r.Fault.Page || r.Fault.Body != ""
}

// target returns what `provider: target` means.
func (s Scenario) target() string {
	if s.Target == "" {
		return Anthropic
	}
	return s.Target
}

// at returns the providers that are meant, with another one for target.
func (w When) at(target string) Globs {
	named := slices.Clone(w.Provider)
	for i, p := range named {
		if strings.EqualFold(p, "target") {
			named[i] = target
		}
	}
	return named
}
