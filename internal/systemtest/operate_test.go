package systemtest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// down is a scenario in which everybody is down until a time.
func down(until time.Duration) scenario.Scenario {
	return scenario.Scenario{ID: "down", Name: "down", Rules: []scenario.Rule{{Name: "down",
		When: scenario.When{Until: until}, Fault: scenario.Fault{Error: "overloaded"}}}}
}

// failing is a scenario in which the target knows the key for a few calls only.
func failing(from int) scenario.Scenario {
	return scenario.Scenario{ID: "failing", Name: "failing", Rules: []scenario.Rule{{Name: "key",
		When: scenario.When{Provider: scenario.Globs{"target"}, Calls: scenario.Counts{{First: from}}}, Fault: scenario.Fault{Error: "auth"}}}}
}

func (w *world) execute(a *app.App, id string) run.State {
	w.t.Helper()
	if err := a.Runs.Execute(w.t.Context(), id, func() {}); err != nil {
		w.t.Fatal(err)
	}
	return w.state(id)
}

func (w *world) state(id string) run.State {
	w.t.Helper()
	s, err := run.Load(w.t.Context(), w.store.Log, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// works lets a process work on whatever is due until the returned function is called.
func (w *world) works(a *app.App) (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Runs.Work(ctx) //nolint:errcheck // it ends with ctx
	}()
	return func() {
		cancel()
		<-done
	}
}

// rests waits until a run is over, for at most a time.
func (w *world) over(id string, most time.Duration) run.State {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), most)
	defer stop()
	for _, err := range run.Follow(ctx, w.store.Log, id, 0) {
		if err != nil {
			w.t.Fatalf("%s: %v, with the run %s", id, err, w.state(id).Status)
		}
	}
	return w.state(id)
}

func failures(t *testing.T, p problems) {
	t.Helper()
	for _, problem := range p {
		t.Error(problem)
	}
}

var again = runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFailed}}

func TestRetry_BeginsAtTheFailedStageAndPaysForNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{file: sample(t, "the_tide_clock.fountain"), alone: true, scenario: failing(14)})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{})
		if s := w.execute(a, id); s.Status != run.RunFailed || s.Stages["extract_scenes"].CallCount == 0 {
			t.Fatalf("%s with %d answers: %s", s.Status, s.Stages["extract_scenes"].CallCount, s.Error)
		}
		had := w.state(id).Stages["extract_scenes"].CallCount
		w.sim.SetScenario(scenario.Scenario{ID: "ok", Name: "ok"})
		time.Sleep(time.Hour) // a wrong key is tried again after a while
		plan, err := a.Runs.PlanRetry(t.Context(), id, again.Retry)
		if err != nil || strings.Join(plan.Kept, " ") != "ingest normalize" || strings.Join(plan.From, " ") != "extract_scenes" ||
			plan.Redone[0].AnswersHad != had {
			t.Fatalf("%+v %v", plan, err)
		}
		next, existing, err := a.Runs.Retry(t.Context(), id, again)
		if err != nil || existing || !strings.HasPrefix(next, id+"-retry-") || len(next) != len(id)+len("-retry-0000") {
			t.Fatalf("retry %s, existing %v: %v", next, existing, err)
		}
		if same, existing, err := a.Runs.Retry(t.Context(), id, again); err != nil || !existing || same != next {
			t.Errorf("asking again: %s %v %v, want %s", same, existing, err, next)
		}
		if _, _, err := a.Runs.Retry(t.Context(), id, runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFull}}); failure.ClassOf(err) != failure.Input {
			t.Errorf("asking for another retry meanwhile: %v", err)
		}
		s := w.execute(a, next)
		st := s.Stages["extract_scenes"]
		if s.Status != run.RunDone || *s.ParentRunID != id || s.RootRunID != id || st.CallCount != 20 || len(st.Reused) != had ||
			len(st.Attempts) != 20-had {
			t.Errorf("%s of %v (%s), %d calls, %d reused, %d attempts", s.Status, *s.ParentRunID, s.RootRunID, st.CallCount, len(st.Reused),
				len(st.Attempts))
		}
		for _, kept := range []string{"ingest", "normalize"} {
			if s.Stages[kept].Status != run.StageReused {
				t.Errorf("%s is %s", kept, s.Stages[kept].Status)
			}
		}
		if _, _, err := a.Runs.Retry(t.Context(), next, again); failure.ClassOf(err) != failure.Input {
			t.Errorf("the retry of a run that is done: %v", err)
		}
		// What a retry has paid for is there for another retry of the first run.
		plan, err = a.Runs.PlanRetry(t.Context(), id, pipeline.Retry{Mode: event.RetryFrom, Stage: "project_config"})
		if err != nil || strings.Join(plan.From, " ") != "extract_scenes" || strings.Join(plan.SteppedBack, " ") != "extract_scenes" ||
			plan.Reason == "" {
			t.Errorf("from a stage behind the one that failed: %+v %v", plan.RetryPlan, err)
		}
		if plan.Redone[0].AnswersHad != 20 || plan.EstimatedCostUSD == nil || *plan.EstimatedCostUSD != 0 {
			t.Errorf("all answers are there: %+v", plan.RetryPlan)
		}
		full, _, err := a.Runs.Retry(t.Context(), next, runs.RetryRequest{Retry: pipeline.Retry{Mode: event.RetryFull}})
		if err != nil || !strings.HasPrefix(full, id+"-retry-") {
			t.Fatal(full, err)
		}
		if s := w.execute(a, full); s.Status != run.RunDone || s.RootRunID != id || s.TotalCostUSD != 0 ||
			s.Stages["extract_scenes"].CallCount != 20 {
			t.Errorf("a full retry: %s, $%v", s.Status, s.TotalCostUSD)
		}
		o := w.outcome(id, next, full)
		var p problems
		o.paidOnce(&p)
		failures(t, p)
	})
}

