package pipeline

import (
	"math"
	"time"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run/event"
)

// attemptFinished tells of an answer that is used.
func attemptFinished(a event.Attempt, e chain.AttemptFinished) event.AttemptFinished {
	resp := e.Response
	return event.AttemptFinished{Attempt: a, ServedModel: resp.Model, RequestID: optional(resp.RequestID),
		InputTokens: resp.Usage.InputTokens, OutputTokens: resp.Usage.OutputTokens, Estimated: resp.Usage.Estimated, CostUSD: resp.Usage.CostUSD,
		LatencyMS: e.Took.Milliseconds(), FirstEventMS: firstEvent(resp)}
}

// attemptProgress tells how far an answer is. A token has about four bytes.
func attemptProgress(a event.Attempt, e chain.AttemptProgress) event.AttemptProgress {
	tokens := (e.Bytes + 3) / 4
	pace := math.Round(float64(tokens)/max(e.Took.Seconds(), 1)*10) / 10
	return event.AttemptProgress{Attempt: a, OutputTokens: tokens, ElapsedMS: e.Took.Milliseconds(), TokensPerSecond: pace}
}

// attemptFailed tells of a try that gave no usable answer, and what it took nevertheless.
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
	out := event.Decision{Round: d.Round, Provider: d.Provider, Model: d.Model, Why: d.Why, At: moment(d.At), Probe: d.Probe, AttemptsLeft: d.Attempts,
		Breaker: string(d.Breaker), ProviderBreaker: string(d.ProviderBreaker), Others: make([]event.Verdict, len(d.Others)), Next: d.Next}
	for i, v := range d.Others {
		out.Others[i] = event.Verdict{Provider: v.Provider, Model: v.Model, Reason: string(v.Reason), Detail: v.Detail, Until: moment(v.Until),
			Breaker: string(v.Breaker), ProviderBreaker: string(v.ProviderBreaker)}
	}
	return out
}

func moment(t time.Time) event.Timestamp {
	return event.Timestamp{Time: t.UTC().Truncate(time.Millisecond)}
}

// faultOf is a failure in the form of the log; of nobody if there was none.
func faultOf(f *chain.Fault) event.Fault {
	if f == nil {
		return event.Fault{ProviderCode: event.Add[string](nil), HTTPStatus: event.Add[int](nil)}
	}
	codes := event.CodesOf(f.Err)
	return event.Fault{Provider: f.Provider, Model: f.Model, ErrorClass: f.Err.Class, ErrorCode: codes.Error,
		RequestID: optional(f.Err.RequestID),
		Hint:      f.Err.Hint, ProviderCode: event.Add(codes.Provider), HTTPStatus: event.Add(codes.Status)}
}

// reason says why a question goes on as it does: by what failed, if anything did.
func reason(f *chain.Fault, otherwise string) string {
	if f == nil {
		return otherwise
	}
	return f.Err.Message
}

func retrying(a event.Attempt, e chain.StageRetrying) event.StageRetrying {
	body := event.StageRetrying{StageID: a.StageID, Unit: a.Unit, Role: a.Role, Attempt: a.Attempt, Reason: reason(e.Last, e.Decision.Why),
		RetryDelaySeconds: max(time.Until(e.Decision.At), 0).Round(time.Millisecond).Seconds(), NextAttemptAt: moment(e.Decision.At), Fault: faultOf(e.Last), Decision: decisionOf(e.Decision)}
	if e.Last == nil {
		body.Provider, body.Model = e.Decision.Provider, e.Decision.Model
	}
	return body
}

func fallback(stageID string, e chain.StageFallback) event.StageFallback {
	d := e.Decision
	body := event.StageFallback{StageID: stageID, Unit: e.Unit, Role: string(e.Role), FromProvider: e.From.Provider, FromModel: e.From.Name,
		ToProvider: d.Provider, ToModel: d.Model, Reason: reason(e.Last, d.Why), NextAttemptAt: moment(d.At),
		SkippedModels: []string{}, Fault: faultOf(e.Last), Decision: decisionOf(d)}
	if e.Last == nil {
		body.Provider, body.Model = e.From.Provider, e.From.Name
	}
	for _, v := range d.Others {
		if v.Reason != chain.Behind && v.Model != e.From.Name {
			body.SkippedModels = append(body.SkippedModels, v.Model)
		}
	}
	return body
}

func waiting(stageID string, e chain.StageWaiting) event.StageWaiting {
	body := event.StageWaiting{StageID: stageID, Unit: e.Unit, Role: string(e.Role), Until: moment(e.Until), Reason: reason(e.Last,
		e.Decision.Why), Fault: faultOf(e.Last), Decision: decisionOf(e.Decision), GivesUp: e.GivesUp}
	if d := e.Decision; e.Last == nil && d.Model != "" {
		body.Provider, body.Model = d.Provider, d.Model // that it waits for
	} else if e.Last == nil && len(d.Others) > 0 {
		body.Provider, body.Model = d.Others[0].Provider, d.Others[0].Model
	}
	return body
}

// turn tells of a transition that a stage has caused.
func turn(stageID string, e chain.BreakerTransition) event.Body {
	t := event.Transition{StageID: stageID, Provider: e.Provider(), Model: e.Model, From: string(e.From), Evidence: e.Evidence}
	switch e.To {
	case breaker.Open:
		return event.BreakerOpened{Transition: t, Until: moment(e.Until)}
	case breaker.HalfOpen:
		return event.BreakerProbing{Transition: t}
	}
	return event.BreakerClosed{Transition: t}
}
