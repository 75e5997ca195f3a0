package durabletest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/durable"
)

// cancel ends a run as operators do, and wants it ended within a time and for good.
func (b *bench) cancel(run string, most time.Duration) {
	b.Helper()
	start := time.Now()
	if err := b.operator().Cancel(b.Context(), run, why); err != nil {
		b.Fatal(err)
	}
	if took := time.Since(start); took > most {
		b.Errorf("ending run %s took %v, want at most %v", run, took, most)
	}
	if err := b.operator().Cancel(b.Context(), run, why); !errors.Is(err, durable.ErrLost) {
		b.Errorf("a run that was ended is ended again: %v", err)
	}
	time.Sleep(2 * time.Minute)
	notes := b.notes(run)
	ends := slices.DeleteFunc(slices.Clone(notes), func(n string) bool { _, step := split(n); return step != end })
	if len(ends) != 1 || !strings.Contains(ends[0], cancelled) || notes[len(notes)-1] != ends[0] {
		b.Errorf("run %s was ended and has %q", run, notes)
	}
	if slices.ContainsFunc(notes, func(n string) bool { what, _ := split(n); return what == string(durable.Parked) && most < b.Notice }) {
		b.Errorf("run %s was ended, and parked by that: %q", run, notes)
	}
}

func cancelRunning(b *bench) {
	b.make("g", "r")
	w := b.process(couple, lasting(10*time.Minute))
	defer b.work(w, Options{})()
	time.Sleep(10 * time.Second)
	b.cancel("r", time.Second)
	for _, cause := range w.causes {
		if !errors.Is(cause, durable.ErrCancelled) {
			b.Errorf("a step was stopped for %v", cause)
		}
	}
	if len(w.causes) != 2 {
		b.Errorf("%d steps were stopped, want 2", len(w.causes))
	}
}

func cancelDeaf(b *bench) {
	b.make("g", "r")
	hear := make(chan struct{})
	defer b.work(b.process(single, deaf(hear)), Options{})()
	time.Sleep(10 * time.Second)
	b.cancel("r", time.Second)
	close(hear) // what it says then is not recorded any more
	time.Sleep(time.Minute)
	if notes := b.notes("r"); len(notes) != 1 {
		b.Errorf("after the end: %q", notes)
	}
}

func cancelForeground(b *bench) {
	b.make("g", "r")
	ended := make(chan error, 1)
	w := b.process(single, lasting(10*time.Minute))
	go func() { ended <- w.engine(Options{}).Execute(b.Context(), "r") }()
	time.Sleep(10 * time.Second)
	b.cancel("r", time.Second)
	if err := <-ended; !errors.Is(err, durable.ErrCancelled) {
		b.Errorf("the execution of a run that was ended returned %v", err)
	}
}

func cancelWaiting(b *bench) {
	b.make("g", "r")
	w := b.process(single, waiting(time.Now().Add(time.Minute)))
	defer b.work(w, Options{})()
	time.Sleep(10 * time.Second)
	b.cancel("r", time.Second)
}

func cancelQueued(b *bench) {
	b.make("g", "r0", "r1")
	hear := make(chan struct{})
	w := b.process(single, deaf(hear))
	defer b.work(w, Options{Limit: 1})()
	defer close(hear)
	time.Sleep(10 * time.Second)
	b.cancel("r1", time.Second)
	if got := w.starts(); len(got) != 1 {
		b.Errorf("started %v", got)
	}
}

func cancelParked(b *bench) {
	b.make("g", "r")
	ctx, cancel := context.WithTimeout(b.Context(), time.Second)
	defer cancel()
	b.process(single, lasting(10*time.Minute)).engine(Options{}).Execute(ctx, "r") //nolint:errcheck // that it was interrupted
	defer b.work(b.process(single, lasting(10*time.Minute)), Options{})()
	// What has been parked stays recorded.
	if err := b.operator().Cancel(b.Context(), "r", why); err != nil {
		b.Error(err)
	}
	if notes := b.notes("r"); len(notes) != 2 || !strings.Contains(notes[1], cancelled) {
		b.Errorf("recorded %q", notes)
	}
}

func cancelOrphan(b *bench) {
	b.make("g", "r")
	w := b.process(single, lasting(time.Minute))
	stop := b.work(w, Options{})
	time.Sleep(30 * time.Second)
	w.p.Kill()
	b.cancel("r", max(time.Second, b.Notice))
	stop()
}

// cancelTroubled lets the process die to the store while it ends the run: the word is
// not lost by that, and the next process ends the run.
func cancelTroubled(b *bench) {
	for n := 1; n <= 4; n++ {
		run := "r" + string(rune('0'+n))
		b.make("g", run)
		first := b.process(single, lasting(10*time.Minute))
		stop := b.work(first, Options{})
		time.Sleep(time.Second)
		first.p.KillAt(n, false)
		b.send(run, durable.Cancel)
		time.Sleep(time.Second)
		stop()
		stop = b.work(b.process(single, lasting(10*time.Minute)), Options{})
		b.within("ending a run elsewhere", b.ends(run), b.Lease+time.Second)
		stop()
		if notes := b.notes(run); len(notes) != 1 || !strings.Contains(notes[0], cancelled) {
			b.Errorf("recorded %q", notes)
		}
	}
}

// cancelUnrecorded lets the store fail when the end is to be recorded: it is tried again,
// although the signal is not sent again.
func cancelUnrecorded(b *bench) {
	b.make("g", "r")
	w := b.process(single, lasting(10*time.Minute))
	tries := 0
	w.stop = func() error {
		if tries++; tries < 3 {
			return errBroken
		}
		return nil
	}
	defer b.work(w, Options{})()
	time.Sleep(time.Second)
	b.send("r", durable.Cancel)
	b.within("ending a run whose store fails twice", b.ends("r"), 4*time.Second) // with pauses of 1 and 2 s
	if notes := b.notes("r"); len(notes) != 1 || !strings.Contains(notes[0], cancelled) {
		b.Errorf("recorded %q", notes)
	}
}
