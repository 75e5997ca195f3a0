package local_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"cineforge/durable"
	"cineforge/durable/local"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// journal is claims in memory, on the bubble's clock.
type journal struct {
	mu     sync.Mutex
	epochs map[string]int64
	until  map[string]time.Time

	wake    map[string]time.Time
	signals map[string][]durable.Signal
	changed chan struct{}
}

func newJournal() *journal {
	return &journal{epochs: map[string]int64{}, until: map[string]time.Time{}, wake: map[string]time.Time{}, signals: map[string][]durable.Signal{}, changed: make(chan struct{})}
}

// add makes a run that is due.
func (j *journal) add(runs ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range runs {
		j.wake[r] = time.Time{}
	}
	j.tell()
}

// say says something to a run.
func (j *journal) say(run string, s durable.Signal) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.signals[run] = append(j.signals[run], s)
	j.wake[run] = time.Time{}
	j.tell()
}

func (j *journal) tell() {
	close(j.changed)
	j.changed = make(chan struct{})
}

func (j *journal) Due(_ context.Context, n int) (due []local.Due, next time.Time, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	next, now := local.Never, time.Now()
	for _, r := range slices.Sorted(maps.Keys(j.wake)) {
		at := j.wake[r]
		if j.until[r].After(at) {
			at = j.until[r]
		}
		if at.After(now) {
			if at.Before(next) {
				next = at
			}
		} else if len(due) < n {
			due = append(due, local.Due{Run: r, Group: r[:1]})
		}
	}
	return due, next, nil
}

func (j *journal) Signals(_ context.Context, run string) ([]durable.Signal, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.signals[run]), nil
}

func (j *journal) Hear(_ context.Context, c durable.Claim, signal durable.Signal) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.signals[c.Run] = slices.DeleteFunc(j.signals[c.Run], func(s durable.Signal) bool { return s == signal })
	return nil
}

func (j *journal) Changed() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.changed
}

func (j *journal) Claim(_ context.Context, run string, ttl time.Duration) (durable.Claim, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if time.Now().Before(j.until[run]) {
		return durable.Claim{}, durable.ErrHeld
	}
	j.epochs[run]++
	j.until[run] = time.Now().Add(ttl)
	return durable.Claim{Run: run, Epoch: j.epochs[run]}, nil
}

func (j *journal) Renew(_ context.Context, c durable.Claim, ttl time.Duration) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.epochs[c.Run] != c.Epoch {
		return durable.ErrLost
	}
	j.until[c.Run] = time.Now().Add(ttl)
	return nil
}

func (j *journal) Release(_ context.Context, c durable.Claim, wake time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.epochs[c.Run] == c.Epoch {
		j.until[c.Run] = time.Time{}
		j.wake[c.Run] = wake
		j.tell()
	}
	return nil
}

// worker does the steps of a graph: each takes a second and is recorded.
type worker struct {
	needs map[durable.Step][]durable.Step
	do    func(ctx context.Context, step durable.Step) (durable.Outcome, error)

	mu      sync.Mutex
	done    []durable.Result
	busy    int
	mostly  int // the most steps under way at a time
	started []durable.Step

	cancelled []string
}

func (w *worker) TryNow() {}

func (w *worker) Cancel(_ context.Context, c durable.Claim) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cancelled = append(w.cancelled, c.Run)
	return nil
}

func (w *worker) Open(context.Context, durable.Claim, durable.Terms) (durable.Run, []durable.Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w, slices.Clone(w.done), nil
}

func (w *worker) Next(done []durable.Result, running []durable.Step) (start []durable.Step) {
	ended := map[durable.Step]durable.Outcome{}
	for _, r := range done {
		ended[r.Step] = r.Outcome
	}
	for _, step := range []durable.Step{"a", "b", "c", "d"} {
		needs, known := w.needs[step]
		ready := known && ended[step] == "" && !slices.Contains(running, step)
		for _, n := range needs {
			ready = ready && ended[n] == durable.Done
		}
		if ready {
			start = append(start, step)
		}
	}
	return start
}