func TestMemo_AnswersServeOtherRunsOfTheSameChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		a, _ := w.boot(-1, false)
		calls := func(s runs.Request) int {
			before := len(w.sim.Calls())
			if state := w.execute(a, w.start(a, s)); state.Status != run.RunDone {
				t.Fatal(state.Status, state.Error)
			}
			return len(w.sim.Calls()) - before
		}
		first := calls(runs.Request{})
		if first == 0 {
			t.Fatal("no calls")
		}
		if n := calls(runs.Request{}); n != 0 {
			t.Errorf("the same again made %d calls", n)
		}
		if n := calls(runs.Request{ProjectID: "other"}); n != 0 {
			t.Errorf("the same in another project made %d calls", n)
		}
		if n := calls(runs.Request{Request: event.Request{Options: event.Options{Force: true}}}); n != first {
			t.Errorf("the same with force made %d calls, want %d", n, first)
		}
		changed := w.play.file
		changed.Data = []byte(strings.Replace(string(changed.Data), "STREET", "HARBOUR", 1))
		if n := calls(runs.Request{File: changed}); n == 0 || n > first {
			t.Errorf("a changed scene made %d calls", n)
		}
		w.play.alone = true // another chain
		a, _ = w.boot(-1, false)
		if n := calls(runs.Request{}); n != first {
			t.Errorf("another chain made %d calls, want %d", n, first)
		}
	})
}

func TestMemo_AnswersOfADrillServeNoOtherRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		a, _ := w.boot(-1, false)
		if s := w.execute(a, w.start(a, runs.Request{Request: drilled("healthy")})); s.Status != run.RunDone ||
			s.Stages["extract_scenes"].AttemptCount == 0 {
			t.Fatal(s.Status)
		}
		if s := w.execute(a, w.start(a, runs.Request{})); s.Stages["extract_scenes"].AttemptCount == 0 {
			t.Error("a real run was answered by a drill")
		}
	})
}

