package run_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// errand is a stage as it writes its part of the log, whatever else happens.
type errand struct {
	id    string
	needs []string
	units []*question

	begun, done bool
	through     int // units that are done in this stage attempt
}

// question is a unit of a stage, which asks one question.
type question struct {
	name     string
	attempts int
	asking   bool
	answered bool // for good: the answer is stored
	told     bool // that the answer was there already
	through  bool // in this stage attempt
}

// next returns the events that may come next in the log of the stage, each with what it changes.
func (s *errand) next() (steps []func() event.Body) {
	if !s.begun {
		return append(steps, func() event.Body { s.begun = true; return event.StageStarted{StageID: s.id} })
	}
	for _, q := range s.units {
		at := event.Attempt{StageID: s.id, Unit: q.name, Role: "work", Attempt: q.attempts, Provider: "p", Model: "m-" + s.id}
		switch {
		case q.through:
		case q.asking:
			steps = append(steps, func() event.Body {
				q.asking = false
				q.answered = true
				q.told = true
				return event.AttemptFinished{Attempt: at, InputTokens: 3, OutputTokens: 2, CostUSD: new(0.25)}
			})
		case !q.answered:
			steps = append(steps, func() event.Body {
				q.attempts++
				at.Attempt = q.attempts
				q.asking = true
				return event.AttemptStarted{Attempt: at}
			})
		case !q.told:
			steps = append(steps, func() event.Body {
				q.told = true
				return event.UnitReused{StageID: s.id, Unit: q.name, Role: "work", Provider: "p", Model: at.Model, FromRunID: "r"}
			})
		default:
			steps = append(steps, func() event.Body {
				q.through = true
				s.through++
				return event.UnitDone{StageID: s.id, Unit: q.name, Done: s.through, Total: len(s.units)}
			})
		}
	}
	if s.through == len(s.units) {
		steps = append(steps, func() event.Body {
			s.done = true
			return event.StageFinished{StageID: s.id, CostUSD: 0.25 * float64(len(s.units)),
				Artifacts: []artifact.Ref{artifact.NewRef("note", s.id, 1)}}
		})
	}
	return steps
}

// stop forgets what was only in the process, and returns whether anything was under way.
func (s *errand) stop() bool {
	under := s.begun && !s.done
	if under {
		s.begun = false
		s.through = 0
		for _, q := range s.units {
			// The answers that are there are told of when they serve again.
			q.asking = false
			q.told = false
			q.through = false
		}
	}
	return under
}

// errands makes stages: two that build on nothing, one that builds on both, and one beside.
func errands(units [4]int) []*errand {
	all := []*errand{{id: "a"}, {id: "b"}, {id: "c", needs: []string{"a", "b"}}, {id: "d"}}
	for i, s := range all {
		for n := range units[i] {
			s.units = append(s.units, &question{name: fmt.Sprintf("u%d", n)})
		}
	}
	return all
}

// history writes the log of a run. choose picks one of the events that may come next,
// and stops says what befalls the process before each.
func history(all []*errand, choose func(n int) int, stops func() string) []event.Body {
	events := []event.Body{started("a", "b", "c", "d")}
	for {
		events = append(events, interrupted(all, stops())...)
		var steps []func() event.Body
		for _, s := range all {
			ready := !slices.ContainsFunc(all, func(other *errand) bool { return slices.Contains(s.needs, other.id) && !other.done })
			if ready && !s.done {
				steps = append(steps, s.next()...)
			}
		}
		if len(steps) == 0 {
			return append(events, event.PipelineFinished{Success: true, Outcome: event.Succeeded, TotalCostUSD: 0})
		}
		events = append(events, steps[choose(len(steps))]())
	}
}

// interrupted returns what is recorded of a stop of the process, and of the start of the next one.
func interrupted(all []*errand, stop string) (events []event.Body) {
	if stop == "" {
		return nil
	}
	var under []string
	for _, s := range all {
		if s.stop() {
			under = append(under, s.id)
		}
	}
	if len(under) == 0 {
		return nil
	}
	if stop == "crash" {
		return []event.Body{event.RunResumed{Cause: event.ResumedAfterCrash}}
	}
	for _, id := range under {
		events = append(events, event.StagePaused{StageID: id, Reason: event.Interrupted, Artifacts: []artifact.Ref{}})
	}
	return append(events, event.RunResumed{Cause: event.ResumedByOperator})
}

// settled is a state without what tells only how it came about: times, attempts, and
// the count of events, of crashes and of the calls that were lost in them.
func settled(s run.State) run.State {
	s.StartedAt = nil
	s.OperatorAt = nil
	s.UpdatedAt = nil
	s.FinishedAt = nil
	s.LastSeq = 0
	s.Unpriced = 0
	for _, st := range s.Stages {
		st.StartedAt = nil
		st.ProgressAt = nil
		st.DurationSeconds = 0
		st.Attempts = nil
		st.AttemptCount = 0
		st.Reused = nil
		st.Crashes = 0
		st.Unpriced = 0
	}
	return s
}