func (w *worker) Do(ctx context.Context, step durable.Step) (durable.Result, error) {
	w.mu.Lock()
	w.started = append(w.started, step)
	w.busy++
	w.mostly = max(w.mostly, w.busy)
	w.mu.Unlock()
	outcome, err := w.do(ctx, step)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy--
	if err == nil && outcome != durable.Parked {
		w.done = append(w.done, durable.Result{Step: step, Outcome: outcome})
	}
	return durable.Result{Step: step, Outcome: outcome}, err
}

// second is a step's work: a second, or less if the step is told to stop.
func second(ctx context.Context, _ durable.Step) (durable.Outcome, error) {
	select {
	case <-ctx.Done():
		return durable.Parked, nil
	case <-time.After(time.Second):
		return durable.Done, nil
	}
}

var diamond = map[durable.Step][]durable.Step{"a": nil, "b": {"a"}, "c": {"a"}, "d": {"b", "c"}}

func TestIndependentStepsRunInParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &worker{needs: diamond, do: second}
		start := time.Now()
		if err := local.New(newJournal(), w, local.Options{}).Execute(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("a diamond of one-second steps took %v, want 3s", took)
		}
		if w.mostly != 2 || len(w.done) != 4 || w.started[0] != "a" || w.started[3] != "d" {
			t.Errorf("started %v, at most %d at a time, done %v", w.started, w.mostly, w.done)
		}
	})
}

func TestWhatIsRecordedIsNotDoneAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &worker{needs: diamond, do: second, done: []durable.Result{{Step: "a", Outcome: durable.Done}, {Step: "c", Outcome: durable.Done}}}
		if err := local.New(newJournal(), w, local.Options{}).Execute(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(w.started, []durable.Step{"b", "d"}) {
			t.Errorf("started %v, want b and d", w.started)
		}
	})
}

func TestAnInterruptParksTheStepsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, w := newJournal(), &worker{needs: diamond, do: second}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		err := local.New(j, w, local.Options{}).Execute(ctx, "r")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an interrupted run returned %v", err)
		}
		if len(w.done) != 1 || w.busy != 0 {
			t.Errorf("done %v, %d still under way", w.done, w.busy)
		}
		// The claim was given back, so that another process can go on at once.
		if err := local.New(j, w, local.Options{}).Execute(t.Context(), "r"); err != nil || len(w.done) != 4 {
			t.Errorf("the run did not go on: %v %v", err, w.done)
		}
	})
}

func TestARunIsExecutedByOneProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The step is longer than the claim's time, so that only renewal keeps it.
		long := func(context.Context, durable.Step) (durable.Outcome, error) {
			time.Sleep(time.Minute)
			return durable.Done, nil
		}
		j, w := newJournal(), &worker{needs: map[durable.Step][]durable.Step{"a": nil}, do: long}
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := local.New(j, w, local.Options{}).Execute(t.Context(), "r"); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(50 * time.Second)
		if err := local.New(j, w, local.Options{}).Execute(t.Context(), "r"); !errors.Is(err, durable.ErrHeld) {
			t.Errorf("a second process was let in: %v", err)
		}
		wg.Wait()
	})
}

func TestALostClaimStopsTheSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context, _ durable.Step) (durable.Outcome, error) {
			<-ctx.Done()
			return "", context.Cause(ctx)
		}
		j, w := newJournal(), &worker{needs: map[durable.Step][]durable.Step{"a": nil}, do: hang}
		go func() {
			time.Sleep(time.Second)
			j.mu.Lock()
			defer j.mu.Unlock()
			j.epochs["r"]++ // another process took over
		}()
		start := time.Now()
		err := local.New(j, w, local.Options{}).Execute(t.Context(), "r")
		if !errors.Is(err, durable.ErrLost) || time.Since(start) > local.DefaultClaimTTL {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestAStepThatCantBeRecordedEndsTheExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("the disk is full")
		w := &worker{needs: diamond, do: func(context.Context, durable.Step) (durable.Outcome, error) { return "", broken }}
		if err := local.New(newJournal(), w, local.Options{}).Execute(t.Context(), "r"); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if !slices.Equal(w.started, []durable.Step{"a"}) {
			t.Errorf("started %v after the store had failed", w.started)
		}
	})
}
