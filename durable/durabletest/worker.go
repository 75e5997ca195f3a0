package durabletest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/durable"
)

// bench is what a check works with.
type bench struct {
	*testing.T
	Subject
	world World
	named int
	acts  durable.Engine
}

// needs says which steps the steps of a run build on.
type needs map[durable.Step][]durable.Step

var (
	single  = needs{"a": nil}
	couple  = needs{"a": nil, "b": nil}
	diamond = needs{"a": nil, "b": {"a"}, "c": {"a"}, "d": {"b", "c"}}
)

// end is the step that ends a run.
const end durable.Step = "end"

// job is one step that is being done.
type job struct {
	run   string
	step  durable.Step
	terms durable.Terms
	hurry <-chan struct{} // closed when an operator wants no waiting
}

// worker does steps by a function, and records them in the world. It is safe for
// concurrent use.
type worker struct {
	name   string // notes bear it
	p      Process
	world  World
	needs  needs
	do     func(ctx context.Context, j job) (durable.Result, error)
	open   func(run string) error // fails Open; nil does not
	stop   func() error           // fails Cancel; nil does not
	t      *testing.T
	tryNow func() error // fails TryNow; nil does not

	mu      sync.Mutex // guards what follows
	busy    map[string]int
	mostly  int // the most runs under way at a time
	started []string
	causes  []error // why steps were stopped
}

// process boots a process with a worker.
func (b *bench) process(n needs, do func(context.Context, job) (durable.Result, error)) *worker {
	b.named++
	return &worker{name: fmt.Sprint(b.named), p: b.world.Boot(), world: b.world, needs: n, do: do, t: b.T, busy: map[string]int{}}
}

func (w *worker) engine(o Options) durable.Engine { return w.p.Engine(w, o) }

// opened is a run that a worker has taken up.
type opened struct {
	*worker
	claim durable.Claim
	terms durable.Terms

	mu    sync.Mutex
	hurry chan struct{} // closed by TryNow; guarded by mu
}

// Open reads what is recorded.
func (w *worker) Open(ctx context.Context, claim durable.Claim, terms durable.Terms) (durable.Run, []durable.Result, error) {
	if w.open != nil {
		if err := w.open(claim.Run); err != nil {
			return nil, nil, err
		}
	}
	notes, err := w.world.Notes(ctx, claim.Run)
	if err != nil {
		return nil, nil, err
	}
	var done []durable.Result
	for _, n := range notes {
		if what, step := split(n); what == string(durable.Done) {
			done = append(done, durable.Result{Step: step, Outcome: durable.Done})
		}
	}
	return &opened{worker: w, claim: claim, terms: terms, hurry: make(chan struct{})}, done, nil
}

// split takes a note apart, without the name of its worker.
func split(note string) (what string, step durable.Step) {
	f := strings.Fields(note)
	return f[1], durable.Step(f[2])
}

const cancelled = "cancelled"

// Cancel records the end, once.
func (w *worker) Cancel(ctx context.Context, claim durable.Claim, note string) error {
	if w.stop != nil {
		if err := w.stop(); err != nil {
			return err
		}
	}
	notes, err := w.world.Notes(ctx, claim.Run)
	if err != nil || over(notes) {
		return err
	}
	w.wants(note)
	return w.p.Record(ctx, claim, fmt.Sprintf("%s %s %s", w.name, cancelled, end), true)
}

// over reports whether a run has ended.
func over(notes []string) bool {
	return slices.ContainsFunc(notes, func(n string) bool { _, step := split(n); return step == end })
}

func (o *opened) Next(done []durable.Result, running []durable.Step) (start []durable.Step) {
	ended := map[durable.Step]durable.Outcome{}
	for _, r := range done {
		ended[r.Step] = r.Outcome
	}
	all := true
	for _, step := range []durable.Step{"a", "b", "c", "d"} {
		before, known := o.needs[step]
		if !known {
			continue
		}
		all = all && ended[step] == durable.Done
		ready := ended[step] == "" && !slices.Contains(running, step)
		for _, n := range before {
			ready = ready && ended[n] == durable.Done
		}
		if ready {
			start = append(start, step)
		}
	}
	if all && ended[end] == "" && len(running) == 0 {
		start = append(start, end)
	}
	return start
}

