package pipeline

import (
	"errors"
	"math"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run/event"
)

// attemptStarted records that a model is asked.
func attemptStarted(a event.Attempt, e chain.AttemptStarted) event.AttemptStarted {
	return event.AttemptStarted{
		Attempt:  a,
		Decision: new(decisionOf(e.Decision)),
		Least:    &event.Least{InputTokens: e.Least.InputTokens, CostUSD: e.Least.CostUSD},
	}
}

// attemptFinished records an answer that is used.
func attemptFinished(a event.Attempt, e chain.AttemptFinished) event.AttemptFinished {
	resp := e.Response
	return event.AttemptFinished{
		Attempt:      a,
		ServedModel:  resp.Model,
		RequestID:    optional(resp.RequestID),
		InputTokens:  resp.Usage.InputTokens,
		OutputTokens: resp.Usage.OutputTokens,
		Estimated:    resp.Usage.Estimated,
		CostUSD:      resp.Usage.CostUSD,
		LatencyMS:    e.Took.Milliseconds(),
		FirstEventMS: firstEvent(resp),
	}
}

// attemptProgress records how far an answer is. A token has about four bytes.
func attemptProgress(a event.Attempt, e chain.AttemptProgress) event.AttemptProgress {
	tokens := (e.Bytes + 3) / 4
	pace := math.Round(float64(tokens)/max(e.Took.Seconds(), 1)*10) / 10
	return event.AttemptProgress{Attempt: a, OutputTokens: tokens, ElapsedMS: e.Took.Milliseconds(), TokensPerSecond: pace}
}

// attemptFailed records an attempt that gave no usable answer, and what it took nevertheless.
func attemptFailed(a event.Attempt, e chain.AttemptFailed) event.AttemptFailed {
	resp := e.Response
	body := event.AttemptFailed{
		Attempt:       a,
		InputTokens:   resp.Usage.InputTokens,
		OutputTokens:  resp.Usage.OutputTokens,
		Estimated:     resp.Usage.Estimated,
		CostUSD:       resp.Usage.CostUSD,
		WastedCostUSD: resp.Usage.CostUSD,
		LatencyMS:     e.Took.Milliseconds(),
		FirstEventMS:  firstEvent(resp),
		ServedModel:   resp.Model,
	}
	body.SetFailure(e.Err)
	if resp.RequestID != "" {
		body.RequestID = &resp.RequestID
	}
	return body
}

func firstEvent(resp llm.Response) *int64 {
	if resp.FirstEvent == 0 {
		return nil
	}
	return new(resp.FirstEvent.Milliseconds())
}

// decisionOf is a decision in the form of the log.
func decisionOf(d chain.Decision) event.Decision {
	out := event.Decision{
		Round:           d.Round,
		Provider:        d.Provider,
		Model:           d.Model,
		Why:             d.Why,
		At:              timestamp(d.At),
		Probe:           d.Probe,
		AttemptsLeft:    d.Attempts,
		Breaker:         d.Breaker,
		ProviderBreaker: d.ProviderBreaker,
		Others:          make([]event.Verdict, len(d.Others)),
		Next:            d.Next,
	}
	for i, v := range d.Others {
		out.Others[i] = event.Verdict{
			Provider:        v.Provider,
			Model:           v.Model,
			Reason:          event.VerdictReason(v.Reason),
			Detail:          v.Detail,
			Until:           timestamp(v.Until),
			Breaker:         v.Breaker,
			ProviderBreaker: v.ProviderBreaker,
		}
	}
	return out
}

func timestamp(t time.Time) event.Timestamp {
	return event.Timestamp{Time: t.UTC().Truncate(time.Millisecond)}
}

// faultOf is a failure in the form of the log, with an empty provider if there was none.
func faultOf(f *health.Fault) event.Fault {
	if f == nil {
		return event.NewFault("", "", nil)
	}
	return event.NewFault(f.Provider, f.Model, f.Err)
}

// reason says why a request goes on as it does: by what failed, if anything did.
func reason(f *health.Fault, otherwise string) string {
	if f == nil {
		return otherwise
	}
	return f.Err.Message
}

func stageRetrying(a event.Attempt, e chain.StageRetrying) event.StageRetrying {
	body := event.StageRetrying{
		StageID:           a.StageID,
		Unit:              a.Unit,
		Role:              a.Role,
		Attempt:           a.Attempt,
		Reason:            reason(e.Last, e.Decision.Why),
		RetryDelaySeconds: max(time.Until(e.Decision.At), 0).Round(time.Millisecond).Seconds(),
		NextAttemptAt:     timestamp(e.Decision.At),
		Fault:             faultOf(e.Last),
		Decision:          decisionOf(e.Decision),
	}
	if e.Last == nil {
		body.Provider = e.Decision.Provider
		body.Model = e.Decision.Model
	}
	return body
}

