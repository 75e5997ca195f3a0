package durabletest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/durable"
)

func parallel(b *bench) {
	b.make("g", "r")
	w := b.process(diamond, lasting(time.Second))
	start := time.Now()
	if err := w.engine(Options{}).Execute(b.Context(), "r"); err != nil {
		b.Fatal(err)
	}
	b.took("a diamond of one-second steps", time.Since(start), 3*time.Second)
	b.once("r", diamond)
}

var errBroken = errors.New("the disk is full")

func recorded(b *bench) {
	b.make("g", "r")
	first := b.process(diamond, func(ctx context.Context, j job) (durable.Result, error) {
		if j.step == "b" {
			return durable.Result{}, errBroken
		}
		return lasting(time.Second)(ctx, j)
	})
	if err := first.engine(Options{}).Execute(b.Context(), "r"); !errors.Is(err, errBroken) {
		b.Fatalf("got %v", err)
	}
	second := b.process(diamond, lasting(time.Second))
	if err := second.engine(Options{}).Execute(b.Context(), "r"); err != nil {
		b.Fatal(err)
	}
	if got := second.starts(); !slices.Equal(got, []string{"r b", "r d"}) {
		b.Errorf("started %v, want b and d only", got)
	}
	b.once("r", diamond)
}

func unrecorded(b *bench) {
	b.make("g", "r")
	w := b.process(diamond, func(context.Context, job) (durable.Result, error) { return durable.Result{}, errBroken })
	if err := w.engine(Options{}).Execute(b.Context(), "r"); !errors.Is(err, errBroken) {
		b.Errorf("got %v", err)
	}
	if got := w.starts(); !slices.Equal(got, []string{"r a"}) {
		b.Errorf("started %v after the store had failed", got)
	}
}

// unrecordedAgain lets the store fail a few times.
func unrecordedAgain(b *bench) {
	b.make("g", "r")
	tries := 0
	w := b.process(single, func(ctx context.Context, j job) (durable.Result, error) {
		if tries++; tries < 4 {
			return durable.Result{}, errBroken
		}
		return lasting(time.Second)(ctx, j)
	})
	defer b.work(w, Options{})()
	b.took("a run whose store fails three times", b.ends("r"), 8*time.Second) // with pauses of 1, 2 and 4 s
	b.once("r", single)
}

func parks(b *bench) {
	b.make("g", "r")
	first := b.process(diamond, lasting(time.Second))
	ctx, cancel := context.WithTimeout(b.Context(), 1500*time.Millisecond)
	defer cancel()
	if err := first.engine(Options{}).Execute(ctx, "r"); !errors.Is(err, context.DeadlineExceeded) {
		b.Errorf("an interrupted run returned %v", err)
	}
	notes := b.notes("r")
	slices.Sort(notes)
	if want := []string{"1 done a", "1 parked b", "1 parked c"}; !slices.Equal(notes, want) {
		b.Errorf("recorded %q, want %q", notes, want)
	}
	second := b.process(diamond, lasting(time.Second))
	stop := b.work(second, Options{})
	time.Sleep(2 * time.Minute)
	stop()
	if got := second.starts(); len(got) > 0 {
		b.Errorf("a parked run went on by itself: %v", got)
	}
	// The claim was given back, so that another process can go on at once.
	if took := b.takeOver(second, "r"); took > 0 {
		b.Errorf("the parked run was held for %v", took)
	}
	b.once("r", diamond)
}

func parksUnbegun(b *bench) {
	b.make("g", "r")
	w := b.process(diamond, lasting(time.Second))
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	if err := w.engine(Options{}).Execute(ctx, "r"); !errors.Is(err, context.Canceled) {
		b.Errorf("a run that was interrupted before its start returned %v", err)
	}
	if notes := b.notes("r"); !slices.Equal(notes, []string{"1 parked a"}) {
		b.Errorf("recorded %q", notes)
	}
	if took := b.takeOver(w, "r"); took > 0 {
		b.Errorf("the parked run was held for %v", took)
	}
	b.once("r", diamond)
}

