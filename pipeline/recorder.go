package pipeline

import (
	"context"
	"errors"
	"sync"
	"time"

	"cineforge/durable"
	"cineforge/failure"
	"cineforge/llm"
	"cineforge/recipe"
	"cineforge/run"
)

// recorder is the model that a stage attempt asks: it puts the questions to the
// first model of the stage's lineup and tells of each attempt in the run's log. It
// is safe for concurrent use.
type recorder struct {
	p     *Pipeline
	claim durable.Claim
	stage string
	asks  llm.Candidate

	mu       sync.Mutex // guards what follows
	attempts map[question]int
	total    int
	usd      float64
	err      error // the first failure to record something, which ends the stage attempt
}

// question is what the number of an attempt counts within.
type question struct {
	unit string
	role llm.Role
}

func newRecorder(o *opened, s recipe.PlannedStage, earlier []run.AttemptState) *recorder {
	r := &recorder{p: o.Pipeline, claim: o.claim, stage: s.ID, asks: o.roster.Lineup(s.ID, s.Policy).first(s.ID),
		attempts: map[question]int{}, total: len(earlier)}
	for _, a := range earlier {
		r.attempts[question{a.Unit, llm.Role(a.Role)}]++
		r.usd += amount(a.CostUSD)
	}
	return r
}

// amount returns what a price adds to a sum: nothing if it is not known.
func amount(usd *float64) float64 {
	if usd == nil {
		return 0
	}
	return *usd
}

// Generate asks the model, and has recorded the attempt when it returns.
func (r *recorder) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	a := r.next(req)
	if err := r.append(ctx, run.AttemptStarted{Attempt: a}); err != nil {
		return llm.Response{}, err
	}
	start := time.Now()
	resp, err := r.asks.Model.Generate(ctx, req)
	latency := time.Since(start)
	// What an attempt has cost is recorded also when the run is stopping.
	record := context.WithoutCancel(ctx)
	r.account(resp)
	if err != nil {
		return resp, firstError(r.append(record, attemptFailed(a, resp, err, latency)), err)
	}
	return resp, r.append(record, attemptFinished(a, resp, latency))
}

// attemptFinished tells of an answer that is used.
func attemptFinished(a run.Attempt, resp llm.Response, latency time.Duration) run.AttemptFinished {
	return run.AttemptFinished{Attempt: a, ServedModel: resp.Model, RequestID: optional(resp.RequestID),
		InputTokens: resp.Usage.InputTokens, OutputTokens: resp.Usage.OutputTokens, CostUSD: resp.Usage.CostUSD,
		LatencyMS: latency.Milliseconds(), FirstEventMS: firstEvent(resp)}
}

// attemptFailed tells of a try that gave no usable answer, and what it took nevertheless.
func attemptFailed(a run.Attempt, resp llm.Response, err error, latency time.Duration) run.AttemptFailed {
	e := run.AttemptFailed{Attempt: a, ErrorClass: failure.ClassOf(err), Error: err.Error(), RequestID: optional(resp.RequestID),
		InputTokens: resp.Usage.InputTokens, OutputTokens: resp.Usage.OutputTokens, CostUSD: resp.Usage.CostUSD,
		WastedCostUSD: resp.Usage.CostUSD, LatencyMS: latency.Milliseconds(), FirstEventMS: firstEvent(resp), ServedModel: resp.Model}
	f, ok := errors.AsType[*failure.Error](err)
	if !ok {
		return e
	}
	e.Error, e.Hint = f.Message, f.Hint
	e.ErrorCode, e.HTTPStatus = optional(f.Code), f.Status
	e.Retryable, e.Scope = f.Effect.Retryable, f.Effect.Scope
	if f.RetryAfter != nil {
		e.RetryAfterSeconds = new(f.RetryAfter.Seconds())
	}
	return e
}

func firstEvent(resp llm.Response) *int64 {
	if resp.FirstEvent == 0 {
		return nil
	}
	return new(resp.FirstEvent.Milliseconds())
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// next gives the coming attempt its number.
func (r *recorder) next(req llm.Request) run.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	q := question{req.Unit, req.Role}
	r.attempts[q]++
	r.total++
	return run.Attempt{StageID: r.stage, Unit: req.Unit, Role: string(req.Role), Attempt: r.attempts[q], Provider: r.asks.Provider, Model: r.asks.Name}
}

// account counts what an attempt took, failed or not.
func (r *recorder) account(resp llm.Response) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.usd += amount(resp.Usage.CostUSD)
}

// progress tells that a unit is through. A failure to record it shows at the end of the attempt.
func (r *recorder) progress(ctx context.Context, done, total int, unit string) {
	if unit == "" {
		return // nothing is through yet
	}
	r.append(ctx, run.UnitDone{StageID: r.stage, Unit: unit, Done: done, Total: total}) //nolint:errcheck // kept in r.err
}

func (r *recorder) append(ctx context.Context, event run.Body) error {
	err := r.p.append(ctx, r.claim, event)
	if err != nil && ctx.Err() == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.err = firstError(r.err, err)
	}
	return err
}

// broken returns the first failure to record something.
func (r *recorder) broken() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// cost returns what the attempts at the stage have cost, earlier ones included, in USD.
func (r *recorder) cost() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.usd
}

// count returns how many attempts the stage has seen, those of earlier stage attempts included.
func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total
}

// last returns who was asked last, or "code" if nobody was.
func (r *recorder) last() (provider, model string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.total == 0 {
		return "code", "code"
	}
	return r.asks.Provider, r.asks.Name
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