// TestCancel cancels runs in whatever they are at: each ends within a second, and a
// retry goes on from there.
func TestCancel(t *testing.T) {
	for _, test := range []struct {
		name     string
		scenario scenario.Scenario
		alone    bool
		after    time.Duration
		waits    bool // it does so then
	}{
		{"in a pause before the next try", scenario.Scenario{ID: "hint", Name: "hint", Rules: []scenario.Rule{{Name: "hint",
			When: scenario.When{Until: time.Minute}, Fault: scenario.Fault{Error: "rate_limit", RetryAfter: 4 * time.Second}}}}, true, time.Second,
			false},
		{"in a hung call", scenario.Scenario{ID: "hung", Name: "hung", Rules: []scenario.Rule{{Name: "hung",
			When: scenario.When{Until: time.Minute}, Fault: scenario.Fault{Silent: true}}}}, false, 5 * time.Second, false},
		{"in a wait", down(time.Hour), false, time.Minute, true},
	} {
		for _, how := range []string{"executed", "worked on", "left alone", "dead"} {
			t.Run(test.name+", "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, play{scenario: test.scenario, alone: test.alone})
					a, process := w.boot(-1, false)
					id := w.start(a, runs.Request{Queue: how == "worked on"})
					var stop func()
					if how == "worked on" {
						stop = w.works(a)
					} else {
						ctx, interrupt := context.WithCancel(t.Context())
						done := make(chan struct{})
						go func() {
							defer close(done)
							a.Runs.Execute(ctx, id, func() {}) //nolint:errcheck // it is cancelled, or its process dies
						}()
						stop = func() { interrupt(); <-done }
					}
					time.Sleep(test.after)
					if s := w.state(id); s.Status != run.Waiting && (test.waits || s.Status != run.Running) {
						t.Fatalf("the run is %s", s.Status)
					}
					limit := time.Second
					switch how {
					case "left alone":
						stop()
					case "dead":
						process.kill()
						limit = 16 * time.Second // its claim has to end first
					}
					other, _ := w.boot(-1, false)
					asked := time.Now()
					if err := other.Runs.Cancel(t.Context(), id, ""); err != nil {
						t.Fatal(err)
					}
					if took := time.Since(asked); took > limit {
						t.Errorf("it took %v", took)
					}
					if s := w.state(id); s.Status != run.RunCancelled || s.Stages["extract_scenes"].Status != run.StageCancelled {
						t.Errorf("the run is %s, the stage %s", s.Status, s.Stages["extract_scenes"].Status)
					}
					stop()
					if err := other.Runs.Cancel(t.Context(), id, ""); failure.ClassOf(err) != failure.Input {
						t.Errorf("cancelled twice: %v", err)
					}
					w.sim.SetScenario(scenario.Scenario{ID: "ok", Name: "ok"})
					next, _, err := other.Runs.Retry(t.Context(), id, again)
					if err != nil {
						t.Fatal(err)
					}
					if s := w.execute(other, next); s.Status != run.RunDone || s.Stages["ingest"].Status != run.StageReused {
						t.Errorf("the retry is %s, ingest %s", s.Status, s.Stages["ingest"].Status)
					}
					var p problems
					o := w.outcome(id, next)
					o.paidOnce(&p)
					failures(t, p)
				})
			})
		}
	}
}

func TestCancel_AQueuedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: down(time.Hour)})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{Queue: true})
		if s := w.state(id); s.Status != run.Queued {
			t.Errorf("it is %s", s.Status)
		}
		if err := a.Runs.Cancel(t.Context(), id, ""); err != nil {
			t.Fatal(err)
		}
		if s := w.state(id); s.Status != run.RunCancelled || len(w.sim.Calls()) != 0 {
			t.Errorf("it is %s after %d calls", s.Status, len(w.sim.Calls()))
		}
		stop := w.works(a)
		time.Sleep(time.Minute)
		stop()
		if len(w.sim.Calls()) != 0 {
			t.Error("a cancelled run was worked on")
		}
	})
}

// A run that waits for long has no process: only its place in the store.
func TestWork_ALongWaitIsInTheStoreOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: down(20 * time.Minute), options: fixed})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{Queue: true})
		stop := w.works(a)
		time.Sleep(5 * time.Minute)
		s := w.state(id)
		if s.Status != run.Waiting || !s.NextAttemptAt.After(time.Now()) {
			t.Fatalf("%s until %v", s.Status, s.NextAttemptAt)
		}
		time.Sleep(time.Until(s.NextAttemptAt.Time) / 2)
		if _, err := w.store.Journal.Claim(t.Context(), id, time.Millisecond); err != nil {
			t.Errorf("it is held while it waits: %v", err)
		}
		time.Sleep(time.Second)
		stop()
		// Its process has gone. The next one keeps to the time, and to the patience.
		b, _ := w.boot(-1, false)
		stop = w.works(b)
		s = w.over(id, time.Hour)
		stop()
		if s.Status != run.RunDone || s.FinishedAt.Sub(s.StartedAt.Time) > 22*time.Minute {
			t.Errorf("%s after %v", s.Status, s.FinishedAt.Sub(s.StartedAt.Time))
		}
		o := w.outcome(id)
		var p problems
		o.invariants(&p)
		o.paidOnce(&p)
		shortest := 15 * time.Second * 7 / 8 // that a breaker stays open
		p.check(len(o.calls) < 3*int(20*time.Minute/shortest)+40, "%d calls in an outage of 20 minutes", len(o.calls))
		rounds := map[string]int{}
		for _, e := range o.events[0] {
			if b, ok := e.Body.(event.StageRetrying); ok && b.StageID == "extract_scenes" {
				if b.Decision.Round < rounds[b.Unit] {
					p.add("round %d of %s follows round %d", b.Decision.Round, b.Unit, rounds[b.Unit])
				}
				rounds[b.Unit] = b.Decision.Round
			}
			if b, ok := e.Body.(event.RunResumed); ok {
				p.add("a wait is told as %q", b.Cause)
			}
		}
		failures(t, p)
	})
}