func exclusive(b *bench) {
	b.make("g", "r")
	// The step is longer than the lease, so that only signs of life keep it.
	first := b.process(single, lasting(5*b.Lease))
	second := b.process(single, lasting(time.Second))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := first.engine(Options{}).Execute(b.Context(), "r"); err != nil {
			b.Error(err)
		}
	})
	time.Sleep(4 * b.Lease)
	if err := second.engine(Options{}).Execute(b.Context(), "r"); !errors.Is(err, durable.ErrHeld) {
		b.Errorf("a second process was let in: %v", err)
	}
	wg.Wait()
	b.once("r", single)
}

// frozen lets a process freeze while it works on a run, and another one take over. It
// returns what the first one's execution returned, and when after its thaw.
func (b *bench) frozen(do func(context.Context, job) (durable.Result, error)) (first *worker, took time.Duration, err error) {
	b.make("g", "r")
	first = b.process(couple, do)
	second := b.process(couple, lasting(time.Second))
	ended := make(chan error, 1)
	go func() { ended <- first.engine(Options{}).Execute(b.Context(), "r") }()
	time.Sleep(500 * time.Millisecond)
	thaw := first.p.Freeze()
	b.within("taking over from a frozen process", b.takeOver(second, "r"), b.Lease)
	thawed := time.Now()
	thaw()
	err = <-ended
	b.once("r", couple)
	for _, n := range b.notes("r") {
		if n[0] != second.name[0] {
			b.Errorf("a process wrote without a claim: %q", b.notes("r"))
		}
	}
	return first, time.Since(thawed), err
}

func fenced(b *bench) {
	hear := func(ctx context.Context, j job) (durable.Result, error) {
		if j.step == "a" { // it ends while the process has no claim, and is recorded too late
			time.Sleep(2 * time.Second)
			return durable.Result{Outcome: durable.Done}, nil
		}
		<-ctx.Done()
		return durable.Result{Outcome: durable.Parked}, nil
	}
	first, took, err := b.frozen(hear)
	if !errors.Is(err, durable.ErrLost) {
		b.Errorf("a run that was taken over returned %v", err)
	}
	b.within("stopping without a claim", took, b.Lease/3)
	if len(first.causes) == 0 || !errors.Is(first.causes[0], durable.ErrLost) {
		b.Errorf("steps were stopped for %v", first.causes)
	}
}

func fencedDeaf(b *bench) {
	hear := make(chan struct{})
	_, took, err := b.frozen(deaf(hear))
	if !errors.Is(err, durable.ErrLost) {
		b.Errorf("a run that was taken over returned %v", err)
	}
	b.within("stopping without a claim", took, b.Lease/3+time.Second)
	close(hear) // what it says then is fenced off
	synctest.Wait()
	b.once("r", couple)
}

func deathName(works, after bool) string {
	how := "executes"
	when := "before it is done"
	if works {
		how = "works"
	}
	if after {
		when = "after it is done"
	}
	return fmt.Sprintf("a process that %s dies at each write %s", how, when)
}

// fewestDeaths is how many writes the death check has to find: the claim, the steps,
// and the end.
const fewestDeaths = 6

// deaths kills a process at each of its writes, and lets another one take over.
func deaths(t *testing.T, s Subject, works, after bool) {
	for n := 1; ; n++ {
		lived := false
		synctest.Test(t, func(t *testing.T) {
			b := &bench{T: t, Subject: s, world: s.World(t)}
			lived = b.death(n, works, after)
		})
		if t.Failed() {
			t.Fatalf("the death was at write %d", n)
		}
		if lived {
			if n < fewestDeaths { // the last may be what it did not live to see
				t.Errorf("only %d deaths", n-1)
			}
			return
		}
	}
}

// death kills a process at its n-th write. It reports whether the process lived to see
// the end of the run.
func (b *bench) death(n int, works, after bool) (lived bool) {
	b.make("g", "r")
	first := b.process(diamond, lasting(time.Second))
	second := b.process(diamond, lasting(time.Second))
	first.p.KillAt(n, after)
	if works {
		stop := b.work(first, Options{})
		// It does nothing more for long, or has died.
		time.Sleep(3 * b.Lease)
		stop()
		lived = over(b.notes("r"))
		defer b.work(second, Options{})()
		b.within("going on elsewhere", b.ends("r"), b.Notice+4*time.Second)
	} else {
		err := first.engine(Options{}).Execute(b.Context(), "r")
		lived = err == nil
		if took := b.takeOver(second, "r"); !lived {
			b.within("taking over", took, b.Notice)
		}
	}
	b.once("r", diamond)
	return lived
}
