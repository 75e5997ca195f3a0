package breaker_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// call makes a call of a request that ends at once, and reports whether it was let through.
func call(b *breaker.Breaker, request string, ok bool) bool {
	p, _ := b.Acquire(request)
	if p == nil {
		return false
	}
	if ok {
		p.Success()
	} else {
		p.Failure(1, 0, "it failed")
	}
	return true
}

// trip fails calls until the breaker opens.
func trip(t testing.TB, b *breaker.Breaker) {
	t.Helper()
	for i := 0; b.Status().State == breaker.Closed; i++ {
		if i == 1000 {
			t.Fatal("it does not open")
		}
		call(b, fmt.Sprint("trip-", i), false)
	}
}

func want(t testing.TB, b *breaker.Breaker, s breaker.State) {
	t.Helper()
	if got := b.Status().State; got != s {
		t.Fatalf("the breaker is %s, want %s", got, s)
	}
}

func bubble(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

func TestBreaker_FailuresInARowOfDifferentRequestsOpen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 2})
		for range 10 {
			call(b, "poison", false) // one request that fails at every provider
		}
		want(t, b, breaker.Closed)
		call(b, "other", true)
		call(b, "a", false)
		want(t, b, breaker.Closed)
		call(b, "b", false)
		want(t, b, breaker.Open)
	})
}

func TestBreaker_OpensWhenMostOfManyFail(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 100})
		for i := range 19 {
			call(b, fmt.Sprint(i), i%2 == 0)
		}
		want(t, b, breaker.Closed) // 9 of 19 failed, and 19 are too few
		call(b, "20", false)
		want(t, b, breaker.Open)

		old := breaker.New(breaker.Options{InARow: 100})
		for i := range 19 {
			call(old, fmt.Sprint(i), false)
		}
		time.Sleep(31 * time.Second)
		call(old, "20", false)
		want(t, old, breaker.Closed) // the others are too long ago
	})
}

func TestBreaker_OpensForLongerEachTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 1})
		trip(t, b)
		for _, wait := range []time.Duration{10, 15, 15, 15} {
			wait *= time.Second
			time.Sleep(wait - time.Millisecond)
			if call(b, "early", true) {
				t.Fatalf("a call went through before %v", wait)
			}
			time.Sleep(time.Millisecond)
			if !call(b, "probe", false) {
				t.Fatalf("no probe after %v", wait)
			}
			want(t, b, breaker.Open)
		}
		time.Sleep(15 * time.Second)
		call(b, "a", true)
		call(b, "b", true)
		want(t, b, breaker.Closed)
		time.Sleep(time.Minute) // it has calmed down
		trip(t, b)
		if s := b.Status(); time.Until(s.Until) != 10*time.Second {
			t.Errorf("it opens for %v", time.Until(s.Until))
		}
	})
}

func TestBreaker_RandomPartIsTakenOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, r := range []float64{0, 0.5, 0.999} {
			b := breaker.New(breaker.Options{InARow: 1, Random: func() float64 { return r }})
			trip(t, b)
			if d := time.Until(b.Status().Until); d > 10*time.Second || d < 8750*time.Millisecond {
				t.Errorf("random %v: it opens for %v", r, d)
			}
		}
	})
}

func TestBreaker_StatedTimeCounts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for stated, want := range map[time.Duration]time.Duration{time.Second: 10 * time.Second,
			45 * time.Second: 45 * time.Second, time.Hour: 5 * time.Minute} {
			b := breaker.New(breaker.Options{InARow: 1})
			p, _ := b.Acquire("a")
			p.Failure(1, stated, "busy")
			if d := time.Until(b.Status().Until); d != want {
				t.Errorf("stated %v: it opens for %v, want %v", stated, d, want)
			}
		}
	})
}

