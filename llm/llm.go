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
}

// Response is a complete answer that fits the schema of its request.
type Response struct {
	JSON     json.RawMessage
	Source   Source
	Provider string // who answered, such as "anthropic"
	Model    string // the model that answered, as the provider calls it
	Usage    Usage

	// RequestID is the provider's id of the call; "" where it has none.
	RequestID string
}

// Usage is what an answer took.
type Usage struct {
	InputTokens  int     `json:"input_tokens"`
	OutputTokens int     `json:"output_tokens"`
	CostUSD      float64 `json:"cost_usd"`
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
