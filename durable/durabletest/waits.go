package durabletest

import (
	"context"
	"slices"
	"time"

	"github.com/cineforge/cineforge/durable"
)

func wakes(b *bench) {
	b.make("g", "r", "s")
	start := time.Now()
	w := b.process(single, waiting(start.Add(time.Minute)))
	defer b.work(w, Options{})()
	time.Sleep(59 * time.Second)
	if n := len(w.starts()); n != 2 {
		b.Errorf("two runs that wait were taken up %d times before their time", n)
	}
	if took := b.takeOver(b.process(single, waiting(time.Now())), "r"); took > 0 {
		b.Errorf("a run that waits was held for %v", took)
	}
	b.ends("s")
	b.took("a wait of a minute", time.Since(start), time.Minute)
	b.once("r", single)
	b.once("s", single)
}

func wakesElsewhere(b *bench) {
	b.make("g", "r")
	start := time.Now()
	do := waiting(start.Add(time.Minute))
	first := b.process(single, do)
	stop := b.work(first, Options{})
	time.Sleep(10 * time.Second)
	first.p.Kill()
	stop()
	second := b.process(single, do)
	defer b.work(second, Options{})()
	b.ends("r")
	b.took("a wait of a minute", time.Since(start), time.Minute)
	if n := len(second.starts()); n != 1 {
		b.Errorf("the run was taken up %d times, want once, at its time", n)
	}
	b.once("r", single)
}

// waitsInCrowds lets a run wait for a minute alone, and another one among very many that
// wait for longer: that one goes on at its time too, no process touches the others, and the
// world is asked no more often.
func waitsInCrowds(b *bench) {
	w := b.process(single, lasting(time.Second))
	defer b.work(w, Options{})()
	one := func(name string) (asked int) {
		start := time.Now()
		before := w.p.Asked()
		b.suspend("g", start.Add(time.Minute), name)
		b.took("a wait of a minute", b.ends(name), time.Minute+time.Second)
		time.Sleep(time.Until(start.Add(2 * time.Minute)))
		b.once(name, single)
		return w.p.Asked() - before
	}
	alone := one("alone")
	b.suspend("g", time.Now().Add(24*time.Hour), names("late", b.Crowd)...)
	time.Sleep(time.Minute)
	if among := one("among"); among > alone+2 { // a look more or less is by chance
		b.Errorf("a run among %d was found with %d questions, alone with %d", b.Crowd, among, alone)
	}
	if got := w.starts(); !slices.Equal(got, []string{"alone a", "among a"}) {
		b.Errorf("started %d steps", len(got))
	}
}

// suspend makes runs that wait for a time.
func (b *bench) suspend(group string, until time.Time, runs ...string) {
	b.Helper()
	if err := b.world.Suspend(b.Context(), group, until, runs...); err != nil {
		b.Fatal(err)
	}
}

func waitsFreely(b *bench) {
	b.make("g", "r1", "r2", "r3")
	late := time.Now().Add(time.Minute)
	w := b.process(single, func(ctx context.Context, j job) (durable.Result, error) {
		if j.run[0] == 'r' {
			return waiting(late)(ctx, j)
		}
		return lasting(time.Second)(ctx, j)
	})
	defer b.work(w, Options{Limit: 1})()
	time.Sleep(10 * time.Second)
	b.make("g", "s")
	b.took("a run beside some that wait", b.ends("s"), time.Second)
	b.ends("r1", "r2", "r3")
}

// beside is a step that waits for 20 s beside one that works for a minute.
func (b *bench) beside() (w *worker, start time.Time) {
	b.make("g", "r")
	start = time.Now()
	return b.process(couple, func(ctx context.Context, j job) (durable.Result, error) {
		if j.step == "a" {
			return waiting(start.Add(20*time.Second))(ctx, j)
		}
		return lasting(time.Minute)(ctx, j)
	}), start
}

func waitsBeside(b *bench) {
	w, start := b.beside()
	defer b.work(w, Options{})()
	b.until("step a", func() bool { return len(b.notes("r")) == 1 })
	b.took("a wait of 20 s", time.Since(start), 20*time.Second)
	b.ends("r")
	b.took("the run", time.Since(start), time.Minute)
	b.once("r", couple)
}

func triesNowBeside(b *bench) {
	w, start := b.beside()
	defer b.work(w, Options{})()
	time.Sleep(10 * time.Second)
	b.send("r", durable.TryNow)
	b.until("step a", func() bool { return len(b.notes("r")) == 1 })
	b.within("trying now", time.Since(start), 10*time.Second+20*time.Millisecond)
	b.ends("r")
	b.once("r", couple)
}

func triesNow(b *bench) {
	b.make("g", "r")
	w := b.process(single, waiting(time.Now().Add(time.Minute)))
	defer b.work(w, Options{})()
	time.Sleep(10 * time.Second)
	b.send("r", durable.TryNow)
	b.within("trying now", b.ends("r"), 20*time.Millisecond)
	b.once("r", single)
}

func triesNowWithin(b *bench) {
	b.make("g", "r")
	w := b.process(single, waiting(time.Now().Add(time.Minute)))
	ended := make(chan error, 1)
	go func() { ended <- w.engine(Options{}).Execute(b.Context(), "r") }()
	time.Sleep(10 * time.Second)
	start := time.Now()
	b.send("r", durable.TryNow)
	if err := <-ended; err != nil {
		b.Error(err)
	}
	b.within("trying now", time.Since(start), 0)
	b.once("r", single)
}

// triesNowUnrecorded lets the store fail when the signal is to be recorded: it is not lost by
// that, and nothing is done before it is recorded.
func triesNowUnrecorded(b *bench) {
	b.make("g", "r")
	w := b.process(single, waiting(time.Now().Add(time.Minute)))
	tries := 0
	w.tryNow = func() error {
		if tries++; tries < 3 {
			return errBroken
		}
		return nil
	}
	defer b.work(w, Options{})()
	time.Sleep(10 * time.Second)
	b.send("r", durable.TryNow)
	b.within("trying now with a store that fails twice", b.ends("r"), 20*time.Second)
	b.once("r", single)
	if tries != 3 {
		b.Errorf("it was tried %d times", tries)
	}
}

// triesNowLate says it at the moment at which the step has said that it waits.
func triesNowLate(b *bench) {
	b.make("g", "r")
	until := time.Now().Add(time.Minute)
	said := false
	w := b.process(single, nil)
	w.do = func(ctx context.Context, j job) (durable.Result, error) {
		if !said {
			said = true
			b.send("r", durable.TryNow)
			time.Sleep(b.Slack + time.Millisecond) // it is heard while the step has made up its mind
			return durable.Result{Outcome: durable.Waiting, Until: until}, nil
		}
		return waiting(until)(ctx, j)
	}
	defer b.work(w, Options{})()
	b.within("trying now", b.ends("r"), 20*time.Millisecond+b.Slack)
	b.once("r", single)
}