// stageEvent records an event of the router that is about no attempt, nil for one that is
// not recorded.
func stageEvent(stageID string, e chain.Event) event.Body {
	switch e := e.(type) {
	case chain.StageFallback:
		return stageFallback(stageID, e)
	case chain.StageWaiting:
		return stageWaiting(stageID, e)
	case chain.BreakerTransition:
		return breakerTransition(stageID, e)
	case chain.BudgetExceeded:
		return event.BudgetExceeded{StageID: stageID, Unit: e.Unit, SpentUSD: e.Spent, LimitUSD: e.Limit}
	}
	return nil
}

func stageFallback(stageID string, e chain.StageFallback) event.StageFallback {
	d := e.Decision
	body := event.StageFallback{
		StageID:       stageID,
		Unit:          e.Unit,
		Role:          event.Role(e.Role),
		FromProvider:  e.From.Provider,
		FromModel:     e.From.Name,
		ToProvider:    d.Provider,
		ToModel:       d.Model,
		Reason:        reason(e.Last, d.Why),
		NextAttemptAt: timestamp(d.At),
		SkippedModels: []string{},
		Fault:         faultOf(e.Last),
		Decision:      decisionOf(d),
	}
	if e.Last == nil {
		body.Provider = e.From.Provider
		body.Model = e.From.Name
	}
	for _, v := range d.Others {
		if v.Reason != chain.Behind && v.Model != e.From.Name {
			body.SkippedModels = append(body.SkippedModels, v.Model)
		}
	}
	return body
}

func stageWaiting(stageID string, e chain.StageWaiting) event.StageWaiting {
	body := event.StageWaiting{
		StageID:  stageID,
		Unit:     e.Unit,
		Role:     event.Role(e.Role),
		Until:    timestamp(e.Until),
		Reason:   reason(e.Last, e.Decision.Why),
		Fault:    faultOf(e.Last),
		Decision: decisionOf(e.Decision),
		GivesUp:  e.GivesUp,
	}
	if d := e.Decision; e.Last == nil && d.Model != "" { // that it waits for
		body.Provider = d.Provider
		body.Model = d.Model
	} else if e.Last == nil && len(d.Others) > 0 {
		body.Provider = d.Others[0].Provider
		body.Model = d.Others[0].Model
	}
	return body
}

// breakerTransition records a transition that a stage has caused.
func breakerTransition(stageID string, e chain.BreakerTransition) event.Body {
	t := event.Transition{StageID: stageID, Provider: e.Provider(), Model: e.Model, From: e.From, Evidence: e.Evidence}
	switch e.To {
	case breaker.Open:
		return event.BreakerOpened{Transition: t, Until: timestamp(e.Until)}
	case breaker.HalfOpen:
		return event.BreakerProbing{Transition: t}
	}
	return event.BreakerClosed{Transition: t}
}

// stageFailed records a stage that failed for good after some attempts.
func stageFailed(stageID string, attempts int, err error) event.StageFailed {
	f := event.StageFailed{StageID: stageID, AttemptCount: attempts}
	typed, ok := errors.AsType[*failure.Error](err)
	if !ok {
		typed = &failure.Error{Class: failure.ClassOf(err), Message: err.Error()}
	}
	f.SetFailure(typed)
	f.TerminalReason = terminalReason(typed.Class)
	g, ok := errors.AsType[*chain.GivenUp](err)
	if !ok {
		return f
	}
	f.TerminalReason = endReasons[g.End]
	f.Provider = optional(g.Last.Provider)
	f.Model = optional(g.Last.Model)
	f.Unit = g.Unit
	f.Decision = new(decisionOf(g.Decision))
	patience := f.TerminalReason == event.RetriesSpent || f.TerminalReason == event.WaitSpent
	switch {
	case patience && typed.Class != failure.BadOutput:
		f.Limit = g.Limit
		f.Earliest = timestamp(g.Earliest)
		f.Hint = join(patienceHints[g.Limit], g.Need)
	case g.End == chain.Hopeless && g.Need != "" && g.Last.Err.Effect.Retryable:
		f.Hint = g.Need // what failed last may pass, but no model can be asked again until that is mended
	}
	return f
}

// patienceHints are what a person can do about a request that could be answered later, by
// the limit that ended its waiting.
var patienceHints = map[string]string{
	chain.LimitOfWait: "retry when the provider is well again, or have the retry wait longer for that",
	chain.LimitOfStage: "retry when the provider is well again: the stage's time starts over; " +
		"a recipe with a larger max_stage_seconds gives it more",
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + "; " + b
}

// endReasons are the terminal reasons of requests that were given up.
var endReasons = map[chain.End]event.TerminalReason{
	chain.Hopeless:   event.NonRetryableError,
	chain.TriesSpent: event.RetriesSpent,
	chain.WaitSpent:  event.WaitSpent,
	chain.MoneySpent: event.MoneySpent,
}

func terminalReason(class failure.Class) event.TerminalReason {
	switch class {
	case failure.Input:
		return event.InvalidInput
	case failure.Internal:
		return event.ModuleError
	}
	return event.NonRetryableError
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
