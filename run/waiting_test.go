package run_test

import (
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// folded folds events that are a second apart.
func folded(t *testing.T, bodies ...event.Body) run.State {
	t.Helper()
	s, err := run.Fold(log(bodies...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func attempt(unit string, n int) event.Attempt {
	return event.Attempt{StageID: "a", Unit: unit, Role: "work", Attempt: n, Provider: "p", Model: "m"}
}

func waits(unit string, until time.Time) event.StageWaiting {
	return event.StageWaiting{StageID: "a", Unit: unit, Role: "work", Until: event.Timestamp{Time: until}, Reason: "busy"}
}

func failed(unit string, n int) event.AttemptFailed {
	return event.AttemptFailed{Attempt: attempt(unit, n), ErrorClass: failure.Overloaded, CostUSD: new(0.0)}
}

// A run waits when nothing in it does anything else, and says until when at the latest.
func TestState_WaitsWhenNothingElseGoesOn(t *testing.T) {
	soon := time.Now().UTC().Add(time.Hour).Truncate(time.Millisecond)
	later := time.Now().UTC().Add(2 * time.Hour).Truncate(time.Millisecond)
	begin := []event.Body{started("a", "b"), event.StageStarted{StageID: "a"}, event.AttemptStarted{Attempt: attempt("u1", 1)},
		event.AttemptStarted{Attempt: attempt("u2", 1)}}
	one := append(begin, failed("u1", 1), waits("u1", later))
	if s := folded(t, one...); s.Status != run.Running || s.Stages["a"].Status != run.StageRunning || s.NextAttemptAt == nil ||
		!s.NextAttemptAt.Equal(later) {
		t.Errorf("one of two waits: %s, stage %s, next %v", s.Status, s.Stages["a"].Status, s.NextAttemptAt)
	}
	both := append(one, failed("u2", 1), waits("u2", soon))
	s := folded(t, both...)
	if s.Status != run.Waiting || s.Stages["a"].Status != run.StageWaiting || !s.NextAttemptAt.Equal(soon) ||
		*s.WaitReason != "busy" || len(s.Stages["a"].Waits) != 2 {
		t.Errorf("both wait: %s, stage %s, next %v", s.Status, s.Stages["a"].Status, s.NextAttemptAt)
	}
	if s := folded(t, append(both, event.StageStarted{StageID: "b"})...); s.Status != run.Running {
		t.Errorf("another stage works: %s", s.Status)
	}
	again := append(both, event.AttemptStarted{Attempt: attempt("u2", 2)})
	if s := folded(t, again...); s.Status != run.Running || !s.NextAttemptAt.Equal(later) {
		t.Errorf("one goes on: %s, next %v", s.Status, s.NextAttemptAt)
	}
	crashed := folded(t, append(again, event.RunResumed{Cause: event.ResumedAfterCrash})...)
	if st := crashed.Stages["a"]; st.Status != run.StagePending || len(st.Waits) != 0 || crashed.NextAttemptAt != nil ||
		st.Attempts[2].Status != "failed" || st.ProgressAt == nil {
		t.Errorf("after a crash: %+v", st)
	}
	paused := folded(t, append(both, event.StagePaused{StageID: "a", Reason: event.Exhausted, Error: "busy"},
		event.RunResumed{Cause: event.ResumedByOperator})...)
	if st := paused.Stages["a"]; st.Status != run.StagePending || st.ProgressAt != nil || st.Error != "" {
		t.Errorf("resumed by an operator, it has its patience back: %+v", st)
	}
}

// A pause before the next try is no waiting, but it has a time too.
func TestWait_ARetryIsNoWaiting(t *testing.T) {
	soon := time.Now().UTC().Add(time.Hour)
	s := folded(t, started("a"), event.StageStarted{StageID: "a"}, event.AttemptStarted{Attempt: attempt("u", 1)}, failed("u", 1),
		event.StageRetrying{StageID: "a", Unit: "u", Role: "work", Attempt: 2, NextAttemptAt: event.Timestamp{Time: soon}, Reason: "it broke"})
	if s.Status != run.Running || s.NextAttemptAt == nil || *s.WaitReason != "it broke" || !s.Stages["a"].Waits[0].Retry {
		t.Errorf("%s, next %v, %+v", s.Status, s.NextAttemptAt, s.Stages["a"].Waits)
	}
}

func TestFallback_TheLastIsShown(t *testing.T) {
	fall := func(to string) event.StageFallback {
		return event.StageFallback{StageID: "a", Unit: "u", Role: "work", FromModel: "m", ToModel: to, Reason: "busy"}
	}
	s := folded(t, started("a"), event.StageStarted{StageID: "a"}, fall("n"), fall("o"))
	if f := s.Stages["a"].Fallback; f == nil || f.To != "o" || f.From != "m" || f.Reason != "busy" || s.Stages["a"].Fallbacks != 2 {
		t.Errorf("%+v", f)
	}
}

// A person's word is the run's start, and each time that a person has it go on; a process
// that takes it over after a crash is none.
func TestState_OperatorAt(t *testing.T) {
	begin := []event.Body{started("a"), event.StageStarted{StageID: "a"}}
	s := folded(t, begin...)
	if s.OperatorAt == nil || !s.OperatorAt.Equal(s.StartedAt.Time) {
		t.Errorf("at the start: %v", s.OperatorAt)
	}
	if s = folded(t, append(begin, event.RunResumed{Cause: event.ResumedAfterCrash})...); !s.OperatorAt.Equal(s.StartedAt.Time) {
		t.Errorf("after a crash: %v", s.OperatorAt)
	}
	if s = folded(t, append(begin, event.StagePaused{StageID: "a", Reason: event.Interrupted},
		event.RunResumed{Cause: event.ResumedByOperator})...); !s.OperatorAt.Equal(s.UpdatedAt.Time) {
		t.Errorf("after a person let it go on: %v", s.OperatorAt)
	}
}