func TestBreaker_ProbesAreFewAndTheirLeasesRunOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 1, Leases: 3, LeaseFor: 20 * time.Second})
		trip(t, b)
		time.Sleep(10 * time.Second)
		first, _ := b.Acquire("first")
		if p, _ := b.Acquire("second"); first == nil || p != nil {
			t.Fatalf("the first probe is not alone: %v, %v", first, p)
		}
		if !first.Alive() || first.Alive() {
			t.Error("the first sign of life is not told as that")
		}
		first.Neutral()
		var probes []*breaker.Permit
		for i := range 50 { // waiters
			p, again := b.Acquire(fmt.Sprint(i))
			if p != nil {
				probes = append(probes, p)
			} else if d := time.Until(again); d != 20*time.Second {
				t.Errorf("it says to come again after %v", d)
			}
		}
		if len(probes) != 3 {
			t.Fatalf("%d probes, want 3", len(probes))
		}
		time.Sleep(15 * time.Second)
		probes[0].Alive()
		time.Sleep(4 * time.Second)
		want(t, b, breaker.HalfOpen)
		time.Sleep(time.Second) // the others' leases run out
		want(t, b, breaker.Open)
		probes[0].Success() // too late
		want(t, b, breaker.Open)
	})
}

func TestBreaker_ClosingTakesDifferentRequests(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 1, Leases: 3})
		trip(t, b)
		time.Sleep(10 * time.Second)
		call(b, "a", true)
		call(b, "a", true)
		want(t, b, breaker.HalfOpen)
		call(b, "b", true)
		want(t, b, breaker.Closed)
	})
}

func TestBreaker_SlowStart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 1, CloseAfter: 1})
		if s := b.Status().Share; s != 1 {
			t.Errorf("a new breaker lets %v through", s)
		}
		trip(t, b)
		time.Sleep(10 * time.Second)
		call(b, "a", true)
		for _, tt := range []struct {
			after time.Duration
			share float64
		}{{0, 0.25}, {15 * time.Second, 0.625}, {15 * time.Second, 1}} {
			time.Sleep(tt.after)
			if s := b.Status().Share; s != tt.share {
				t.Errorf("%v through, want %v", s, tt.share)
			}
		}
	})
}

func TestPermit_EndsOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 2})
		p, _ := b.Acquire("a")
		p.Success()
		p.Failure(1, 0, "again")
		p.Failure(1, 0, "and again")
		call(b, "b", false)
		want(t, b, breaker.Closed)
	})
}

func TestPermit_DoubtfulFailuresCountHalf(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 2})
		for i := range 4 {
			want(t, b, breaker.Closed)
			p, _ := b.Acquire(fmt.Sprint(i))
			p.Failure(0.5, 0, "unknown")
		}
		want(t, b, breaker.Open)
	})
}

func TestTransition_AreReportedInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var told []breaker.Transition
		b := breaker.New(breaker.Options{InARow: 1, CloseAfter: 1, Changed: func(tr breaker.Transition) { told = append(told, tr) }})
		trip(t, b)
		time.Sleep(10 * time.Second)
		call(b, "a", false)
		time.Sleep(15 * time.Second)
		call(b, "a", true)
		states := []breaker.State{breaker.Closed, breaker.Open, breaker.HalfOpen, breaker.Open, breaker.HalfOpen, breaker.Closed}
		if len(told) != len(states)-1 {
			t.Fatalf("told of %d transitions", len(told))
		}
		for i, tr := range told {
			if tr.From != states[i] || tr.To != states[i+1] || tr.Generation != uint64(i+1) || tr.Evidence == "" ||
				tr.Until.IsZero() != (tr.To != breaker.Open) {
				t.Errorf("transition %d is %+v", i, tr)
			}
		}
	})
}

func TestBreaker_TripAndProbe(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{})
		b.Trip(0, "two of its models failed")
		want(t, b, breaker.Open)
		generation := b.Status().Generation
		b.Trip(0, "again")
		if b.Status().Generation != generation {
			t.Error("an open breaker was opened")
		}
		b.Probe("the operator asked for it")
		want(t, b, breaker.HalfOpen)
		b.Probe("again")
		want(t, b, breaker.HalfOpen)
	})
}

func TestBreaker_Restore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 1})
		trip(t, b)
		saved := b.Status()
		time.Sleep(4 * time.Second) // a restart
		again := breaker.New(breaker.Options{InARow: 1})
		again.Restore(saved)
		want(t, again, breaker.Open)
		if d := time.Until(again.Status().Until); d != 6*time.Second {
			t.Errorf("it is open for another %v", d)
		}
		time.Sleep(6 * time.Second)
		call(again, "a", false)
		if d := time.Until(again.Status().Until); d != 15*time.Second {
			t.Errorf("it has forgotten that it was open: %v", d)
		}

		ahead := saved
		ahead.Until = time.Now().Add(300 * time.Hour) // the clock was set back
		again.Restore(ahead)
		if d := time.Until(again.Status().Until); d > time.Minute {
			t.Errorf("it is open for %v", d)
		}
		half := saved
		half.State = breaker.HalfOpen
		again.Restore(half)
		want(t, again, breaker.HalfOpen)
	})
}