func (o *opened) TryNow(_ context.Context, note string) error {
	o.wants(note)
	if o.tryNow != nil {
		if err := o.tryNow(); err != nil {
			return err
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case <-o.hurry:
	default:
		close(o.hurry)
	}
	return nil
}

func (o *opened) Do(ctx context.Context, step durable.Step) (durable.Result, error) {
	record := context.WithoutCancel(ctx)
	notes, err := o.world.Notes(record, o.claim.Run)
	if err != nil {
		return durable.Result{}, err
	}
	if slices.ContainsFunc(notes, func(n string) bool { what, s := split(n); return what == string(durable.Done) && s == step }) {
		return durable.Result{Step: step, Outcome: durable.Done}, nil
	}
	result := durable.Result{Step: step, Outcome: durable.Done}
	if step != end {
		if ctx.Err() != nil {
			return durable.Result{Step: step, Outcome: durable.Parked}, o.note(ctx, step, durable.Parked)
		}
		o.begin(step)
		result, err = o.do(ctx, job{run: o.claim.Run, step: step, terms: o.terms, hurry: o.hurry})
		o.ended(ctx)
	}
	result.Step = step
	if err != nil || result.Outcome == durable.Waiting {
		return result, err
	}
	return result, o.note(ctx, step, result.Outcome)
}

// note records how a step ended.
func (o *opened) note(ctx context.Context, step durable.Step, outcome durable.Outcome) error {
	cause := context.Cause(ctx)
	if outcome == durable.Parked && (errors.Is(cause, durable.ErrCancelled) || errors.Is(cause, durable.ErrHandedOn)) {
		return nil
	}
	return o.p.Record(context.WithoutCancel(ctx), o.claim, fmt.Sprintf("%s %s %s", o.name, outcome, step), step == end)
}

func (o *opened) begin(step durable.Step) {
	o.worker.mu.Lock()
	defer o.worker.mu.Unlock()
	o.started = append(o.started, o.claim.Run+" "+string(step))
	o.busy[o.claim.Run]++
	o.mostly = max(o.mostly, len(o.busy))
}

func (o *opened) ended(ctx context.Context) {
	o.worker.mu.Lock()
	defer o.worker.mu.Unlock()
	if o.busy[o.claim.Run]--; o.busy[o.claim.Run] == 0 {
		delete(o.busy, o.claim.Run)
	}
	if ctx.Err() != nil {
		o.causes = append(o.causes, context.Cause(ctx))
	}
}

// starts returns what the worker has begun, as "run step".
func (w *worker) starts() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.started)
}

// lasting is a step's work of some length, which ends early if it is stopped.
func lasting(d time.Duration) func(context.Context, job) (durable.Result, error) {
	return func(ctx context.Context, _ job) (durable.Result, error) {
		select {
		case <-ctx.Done():
			return durable.Result{Outcome: durable.Parked}, nil
		case <-time.After(d):
			return durable.Result{Outcome: durable.Done}, nil
		}
	}
}

// deaf is a step's work that hears nothing until a channel is closed, or very long.
func deaf(until <-chan struct{}) func(context.Context, job) (durable.Result, error) {
	return func(context.Context, job) (durable.Result, error) {
		select {
		case <-until:
		case <-time.After(patience / 4):
		}
		return durable.Result{Outcome: durable.Done}, nil
	}
}

