package budget_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"cineforge/resilience/budget"
)

// taken takes all that there is, and says how much it was.
func taken(b *budget.Bucket) (n int) {
	for b.Take(1) {
		n++
	}
	return n
}

func TestRepetitionsAreAShareOfTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget.New(budget.Options{})
		n := 0
		for b.Take(1) {
			n++
		}
		if n != 10 {
			t.Errorf("%d at first, want 10", n)
		}
		for range 25 {
			b.Call()
		}
		if got := taken(b); got != 2 {
			t.Errorf("25 calls allow %d repetitions, want 2", got)
		}
		time.Sleep(30 * time.Second)
		if got := taken(b); got != 2 { // 0.5 were left, and 1.5 came
			t.Errorf("30 s allow %d, want one and a half", got)
		}
		time.Sleep(time.Hour)
		if b.Level() != 20 {
			t.Errorf("it holds %v", b.Level())
		}
	})
}

// 600 calls, ten a second, that fail after 50 ms each and want two repetitions:
// a budget that counts calls under way lets all 1,200 pass (failsafe-go 0.9.8).
func TestFastFailuresAreNotAmplified(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget.New(budget.Options{})
		repeated := 0
		for range 600 {
			b.Call()
			for range 2 {
				if b.Take(1) {
					repeated++
				}
			}
			time.Sleep(100 * time.Millisecond)
		}
		if repeated > 10+60+3 {
			t.Errorf("%d repetitions of 600 calls", repeated)
		}
	})
}

// Whatever the pattern, there are never more repetitions than what was there, what
// the calls paid in, and what the time did.
func TestTheBound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := budget.Options{Cap: 20, Start: rapid.Float64Range(0, 20).Draw(rt, "start"), PerCall: 0.1, PerSecond: 0.05}
		actions := rapid.SliceOfN(rapid.IntRange(-120, 40), 1, 200).Draw(rt, "actions")
		synctest.Test(t, func(t *testing.T) {
			b := budget.New(o)
			began := time.Now()
			calls, taken := 0, 0
			for _, a := range actions {
				switch {
				case a < 0:
					time.Sleep(time.Duration(-a) * time.Second)
				case a%2 == 0:
					b.Call()
					calls++
				case b.Take(1):
					taken++
				}
				if bound := o.Start + 0.1*float64(calls) + 0.05*time.Since(began).Seconds() + 1e-6; float64(taken) > bound || b.Level() > 20 || b.Level() < 0 {
					t.Errorf("%d taken, at most %v; level %v", taken, bound, b.Level())
				}
			}
		})
	})
}

func TestManyAtOnce(t *testing.T) {
	b := budget.New(budget.Options{Cap: 100, Start: 50})
	var taken sync.Map
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			if b.Take(1) {
				taken.Store(i, true)
			}
		})
	}
	wg.Wait()
	n := 0
	taken.Range(func(any, any) bool { n++; return true })
	if n != 50 {
		t.Errorf("%d taken of 50", n)
	}
}