// What was counted in an earlier state is forgotten.
func TestBreaker_TransitionForgetsWhatWasCounted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 100, Window: 10 * time.Minute})
		trip(t, b)
		time.Sleep(10 * time.Second)
		call(b, "a", true)
		call(b, "b", true)
		want(t, b, breaker.Closed)
		for i := range 19 {
			call(b, fmt.Sprint(i), false)
		}
		want(t, b, breaker.Closed) // the twenty from before don't count
		b.Restore(b.Status())      // what another process found out begins anew too
		call(b, "c", false)
		want(t, b, breaker.Closed)
	})
}

// A half-open state that is restored is a new one: what is under way is of the old one.
func TestBreaker_RestoreHalfOpen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 1, CloseAfter: 1})
		trip(t, b)
		time.Sleep(10 * time.Second)
		old, _ := b.Acquire("old")
		saved := b.Status()
		b.Restore(saved)
		probe, _ := b.Acquire("probe")
		if probe == nil || b.Status().Generation <= saved.Generation {
			t.Fatalf("probe %v, %+v", probe, b.Status())
		}
		old.Failure(1, 0, "late")
		want(t, b, breaker.HalfOpen)
		if p, _ := b.Acquire("another"); p != nil {
			t.Error("two probes are let through, of one lease")
		}
		probe.Success()
		want(t, b, breaker.Closed)
	})
}

// Time that passes while the machine sleeps counts as time.
func TestBreaker_ElapseShortensTheOpenTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{InARow: 1})
		trip(t, b)
		b.Elapse(4 * time.Second)
		if d := time.Until(b.Status().Until); d != 6*time.Second {
			t.Errorf("it is open for another %v", d)
		}
		b.Elapse(time.Hour)
		want(t, b, breaker.HalfOpen)
	})
}

func TestBreaker_ManyAtOnce(t *testing.T) {
	b := breaker.New(breaker.Options{FirstOpen: time.Millisecond, MaxOpen: time.Millisecond, Leases: 2})
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for n := range 500 {
				p, _ := b.Acquire(fmt.Sprint(i, n))
				if p == nil {
					continue
				}
				switch (i + n) % 4 {
				case 0:
					p.Failure(1, 0, "x")
				case 1:
					p.Neutral()
				default:
					p.Alive()
					p.Success()
				}
				b.Status()
			}
		})
	}
	wg.Wait()
}

func TestBreaker_EvidenceSaysHowManyRequestsFailed(t *testing.T) {
	type failed struct{ request, round string }
	for evidence, row := range map[string][]failed{
		"it failed, 2 failures in a row of one request within 20s":        {{"a", "a1"}, {"a", "a1"}, {"a", "a2"}},
		"it failed, 3 failures in a row of one request within 20s":        {{"a", "a1"}, {"a", "a2"}, {"a", "a3"}},
		"it failed, 3 failures in a row of different requests within 20s": {{"a", "a1"}, {"b", "b1"}, {"c", "c1"}},
		"it failed, 3 failures in a row of 2 requests within 30s":         {{"a", "a1"}, {"b", "b1"}, {"a", "a1"}, {"b", "b2"}},
		"it failed": {{"a", "a1"}},
	} {
		bubble(t, func(t *testing.T) {
			rounds := map[string]bool{}
			for _, f := range row {
				rounds[f.round] = true
			}
			b := breaker.New(breaker.Options{InARow: float64(len(rounds)), FirstOpen: time.Hour})
			for i, f := range row {
				if i > 0 {
					time.Sleep(10 * time.Second)
				}
				want(t, b, breaker.Closed)
				p, _ := b.AcquireRound(f.request, f.round)
				p.Failure(1, 0, "it failed")
			}
			if got := b.Status(); got.State != breaker.Open || got.Evidence != evidence {
				t.Errorf("%s: %q, want %q", got.State, got.Evidence, evidence)
			}
		})
	}
}
