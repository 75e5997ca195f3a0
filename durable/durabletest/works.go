package durabletest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cineforge/cineforge/durable"
)

// names makes names of runs.
func names(prefix string, n int) (runs []string) {
	for i := range n {
		runs = append(runs, fmt.Sprintf("%s%02d", prefix, i))
	}
	return runs
}

func limits(b *bench) {
	runs := names("r", 10)
	b.make("g", runs...)
	w := b.process(single, lasting(time.Second))
	defer b.work(w, Options{Limit: 3})()
	b.took("10 runs of a second, 3 at a time", b.ends(runs...), 4*time.Second)
	if w.mostly != 3 {
		b.Errorf("%d runs at a time, want 3", w.mostly)
	}
	for _, r := range runs {
		b.once(r, single)
	}
}

func turns(b *bench) {
	for _, limit := range []int{1, 3} {
		many := names(fmt.Sprintf("m%d-", limit), 12)
		few := names(fmt.Sprintf("f%d-", limit), 3)
		b.make(fmt.Sprintf("many%d", limit), many...)
		b.make(fmt.Sprintf("few%d", limit), few...)
		w := b.process(single, lasting(time.Second))
		stop := b.work(w, Options{Limit: limit})
		b.ends(append(many, few...)...)
		stop()
		last := 0
		for i, s := range w.starts() {
			if s[0] == 'f' {
				last = i
			}
		}
		// Each turn of the small group comes after one of the large group at the latest.
		if most := limit + 2*len(few); last >= most {
			b.Errorf("limit %d: the small group had its last turn as number %d, want %d at the latest: %v", limit, last+1, most, w.starts())
		}
	}
}

func stuck(b *bench) {
	hear := make(chan struct{})
	runs := names("r", 6)
	b.make("g", "deaf")
	w := b.process(single, func(ctx context.Context, j job) (durable.Result, error) {
		if j.run == "deaf" {
			return deaf(hear)(ctx, j)
		}
		return lasting(time.Second)(ctx, j)
	})
	stop := b.work(w, Options{Limit: 2})
	time.Sleep(time.Second)
	b.make("g", runs...)
	b.took("6 runs of a second beside a stuck one", b.ends(runs...), 6*time.Second)
	close(hear)
	b.ends("deaf")
	stop()
}

func unopened(b *bench) {
	var mu sync.Mutex
	var tries []time.Time
	reported := 0
	runs := names("r", 5)
	b.make("a", "bad")
	b.make("b", runs...)
	w := b.process(single, lasting(time.Second))
	w.open = func(run string) error {
		if run != "bad" {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if tries = append(tries, time.Now()); len(tries) > 8 {
			return nil // it is put right
		}
		return errBroken
	}
	defer b.work(w, Options{Limit: 1, Troubled: func(run string, err error) {
		mu.Lock()
		defer mu.Unlock()
		if reported++; run != "bad" || !errors.Is(err, errBroken) {
			b.Errorf("reported trouble with run %s: %v", run, err)
		}
	}})()
	b.took("5 runs of a second beside a broken one", b.ends(runs...), 5*time.Second)
	b.ends("bad")
	if reported != 8 {
		b.Errorf("reported trouble %d times, want 8", reported)
	}
	for i := 2; i < len(tries); i++ {
		before := tries[i-1].Sub(tries[i-2])
		now := tries[i].Sub(tries[i-1])
		if now < before-b.Slack-time.Second || i > 2 && now < 2*time.Second || now > 2*time.Minute { // a run under way may be in between
			b.Errorf("pauses of %v and then %v", before, now)
		}
	}
}

// soon is how long the end of a process may take.
const soon = 10 * time.Second

func handsOn(b *bench) {
	b.make("g", "r")
	first := b.process(diamond, lasting(time.Second))
	second := b.process(diamond, lasting(time.Second))
	stop := b.work(first, Options{})
	time.Sleep(1500 * time.Millisecond)
	start := time.Now()
	stop()
	b.within("handing on", time.Since(start), 0)
	defer b.work(second, Options{})()
	b.took("the rest of a run that was handed on", b.ends("r"), 2*time.Second)
	b.once("r", diamond)
	for _, cause := range first.causes {
		if !errors.Is(cause, durable.ErrHandedOn) {
			b.Errorf("a step was stopped for %v", cause)
		}
	}
	if notes := b.notes("r"); len(notes) != 5 {
		b.Errorf("handing on was recorded: %q", notes)
	}
}

func handsOnDeaf(b *bench) {
	b.make("g", "r")
	hear := make(chan struct{})
	stop := b.work(b.process(couple, deaf(hear)), Options{})
	time.Sleep(time.Second)
	start := time.Now()
	stop()
	b.within("handing on a step that hears nothing", time.Since(start), soon)
	stop = b.work(b.process(couple, lasting(time.Second)), Options{})
	b.took("the run elsewhere", b.ends("r"), time.Second)
	stop()
	close(hear) // what it says then is fenced off
	time.Sleep(time.Second)
	b.once("r", couple)
}

// ending is a step's work that, when it is stopped, takes a time to let something come to an
// end, unless all is to end.
func ending(d time.Duration) func(context.Context, job) (durable.Result, error) {
	return func(ctx context.Context, j job) (durable.Result, error) {
		<-ctx.Done()
		select {
		case <-time.After(d):
			return durable.Result{Outcome: durable.Done}, nil
		case <-j.terms.Hard.Done():
			return durable.Result{Outcome: durable.Parked}, nil
		}
	}
}

func handsOnAtItsEnd(b *bench) {
	b.make("g", "r")
	stop := b.work(b.process(single, ending(20*time.Second)), Options{Grace: 30 * time.Second})
	time.Sleep(time.Second)
	other := b.process(single, lasting(time.Second))
	ended := b.work(other, Options{})
	start := time.Now()
	stop()
	b.within("handing on a step at its end", time.Since(start), 20*time.Second)
	b.within("the rest of the run", b.ends("r"), soon)
	ended()
	if notes := b.notes("r"); len(notes) != 2 || !strings.HasPrefix(notes[0], "1 ") {
		b.Errorf("recorded %q", notes)
	}
}

func cancelAtItsEnd(b *bench) {
	b.make("g", "r")
	ended := b.work(b.process(single, ending(20*time.Second)), Options{Grace: 30 * time.Second})
	time.Sleep(time.Second)
	go ended()
	time.Sleep(time.Second)
	b.cancel("r", time.Second)
}

func shares(b *bench) {
	runs := names("r", 24)
	b.make("g", runs...)
	first := b.process(couple, lasting(time.Second))
	second := b.process(couple, lasting(time.Second))
	stopFirst := b.work(first, Options{Limit: 3})
	stopSecond := b.work(second, Options{Limit: 3})
	b.took("24 runs of a second, 3 at a time in 2 processes", b.ends(runs...), 4*time.Second)
	stopFirst()
	stopSecond()
	for _, r := range runs {
		b.once(r, couple)
	}
	for _, w := range []*worker{first, second} {
		if n := len(w.starts()); n < 12 {
			b.Errorf("process %s did %d of 48 steps", w.name, n)
		}
	}
	all := append(first.starts(), second.starts()...)
	slices.Sort(all)
	if n := len(slices.Compact(slices.Clone(all))); n != 48 || len(all) != 48 {
		b.Errorf("48 steps were begun %d times: %s", len(all), strings.Join(all, ", "))
	}
}
