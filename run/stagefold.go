package run

import (
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// stage folds in an event of one stage; an Unknown changes nothing.
func (f folding) stage(body event.Body) {
	switch b := body.(type) {
	case event.StageStarted:
		st := f.state.stage(b.StageID)
		st.Status = StageRunning
		st.StartedAt = f.at
		if st.ProgressAt == nil {
			st.ProgressAt = f.at
		}
	case event.StageSkippedReused:
		st := f.state.stage(b.StageID)
		st.Status = StageReused
		st.ArtifactRefs = refs(b.Artifacts)
	case event.StageRetrying:
		f.retrying(b)
	case event.StageFallback:
		st := f.state.stage(b.StageID)
		st.Fallback = &Fallback{At: *f.at, Unit: b.Unit, From: b.FromModel, To: b.ToModel, Reason: b.Reason}
		st.Fallbacks++
	case event.StageWaiting:
		f.waiting(b)
	case event.StagePaused:
		st := f.state.stage(b.StageID)
		st.Status = StagePaused
		st.PauseReason = b.Reason
		st.Error = b.Error
		st.Hint = b.Hint
		st.ArtifactRefs = refs(b.Artifacts)
		st.close(*f.at)
	case event.StageFinished:
		st := f.state.stage(b.StageID)
		st.Status = StageDone
		st.ArtifactRefs = refs(b.Artifacts)
		st.close(*f.at)
	case event.StageFailed:
		f.failed(b)
	default:
		f.unit(body)
	}
}

func (f folding) retrying(b event.StageRetrying) {
	f.state.stage(b.StageID).wait(Wait{
		Unit:       b.Unit,
		Role:       b.Role,
		Since:      *f.at,
		Until:      UnixTime{b.NextAttemptAt.Time},
		Reason:     b.Reason,
		Retry:      true,
		Provider:   b.Provider,
		Model:      b.Model,
		ErrorClass: b.ErrorClass,
	}, *f.at)
}

func (f folding) waiting(b event.StageWaiting) {
	st := f.state.stage(b.StageID)
	if st.WaitingSince == nil {
		st.WaitingSince = f.at
	}
	st.Verdicts = b.Decision.Others
	st.wait(Wait{
		Unit:       b.Unit,
		Role:       b.Role,
		Since:      *f.at,
		Until:      UnixTime{b.Until.Time},
		Reason:     b.Reason,
		Round:      b.Decision.Round,
		Provider:   b.Provider,
		Model:      b.Model,
		ErrorClass: b.ErrorClass,
		Providers:  b.Decision.AwaitedProviders(),
		Held:       b.Decision.HeldProviders(),
		GivesUp:    b.GivesUp,
	}, *f.at)
}

func (f folding) failed(b event.StageFailed) {
	st := f.state.stage(b.StageID)
	st.Status = StageFailed
	st.FinalErrorClass = &b.ErrorClass
	st.TerminalReason = b.TerminalReason
	st.Error = b.Error
	st.Hint = b.Hint
	st.Limit = b.Limit
	st.Earliest = nil
	if !b.Earliest.IsZero() {
		st.Earliest = &UnixTime{b.Earliest.Time}
	}
	st.FailedProvider = orEmpty(b.Provider)
	st.FailedModel = orEmpty(b.Model)
	codes := event.PresentCodes(b.ErrorCode, b.ProviderCode, b.HTTPStatus)
	st.ErrorCode = codes.Error
	st.ProviderCode = codes.Provider
	st.HTTPStatus = codes.Status
	st.RequestID = b.RequestID
	st.close(*f.at)
}

// unit folds in an event of one of a stage's units.
func (f folding) unit(body event.Body) {
	switch b := body.(type) {
	case event.AttemptStarted:
		f.attemptStarted(b)
	case event.AttemptProgress:
		a := f.state.stage(b.StageID).open(b.Attempt)
		a.TokensSoFar = b.OutputTokens
		a.TokensPerSecond = b.TokensPerSecond
	case event.AttemptFinished:
		f.attemptFinished(b)
	case event.UnitReused:
		st := f.state.stage(b.StageID)
		st.Reused = append(st.Reused, b.Unit+"/"+string(b.Role))
		if b.FromRunID != f.state.RunID { // its own are counted already
			st.CallCount++
			st.answered(b.Provider, b.Model, nil, false)
		}
		st.waitsNoMore(b.Unit, b.Role)
	case event.AttemptFailed:
		f.failAttempt(b)
	case event.BudgetExceeded:
		f.state.stage(b.StageID).Exceeded = &Exceeded{SpentUSD: b.SpentUSD, LimitUSD: b.LimitUSD}
	case event.UnitsPlanned:
		f.state.stage(b.StageID).UnitsTotal = b.Total
	case event.UnitDone:
		st := f.state.stage(b.StageID)
		st.UnitsDone = max(st.UnitsDone, b.Done)
		st.UnitsTotal = b.Total
		if b.Done > st.BestProgress { // what is only done again is no progress
			st.BestProgress = b.Done
			st.Crashes = 0
			st.ProgressAt = f.at
		}
	}
}

func (f folding) attemptStarted(b event.AttemptStarted) {
	st := f.state.stage(b.StageID)
	a := AttemptState{
		ID:        attemptID(b.Attempt),
		Attempt:   b.Attempt.Attempt,
		Unit:      b.Unit,
		Role:      b.Role,
		Model:     b.Model,
		Provider:  b.Provider,
		Status:    AttemptRunning,
		StartedAt: f.at,
		Least:     b.Least,
	}
	if b.Decision != nil {
		a.Round = b.Decision.Round
	}
	if b.Least != nil {
		a.Asked = b.Least.InputTokens
	}
	st.Attempts = append(st.Attempts, a)
	st.AttemptCount = len(st.Attempts)
	st.waitsNoMore(b.Unit, b.Role)
	st.Verdicts = slices.DeleteFunc(slices.Clone(st.Verdicts), func(v event.Verdict) bool {
		return v.Provider == b.Provider && v.Model == b.Model
	})
}

func (f folding) attemptFinished(b event.AttemptFinished) {
	st := f.state.stage(b.StageID)
	a := st.open(b.Attempt)
	a.settle(AttemptSucceeded, b.LatencyMS, b.FirstEventMS)
	a.ServedModel = b.ServedModel
	a.RequestID = b.RequestID
	a.InputTokens = b.InputTokens
	a.OutputTokens = b.OutputTokens
	a.Estimated = b.Estimated
	a.CostUSD, a.SimulatedCostUSD = f.simulated(b.CostUSD, b.SimulatedCostUSD)
	st.CallCount++
	st.answered(b.Provider, b.Model, a.CostUSD, true)
	f.count(st, a)
	st.ProgressAt = f.at
	st.WaitingSince = nil
	st.Crashes = 0
}

func (f folding) failAttempt(b event.AttemptFailed) {
	st := f.state.stage(b.StageID)
	a := st.open(b.Attempt)
	a.settle(AttemptFailed, b.LatencyMS, b.FirstEventMS)
	a.Error = b.Error
	a.ErrorClass = b.ErrorClass
	a.Hint = b.Hint
	a.Failure = b.Failure()
	codes := event.PresentCodes(b.ErrorCode, b.ProviderCode, b.HTTPStatus)
	a.ErrorCode = codes.Error
	a.ProviderCode = codes.Provider
	a.HTTPStatus = codes.Status
	a.RequestID = b.RequestID
	a.Transient = &b.Retryable
	a.ServedModel = b.ServedModel
	a.InputTokens = b.InputTokens
	a.OutputTokens = b.OutputTokens
	a.Estimated = b.Estimated
	a.CostUSD, a.SimulatedCostUSD = f.simulated(b.CostUSD, b.SimulatedCostUSD)
	f.count(st, a)
}

// lose notes that attempts under way ended with their process. What they took is not known: the
// request counts, as far as its size was recorded. It reports whether there were any.
func (f folding) lose(st *StageState) (any bool) {
	for i := range st.Attempts {
		a := &st.Attempts[i]
		if a.Status != AttemptRunning {
			continue
		}
		a.TokensSoFar = 0
		a.TokensPerSecond = 0
		if a.Least != nil {
			a.InputTokens = a.Least.InputTokens
			a.Estimated = true
			a.CostUSD, a.SimulatedCostUSD = f.simulated(a.Least.CostUSD, nil)
		}
		a.Least = nil
		f.count(st, a)
		a.Status = AttemptFailed
		a.Error = "the process ended before the answer came"
		a.ErrorClass = failure.Canceled
		a.Transient = new(true)
		any = true
	}
	return any
}

// count adds what an attempt took, whether or not its answer was used.
func (f folding) count(st *StageState, a *AttemptState) {
	if a.Estimated {
		st.Estimated++
		f.state.Estimated++
	}
	if a.CostUSD != nil {
		st.CostUSD += *a.CostUSD
		f.state.TotalCostUSD += *a.CostUSD
	} else {
		st.Unpriced++
		f.state.Unpriced++
	}
	if a.SimulatedCostUSD != nil {
		st.SimulatedCostUSD += *a.SimulatedCostUSD
		f.state.SimulatedCostUSD += *a.SimulatedCostUSD
	}
	f.state.Tokens.Input += a.InputTokens
	f.state.Tokens.Output += a.OutputTokens
}

// simulated returns the cost of an attempt, and what it would have cost if a provider had
// been asked: an attempt of a drill costs nothing. In drills of earlier versions the log has
// what the simulator charged as the cost.
func (f folding) simulated(usd, simulated *float64) (cost, instead *float64) {
	if f.state.Drill == "" || usd == nil {
		return usd, simulated
	}
	if simulated == nil {
		simulated = usd
	}
	return new(0.0), simulated
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func refs(r []artifact.Ref) []artifact.Ref { return append([]artifact.Ref{}, r...) }
