package run

import (
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

// code stands for the model of a stage that asked none.
const code = "code"

// applyStage folds in an event of one stage; an Unknown changes nothing.
func (s *State) applyStage(body event.Body, at UnixTime) {
	switch b := body.(type) {
	case event.StageStarted:
		st := s.stage(b.StageID)
		st.Status = StageRunning
		st.StartedAt = &at
		if st.ProgressAt == nil {
			st.ProgressAt = &at
		}
	case event.StageSkippedReused:
		st := s.stage(b.StageID)
		st.Status = StageReused
		st.ArtifactRefs = refs(b.Artifacts)
	case event.StageRetrying:
		s.stage(b.StageID).wait(Wait{Unit: b.Unit, Role: b.Role, Since: at, Until: UnixTime{b.NextAttemptAt.Time}, Reason: b.Reason, Retry: true,
			Provider: b.Provider, Model: b.Model, ErrorClass: b.ErrorClass}, at)
	case event.StageFallback:
		st := s.stage(b.StageID)
		st.Fallback = &Fallback{At: at, Unit: b.Unit, From: b.FromModel, To: b.ToModel, Reason: b.Reason}
		st.Fallbacks++
	case event.StageWaiting:
		s.stage(b.StageID).wait(Wait{Unit: b.Unit, Role: b.Role, Since: at, Until: UnixTime{b.Until.Time}, Reason: b.Reason,
			Round:    b.Decision.Round,
			Provider: b.Provider, Model: b.Model, ErrorClass: b.ErrorClass, GivesUp: b.GivesUp,
			Providers: b.Decision.AwaitedProviders(), Held: b.Decision.HeldProviders()}, at)
	case event.StagePaused:
		st := s.stage(b.StageID)
		st.Status, st.PauseReason = StagePaused, b.Reason
		st.Error, st.Hint = b.Error, b.Hint
		st.ArtifactRefs = refs(b.Artifacts)
		st.close(at)
	case event.StageFinished:
		st := s.stage(b.StageID)
		st.Status = StageDone
		st.ArtifactRefs = refs(b.Artifacts)
		st.close(at)
	case event.StageFailed:
		st := s.stage(b.StageID)
		st.Status = StageFailed
		st.FinalErrorClass, st.TerminalReason = &b.ErrorClass, b.TerminalReason
		st.Error, st.Hint = b.Error, b.Hint
		codes := event.PresentCodes(b.ErrorCode, b.ProviderCode, b.HTTPStatus)
		st.Limit, st.Earliest = b.Limit, nil
		if !b.Earliest.IsZero() {
			st.Earliest = &UnixTime{b.Earliest.Time}
		}
		st.FailedProvider, st.FailedModel = said(b.Provider), said(b.Model)
		st.ErrorCode, st.ProviderCode, st.HTTPStatus, st.RequestID = codes.Error, codes.Provider, codes.Status, b.RequestID
		st.close(at)
	default:
		s.applyUnit(body, at)
	}
}

// applyUnit folds in an event of one of a stage's units.
func (s *State) applyUnit(body event.Body, at UnixTime) {
	switch b := body.(type) {
	case event.AttemptStarted:
		st := s.stage(b.StageID)
		a := AttemptState{Attempt: b.Attempt.Attempt, Unit: b.Unit, Role: b.Role, Model: b.Model, Provider: b.Provider,
			Status: attemptRuns, StartedAt: &at, Least: b.Least}
		if b.Decision != nil {
			a.Round = b.Decision.Round
		}
		st.Attempts = append(st.Attempts, a)
		st.AttemptCount = len(st.Attempts)
		st.waitsNoMore(b.Unit, b.Role)
	case event.AttemptProgress:
		a := s.stage(b.StageID).open(b.Attempt)
		a.TokensSoFar, a.TokensPerSecond = b.OutputTokens, b.TokensPerSecond
	case event.AttemptFinished:
		s.attemptFinished(b)
		st := s.stage(b.StageID)
		st.ProgressAt, st.Crashes = &at, 0
	case event.UnitReused:
		st := s.stage(b.StageID)
		st.Reused = append(st.Reused, b.Unit+"/"+b.Role)
		if b.FromRunID != s.RunID { // its own are counted already
			st.CallCount++
			st.answered(b.Provider, b.Model, nil, false)
		}
		st.waitsNoMore(b.Unit, b.Role)
	case event.AttemptFailed:
		s.attemptFailed(b)
	case event.BudgetExceeded:
		s.stage(b.StageID).Exceeded = &Exceeded{b.SpentUSD, b.LimitUSD}
	case event.UnitsPlanned:
		s.stage(b.StageID).UnitsTotal = b.Total
	case event.UnitDone:
		st := s.stage(b.StageID)
		st.UnitsDone, st.UnitsTotal = max(st.UnitsDone, b.Done), b.Total
		if b.Done > st.Furthest { // what is only done again is no progress
			st.Furthest, st.Crashes, st.ProgressAt = b.Done, 0, &at
		}
	}
}

func said(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func refs(r []artifact.Ref) []artifact.Ref { return append([]artifact.Ref{}, r...) }

// close settles the time and the model of a stage attempt that has ended.
func (st *StageState) close(at UnixTime) {
	st.Waits = nil
	if st.StartedAt != nil {
		st.DurationSeconds += max(at.Sub(st.StartedAt.Time).Seconds(), 0) // a clock can go back
	}
	if st.ModelUsed == nil && st.AttemptCount == 0 {
		model := code
		st.ModelUsed = &model
	}
}

// lose notes that attempts under way ended with their process. What they took nobody
// knows: the question counts, as far as its size was recorded. It reports whether there were any.
func (s *State) lose(st *StageState) (any bool) {
	for i := range st.Attempts {
		if a := &st.Attempts[i]; a.Status == attemptRuns {
			a.TokensSoFar, a.TokensPerSecond = 0, 0
			if a.Least != nil {
				a.InputTokens, a.Estimated = a.Least.InputTokens, true
				a.CostUSD, a.SimulatedCostUSD = s.simulated(a.Least.CostUSD, nil)
			}
			a.Least = nil
			s.estimate(st, a)
			s.spend(st, a.InputTokens, 0, a.CostUSD)
			s.simulate(st, a.SimulatedCostUSD)
			a.Status, a.Error, a.ErrorClass, a.Transient = attemptFailed, "the process ended before the answer came", failure.Canceled, new(true)
			any = true
		}
	}
	return any
}

// The statuses of an attempt.
const (
	attemptRuns   = "running"
	attemptWell   = "success"
	attemptFailed = "failed"
)

// wait notes that a question is asked again later.
func (st *StageState) wait(w Wait, at UnixTime) {
	st.waitsNoMore(w.Unit, w.Role)
	if !w.Until.After(at.Time) {
		return
	}
	i, _ := slices.BinarySearchFunc(st.Waits, w, func(a, b Wait) int { return a.Until.Compare(b.Until.Time) })
	st.Waits = slices.Insert(st.Waits, i, w)
	st.look()
}

// waitsNoMore notes that a question goes on.
func (st *StageState) waitsNoMore(unit, role string) {
	st.Waits = slices.DeleteFunc(st.Waits, func(w Wait) bool { return w.Unit == unit && w.Role == role })
	st.look()
}

// look derives whether a stage under way works or waits: it works while any of its
// questions does.
func (st *StageState) look() {
	if st.Status != StageRunning && st.Status != StageWaiting {
		return
	}
	st.Status = StageRunning
	waits := slices.ContainsFunc(st.Waits, func(w Wait) bool { return !w.Retry })
	asks := slices.ContainsFunc(st.Attempts, func(a AttemptState) bool { return a.Status == attemptRuns })
	if waits && !asks {
		st.Status = StageWaiting
	}
}

// open returns the attempt under way that a names, or one that is added for a
// result whose start was not told.
func (st *StageState) open(a event.Attempt) *AttemptState {
	for i := range slices.Backward(st.Attempts) {
		at := &st.Attempts[i]
		if at.Status == attemptRuns && at.Unit == a.Unit && at.Role == a.Role && at.Attempt == a.Attempt {
			return at
		}
	}
	st.Attempts = append(st.Attempts, AttemptState{Attempt: a.Attempt, Unit: a.Unit, Role: a.Role, Model: a.Model, Provider: a.Provider})
	st.AttemptCount = len(st.Attempts)
	return &st.Attempts[len(st.Attempts)-1]
}

func (s *State) attemptFinished(b event.AttemptFinished) {
	st := s.stage(b.StageID)
	a := st.open(b.Attempt)
	a.Status, a.ServedModel, a.TokensSoFar, a.TokensPerSecond, a.Least = attemptWell, b.ServedModel, 0, 0, nil
	a.RequestID = b.RequestID
	a.InputTokens, a.OutputTokens, a.Estimated = b.InputTokens, b.OutputTokens, b.Estimated
	a.CostUSD, a.SimulatedCostUSD = s.simulated(b.CostUSD, b.SimulatedCostUSD)
	a.DurationSeconds, a.FirstEventMS = float64(b.LatencyMS)/1000, b.FirstEventMS
	st.CallCount++
	st.answered(b.Provider, b.Model, a.CostUSD, true)
	s.estimate(st, a)
	s.spend(st, b.InputTokens, b.OutputTokens, a.CostUSD)
	s.simulate(st, a.SimulatedCostUSD)
}

// answered counts an answer that is used. The model that gave most is the one used; of
// several with as many, the last that answered.
func (st *StageState) answered(provider, model string, usd *float64, paid bool) {
	use, ok := st.ModelsUsed[model]
	if !ok {
		use.Providers = map[string]int{}
	}
	use.Answers++
	if paid && usd == nil {
		use.Unpriced++
	}
	use.Providers[provider]++
	if usd != nil {
		use.CostUSD += *usd
	}
	if st.ModelsUsed == nil {
		st.ModelsUsed = map[string]ModelUse{}
	}
	st.ModelsUsed[model] = use
	if st.ModelUsed == nil || use.Answers >= st.ModelsUsed[*st.ModelUsed].Answers {
		st.ModelUsed = &model
	}
}

func (s *State) attemptFailed(b event.AttemptFailed) {
	st := s.stage(b.StageID)
	a := st.open(b.Attempt)
	a.Status, a.TokensSoFar, a.TokensPerSecond, a.Least = attemptFailed, 0, 0, nil
	a.Error, a.ErrorClass, a.Hint, a.Failure = b.Error, b.ErrorClass, b.Hint, b.Failure()
	codes := event.PresentCodes(b.ErrorCode, b.ProviderCode, b.HTTPStatus)
	a.ErrorCode, a.ProviderCode, a.HTTPStatus = codes.Error, codes.Provider, codes.Status
	a.RequestID, a.Transient, a.ServedModel = b.RequestID, &b.Retryable, b.ServedModel
	a.InputTokens, a.OutputTokens, a.Estimated = b.InputTokens, b.OutputTokens, b.Estimated
	a.CostUSD, a.SimulatedCostUSD = s.simulated(b.CostUSD, b.SimulatedCostUSD)
	a.DurationSeconds, a.FirstEventMS = float64(b.LatencyMS)/1000, b.FirstEventMS
	s.estimate(st, a)
	s.spend(st, b.InputTokens, b.OutputTokens, a.CostUSD)
	s.simulate(st, a.SimulatedCostUSD)
}

// estimate counts an attempt whose tokens and cost are estimated.
func (s *State) estimate(st *StageState, a *AttemptState) {
	if a.Estimated {
		st.Estimated++
		s.Estimated++
	}
}

// spend counts what an attempt took, whether or not its answer was used.
func (s *State) spend(st *StageState, input, output int, usd *float64) {
	if usd != nil {
		st.CostUSD += *usd
		s.TotalCostUSD += *usd
	} else {
		st.Unpriced++
		s.Unpriced++
	}
	s.Tokens.Input += input
	s.Tokens.Output += output
}
