package durabletest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cineforge/cineforge/durable"
)

// operator returns the engine of a process that does no steps.
func (b *bench) operator() durable.Engine {
	if b.acts == nil {
		b.acts = b.process(single, nil).engine(Options{})
	}
	return b.acts
}

// why is the note of the signals that operators send.
const why = "why"

// send sends a signal to a run, as an operator does.
func (b *bench) send(run string, kind durable.SignalKind) {
	b.Helper()
	if err := b.operator().Send(b.Context(), run, durable.Signal{Kind: kind, Note: why}); err != nil {
		b.Fatal(err)
	}
}

// wants fails the check if a signal comes without the note that was sent with it.
func (w *worker) wants(note string) {
	if note != why {
		w.t.Errorf("a signal came with the note %q, want %q", note, why)
	}
}

// updates changes a run that no process works on: it is due when the time has passed.
func updates(b *bench) {
	b.make("g", "r")
	start := time.Now()
	w := b.process(single, lasting(time.Second))
	err := w.engine(Options{}).Update(b.Context(), "r", time.Minute, func(ctx context.Context, claim durable.Claim) error {
		return w.p.Record(ctx, claim, "0 changed r", false)
	})
	if err != nil {
		b.Fatal(err)
	}
	if notes := b.notes("r"); !slices.Equal(notes, []string{"0 changed r"}) {
		b.Errorf("recorded %q", notes)
	}
	defer b.work(w, Options{})()
	b.ends("r")
	b.took("the run", time.Since(start), time.Minute+time.Second)
}

// updatesHeld refuses to change a run on which a process works.
func updatesHeld(b *bench) {
	b.make("g", "r")
	w := b.process(single, lasting(time.Minute))
	defer b.work(w, Options{})()
	time.Sleep(10 * time.Second)
	err := b.operator().Update(b.Context(), "r", 0, func(context.Context, durable.Claim) error {
		b.Error("a run was changed on which a process works")
		return nil
	})
	if !errors.Is(err, durable.ErrHeld) {
		b.Errorf("changing the run returned %v", err)
	}
	b.ends("r")
	b.once("r", single)
}

// wakesAll ends the waits of all runs.
func wakesAll(b *bench) {
	b.make("g", "r0", "r1")
	w := b.process(single, waiting(time.Now().Add(time.Minute)))
	stop := b.work(w, Options{})
	time.Sleep(10 * time.Second)
	stop()
	start := time.Now()
	w = b.process(single, lasting(time.Second))
	defer b.work(w, Options{})()
	if err := b.operator().WakeAll(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ends("r0", "r1")
	b.within("waking all", time.Since(start), time.Second+20*time.Millisecond)
}

// monitors asks whether a run is worked on.
func monitors(b *bench) {
	b.make("g", "r")
	want := func(when string, worked, abandoned bool) {
		b.Helper()
		w, err := b.operator().Worked(b.Context(), "r")
		a, err2 := b.operator().Abandoned(b.Context(), "r")
		if err := errors.Join(err, err2); err != nil || w != worked || a != abandoned {
			b.Errorf("%s: worked on: %v, abandoned: %v, %v", when, w, a, err)
		}
	}
	want("before it is begun", false, true)
	stop := b.work(b.process(single, lasting(time.Minute)), Options{})
	time.Sleep(10 * time.Second)
	want("under way", true, false)
	stop()
	want("handed on", false, true)
}

// lists asks which runs are due.
func lists(b *bench) {
	b.make("g", "r0", "r1", "r2")
	if due, err := b.operator().Due(b.Context(), 2); err != nil || len(due) != 2 {
		b.Errorf("due are %v, %v", due, err)
	}
	stop := b.work(b.process(single, lasting(time.Minute)), Options{Limit: 2})
	defer stop()
	time.Sleep(10 * time.Second)
	if due, err := b.operator().Due(b.Context(), 3); err != nil || len(due) != 1 {
		b.Errorf("due are %v, %v", due, err)
	}
}

// serves shows other processes that one works on whatever is due.
func serves(b *bench) {
	b.make("g", "r")
	server := b.process(single, nil).engine(Options{})
	if err := server.Serve(); err != nil {
		b.Fatal(err)
	}
	if abandoned, err := server.Abandoned(b.Context(), "r"); err != nil || abandoned || server.Served() {
		b.Errorf("to the process that serves the run is abandoned: %v, %v; served by another: %v", abandoned, err, server.Served())
	}
	if served := b.operator().Served(); served != b.Sees {
		b.Errorf("another process sees it: %v, want %v", served, b.Sees)
	}
}
