// Package llm is the vocabulary of asking a language model.
//
// A module says what it wants to know in a [Request]; a [Model] answers with a
// [Response] or fails. Which provider answers, how often it is tried and what it
// may cost is never the module's business.
package llm

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Role says what part an answer plays in a stage.
type Role string

// The roles. Work asks the question, QA checks an answer, Escalate asks again
// where the check failed.
const (
	Work     Role = "work"
	QA       Role = "qa"
	Escalate Role = "escalate"
)

// Source says what gave an answer.
type Source string

// The sources, as they stand in the metadata of artifacts.
const (
	AI   Source = "ai"   // a language model
	Code Source = "code" // a rule; no judgement was made
)

// Request is one question. It is plain data, so that it can be hashed, stored
// and sent to any provider.
type Request struct {
	Role   Role
	Unit   string // what the question is about within its stage, such as "scene_003"
	System string // standing instruction
	Prompt string // the question, with all the material that it needs
	Schema Schema // the form of the answer

	// MaxOutputTokens limits the answer; 0 leaves it to the model.
	MaxOutputTokens int

	// Key names the content of the question for a store of answers; no model looks at it.
	Key string

	// SchemaInWords asks for the form of the answer in words, and not by the
	// provider's own means, for a model that does not take those.
	SchemaInWords bool
}

// Response is a complete answer that fits the schema of its request. With an error
// it holds what is known of the call nevertheless, such as what it took.
type Response struct {
	JSON     json.RawMessage
	Source   Source
	Provider string // that answered, such as "anthropic"
	Model    string // the model that answered, as the provider calls it
	Usage    Usage

	// RequestID is the provider's id of the call; "" where it has none.
	RequestID string

	// Header is that of the provider's answer; nil if none came.
	Header http.Header

	// FirstEvent is how long it took until the answer began; 0 if it never did.
	FirstEvent time.Duration
}

// Usage is what an answer took. Providers count tokens each in their own way.
type Usage struct {
	InputTokens      int // all that was read, from a cache or not
	CacheReadTokens  int // the part of the input that came from the provider's cache
	CacheWriteTokens int // the part of the input that was put into it
	OutputTokens     int // all that was written, thinking included

	// Estimated says that not all of it is as the provider reported: it reported nothing, or what
	// can't be.
	Estimated bool

	// CostUSD is the price; nil if it is not known, which is not the same as 0.
	CostUSD *float64
}

// Spec is what is known of a model. What is 0 or nil is not known.
type Spec struct {
	Window    int // tokens that question and answer may have together
	MaxOutput int // tokens that an answer may have
	Price     *Price

	// Thinks says that the model thinks before it answers unless it is asked not to, so that
	// nothing may come for long.
	Thinks bool
}

// Price is what tokens cost, in USD per million.
type Price struct {
	Input, Output         float64
	CacheRead, CacheWrite float64
}

// Cost returns what a usage costs, nil if the price is not known. What took no
// tokens costs nothing.
func (s Spec) Cost(u Usage) *float64 {
	switch {
	case u.InputTokens == 0 && u.OutputTokens == 0:
		return new(0.0)
	case s.Price == nil:
		return nil
	}
	fresh := u.InputTokens - u.CacheReadTokens - u.CacheWriteTokens
	usd := (float64(fresh)*s.Price.Input + float64(u.CacheReadTokens)*s.Price.CacheRead +
		float64(u.CacheWriteTokens)*s.Price.CacheWrite + float64(u.OutputTokens)*s.Price.Output) / 1e6
	return &usd
}

// Model answers requests.
type Model interface {
	// Generate answers req. The answer is complete and fits req.Schema, or an
	// error that carries a failure.Class says why there is none. It may be called
	// concurrently, and returns soon after ctx is done.
	Generate(ctx context.Context, req Request) (Response, error)
}

// Candidate is a model that may be asked, with the names under which its attempts
// are recorded.
type Candidate struct {
	Provider string // such as "anthropic"
	Name     string // such as "claude-sonnet-4-6"
	Model    Model
	Spec     Spec

	// Endpoint names what the model's health is shared with: the provider's name, and
	// behind an "@" where it is asked if that is not its own address. "" means the
	// provider's name.
	Endpoint string

	// Credential names the key that pays, without telling it; "" if there is none.
	Credential string

	// Identity names the model that answers: dialect, origin of the address (loopback and private hosts: without the port)
	// and model, such as "anthropic https://api.anthropic.com claude-sonnet-4-6"; "" if it is not known.
	Identity string
}

// ModelFunc is a function that serves as a Model.
type ModelFunc func(ctx context.Context, req Request) (Response, error)

// Generate calls f.
func (f ModelFunc) Generate(ctx context.Context, req Request) (Response, error) { return f(ctx, req) }

// Ask asks m and decodes the answer into a T.
func Ask[T any](ctx context.Context, m Model, req Request) (T, Response, error) {
	var v T
	resp, err := m.Generate(ctx, req)
	if err != nil {
		return v, resp, err
	}
	if err := json.Unmarshal(resp.JSON, &v); err != nil {
		return v, resp, fmt.Errorf("decode the answer about %s: %w", req.Unit, err)
	}
	return v, resp, nil
}

// Limits are how long an answer of a model may take.
type Limits struct {
	FirstByte Limit // until it begins
	Idle      Limit // between two pieces of it
	Total     Limit // as a whole; where none is configured, from the first text on
}

// Limit is a limit on time, and where it is from, for people.
type Limit struct {
	Time   time.Duration
	Source string
}

// Configured is the source of a limit that a configuration sets.
const Configured = "configured"

// Limited is a model that says how long its answers may take.
type Limited interface{ Limits() Limits }

// Timed is a model that says how long it is given to begin an answer: usually, and now,
// which is longer after it stayed silent.
type Timed interface {
	FirstByte() (usual, now time.Duration)
}