// Stages that do not need each other, and the units of one, may end in any order, and
// the process may stop before any event, as often as it likes: what the run comes to is
// the same, and each answer is counted once.
func TestState_NeitherOrderNorCrashesChangeTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var units [4]int
		for i := range units {
			units[i] = rapid.IntRange(0, 4).Draw(t, "units")
		}
		quiet := history(errands(units), func(int) int { return 0 }, func() string { return "" })
		stops := 0
		rough := history(errands(units),
			func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "next") },
			func() string {
				if stops == 8 {
					return ""
				}
				stop := rapid.SampledFrom([]string{"", "", "", "", "crash", "park"}).Draw(t, "stop")
				if stop != "" {
					stops++
				}
				return stop
			})
		want, err := run.Fold(log(quiet...))
		if err != nil {
			t.Fatal(err)
		}
		got, err := run.Fold(log(rough...))
		if err != nil {
			t.Fatal(err)
		}
		n := units[0] + units[1] + units[2] + units[3]
		if want.Status != run.RunDone || want.TotalCostUSD != 0.25*float64(n) || want.Tokens != (run.Tokens{Input: 3 * n, Output: 2 * n}) {
			t.Fatalf("undisturbed: %s, cost %v, tokens %v for %d answers", want.Status, want.TotalCostUSD, want.Tokens, n)
		}
		if diff := cmp.Diff(settled(want), settled(got)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A process that stops before an event, and another one that begins, leave nothing
// under way behind, wherever that is.
func TestState_ACrashAnywhereLeavesNothingUnderWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := [4]int{2, 1, 2, 1}
		bodies := history(errands(units), func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "next") }, func() string { return "" })
		cut := rapid.IntRange(1, len(bodies)-1).Draw(t, "cut")
		s, err := run.Fold(log(append(slices.Clone(bodies[:cut]), event.RunResumed{Cause: event.ResumedAfterCrash})...))
		if err != nil {
			t.Fatal(err)
		}
		for id, st := range s.Stages {
			if st.Status != run.StagePending && st.Status != run.StageDone || len(st.Waits) > 0 {
				t.Errorf("stage %s is %s and waits for %v", id, st.Status, st.Waits)
			}
			for _, a := range st.Attempts {
				if a.Status == "running" {
					t.Errorf("stage %s: an attempt at %s is still under way", id, a.Unit)
				}
			}
		}
	})
}

// A state that is kept and folds only what is new is at any moment what the whole log
// amounts to, and those that were taken from it stay as they were.
func TestProjection_CurrentIsTheFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stops := 0
		bodies := patient(t, history(errands([4]int{1, 3, 1, 0}),
			func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "next") },
			func() string {
				stops++
				if stops%8 > 0 {
					return ""
				}
				return rapid.SampledFrom([]string{"", "crash", "park"}).Draw(t, "stop")
			}))
		store := &growing{}
		current := run.NewProjection(store, "r")
		if _, err := current.Current(t.Context()); !errors.Is(err, run.ErrNotFound) {
			t.Fatalf("of no run: %v", err)
		}
		taken := map[int]run.State{}
		for n := 1; n <= len(bodies); n += rapid.IntRange(1, 4).Draw(t, "more") {
			store.bodies = bodies[:n]
			s, err := current.Current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			taken[n] = s
		}
		for n, got := range taken {
			want, err := run.Fold(log(bodies[:n]...))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(want, got) {
				t.Fatalf("after %d of %d events: %s", n, len(bodies), cmp.Diff(want, got))
			}
		}
	})
}

// patient puts failures and waits before the answers of a log.
func patient(t *rapid.T, bodies []event.Body) (all []event.Body) {
	for _, b := range bodies {
		all = append(all, b)
		if a, ok := b.(event.AttemptStarted); ok && rapid.Bool().Draw(t, "waits") {
			until := event.Timestamp{Time: epoch.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "until")) * time.Second)}
			all = append(all, event.AttemptFailed{Attempt: a.Attempt, ErrorClass: failure.Overloaded},
				event.StageWaiting{StageID: a.StageID, Unit: a.Unit, Role: a.Role, Until: until, Reason: "overloaded"}, a)
		}
	}
	return all
}

// growing is a log that gets longer.
type growing struct {
	run.Log
	bodies []event.Body
}

func (g *growing) Events(_ context.Context, _ string, after int64) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		for e, err := range log(g.bodies...) {
			if e.Seq > after && !yield(e, err) {
				return
			}
		}
	}
}