// waiting is a step's work that is done at a time, and waits for it out of the
// process if that is wanted.
func waiting(until time.Time) func(context.Context, job) (durable.Result, error) {
	return func(ctx context.Context, j job) (durable.Result, error) {
		left := time.Until(until)
		select {
		case <-j.hurry:
			return durable.Result{Outcome: durable.Done}, nil
		default:
		}
		if left > 0 && j.terms.LongestWait > 0 && left > j.terms.LongestWait {
			return durable.Result{Outcome: durable.Waiting, Until: until}, nil
		}
		select {
		case <-j.hurry:
		case <-time.After(left):
		case <-ctx.Done():
			return durable.Result{Outcome: durable.Parked}, nil
		}
		return durable.Result{Outcome: durable.Done}, nil
	}
}

// make makes runs that are due.
func (b *bench) make(group string, runs ...string) {
	b.Helper()
	if err := b.world.Make(b.Context(), group, runs...); err != nil {
		b.Fatal(err)
	}
}

// notes returns what is recorded of a run.
func (b *bench) notes(run string) []string {
	b.Helper()
	notes, err := b.world.Notes(context.WithoutCancel(b.Context()), run)
	if err != nil {
		b.Fatal(err)
	}
	return notes
}

// work lets a worker work until stop is called, which returns when it has stopped.
func (b *bench) work(w *worker, o Options) (stop func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := w.engine(o).Work(ctx); !errors.Is(err, context.Canceled) {
			b.Errorf("work ended with %v", err)
		}
	}()
	return func() { cancel(); <-ended }
}

// patience is how long a check waits for what has to come.
const patience = 48 * time.Hour

// look is how many times longer than its pauses a check has waited before it looks
// again: long waits need no close look.
const look = 200

// until waits until something is so, and returns how long that took.
func (b *bench) until(what string, so func() bool) time.Duration {
	b.Helper()
	for start := time.Now(); ; {
		synctest.Wait()
		if so() {
			return time.Since(start)
		}
		passed := time.Since(start)
		if passed > patience {
			b.Fatalf("in vain: %s", what)
		}
		time.Sleep(max(10*time.Millisecond, passed/look))
	}
}

// ends waits for the end of a run, and returns how long that took.
func (b *bench) ends(runs ...string) time.Duration {
	b.Helper()
	return b.until(fmt.Sprintf("the end of %v", runs), func() bool {
		return !slices.ContainsFunc(runs, func(r string) bool { return !over(b.notes(r)) })
	})
}

// once wants each step of a run recorded once, and nothing after the end.
func (b *bench) once(run string, n needs) {
	b.Helper()
	done := map[durable.Step]int{}
	notes := b.notes(run)
	for i, note := range notes {
		what, step := split(note)
		if what == string(durable.Done) {
			done[step]++
		}
		if step == end && i != len(notes)-1 {
			b.Errorf("run %s: something was recorded after the end: %q", run, notes)
		}
	}
	for step := range n {
		if done[step] != 1 {
			b.Errorf("run %s: step %s is recorded %d times: %q", run, step, done[step], notes)
		}
	}
	if done[end] != 1 {
		b.Errorf("run %s has %d ends: %q", run, done[end], notes)
	}
}

// took wants a time to be what it has to be, or a little longer.
func (b *bench) took(what string, got, want time.Duration) {
	b.Helper()
	if got < want || got > want+b.Slack+20*time.Millisecond+want/look {
		b.Errorf("%s took %v, want %v (or %v more)", what, got, want, b.Slack)
	}
}

// within wants a time to be no longer than another.
func (b *bench) within(what string, got, most time.Duration) {
	b.Helper()
	if got > most+b.Slack {
		b.Errorf("%s took %v, want at most %v (or %v more)", what, got, most, b.Slack)
	}
}

// takeOver executes a run as soon as no other process does.
func (b *bench) takeOver(w *worker, run string) (took time.Duration) {
	b.Helper()
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		began := time.Since(start)
		err := w.engine(Options{}).Execute(b.Context(), run)
		if !errors.Is(err, durable.ErrHeld) {
			if err != nil {
				b.Errorf("run %s was taken over and ended with %v", run, err)
			}
			return began
		}
		if began > patience {
			b.Fatalf("run %s can't be taken over", run)
		}
	}
}