func TestWork_AWaitThatIsTooLongFailsWithItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: down(10 * time.Hour), settings: map[string]string{"max_wait_seconds": "600"}})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{Queue: true})
		stop := w.works(a)
		defer stop()
		s := w.over(id, time.Hour)
		st := s.Stages["extract_scenes"]
		if s.Status != run.RunFailed || st.TerminalReason != event.WaitSpent || *st.FinalErrorClass != failure.Overloaded {
			t.Errorf("%s: %s, %v", s.Status, st.TerminalReason, st.FinalErrorClass)
		}
		if took := s.FinishedAt.Sub(s.StartedAt.Time); took < 10*time.Minute || took > 11*time.Minute {
			t.Errorf("after %v", took)
		}
	})
}

func TestTryNow_EndsAWait(t *testing.T) {
	for _, how := range []string{"executed", "worked on"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, play{scenario: scenario.Scenario{ID: "day", Name: "day", Rules: []scenario.Rule{{Name: "day",
					When: scenario.When{Until: time.Minute}, Fault: scenario.Fault{Error: "rate_limit", RetryAfter: 3 * time.Hour}}}}})
				a, _ := w.boot(-1, false)
				id := w.start(a, runs.Request{Queue: how == "worked on"})
				if how == "worked on" {
					defer w.works(a)()
				} else {
					done := make(chan struct{})
					go func() {
						defer close(done)
						if err := a.Runs.Execute(t.Context(), id, func() {}); err != nil {
							t.Error(err)
						}
					}()
					defer func() { <-done }()
				}
				time.Sleep(10 * time.Minute)
				if s := w.state(id); s.Status != run.Waiting || time.Until(s.NextAttemptAt.Time) < 2*time.Hour {
					t.Fatalf("%s until %v", s.Status, s.NextAttemptAt)
				}
				other, _ := w.boot(-1, false)
				asked := time.Now()
				if err := other.Runs.TryNow(t.Context(), id, ""); err != nil {
					t.Fatal(err)
				}
				if s := w.over(id, time.Minute); s.Status != run.RunDone || s.FinishedAt.Sub(asked) > 5*time.Second {
					t.Errorf("%s after %v", s.Status, s.FinishedAt.Sub(asked))
				}
			})
		})
	}
}

func TestExecute_TheOldProcessCanWriteNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{})
		old, err := w.store.Journal.Claim(t.Context(), id, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		w.execute(a, id)
		err = w.store.Log.Commit(t.Context(), old, run.Change{
			Answers: []run.Answer{{Key: "late", Chain: "c"}}, Events: nothing,
		})
		if !errors.Is(err, durable.ErrLost) {
			t.Errorf("a void claim wrote: %v", err)
		}
		if _, err := w.store.Memo.Answer(t.Context(), run.AnswerKey{Key: "late", Chain: "c"}); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("its answer was kept: %v", err)
		}
	})
}

// The time in which no process works on a run counts against neither its patience nor its limit.
func TestWork_TimeWithoutAProcessDoesNotCount(t *testing.T) {
	for _, how := range []string{"executed", "worked on"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, play{scenario: down(25*time.Hour + 4*time.Minute)})
				a, process := w.boot(-1, false)
				id := w.start(a, runs.Request{Queue: how == "worked on"})
				ctx, die := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() {
					defer close(done)
					if how == "worked on" {
						a.Runs.Work(ctx) //nolint:errcheck // its process dies
					} else {
						a.Runs.Execute(ctx, id, func() {}) //nolint:errcheck // its process dies
					}
				}()
				time.Sleep(time.Minute)
				process.kill()
				die()
				<-done
				time.Sleep(25 * time.Hour)
				b, _ := w.boot(-1, false)
				defer w.works(b)()
				if s := w.over(id, 2*time.Hour); s.Status != run.RunDone || s.Stages["extract_scenes"].DurationSeconds > 3600 {
					t.Errorf("%s after %v s: %s", s.Status, s.Stages["extract_scenes"].DurationSeconds, s.Error)
				}
			})
		})
	}
}
