package budget_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/resilience/budget"
)

// taken takes all that there is, and says how much it was.
func taken(b *budget.Bucket) (n int) {
	for b.Take(1) {
		n++
	}
	return n
}

func TestBucket_RepetitionsAreAShareOfTheCalls(t *testing.T) {
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

// Whatever the pattern, there are never more repetitions than what was there, what
// the calls paid in, and what the time did.
func TestBucket_Bound(t *testing.T) {
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
				bound := o.Start + 0.1*float64(calls) + 0.05*time.Since(began).Seconds() + 1e-6
				if float64(taken) > bound || b.Level() > 20 || b.Level() < 0 {
					t.Errorf("%d taken, at most %v; level %v", taken, bound, b.Level())
				}
			}
		})
	})
}

// Whatever many do at a time, nothing is counted twice or lost: what there was, what the
// calls paid in and what the time did is there or was taken.
func TestBucket_AnyCrowd(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := budget.Options{
			Cap:   rapid.SampledFrom([]float64{3, 1e6}).Draw(rt, "cap"), // soon full, or never
			Start: rapid.Float64Range(0, 20).Draw(rt, "start"), PerCall: 0.1, PerSecond: 0.05,
		}
		callers, seed := rapid.IntRange(2, 16).Draw(rt, "callers"), rapid.Uint64().Draw(rt, "seed")
		synctest.Test(t, func(t *testing.T) {
			b := budget.New(o)
			began := time.Now()
			var calls, taken atomic.Int64
			var all sync.WaitGroup
			for i := range callers {
				all.Go(func() {
					random := rand.New(rand.NewPCG(seed, uint64(i)))
					for range 50 {
						switch random.IntN(4) {
						case 0:
							b.Call()
							calls.Add(1)
						case 1:
							time.Sleep(time.Duration(random.IntN(5000)) * time.Millisecond)
						default:
							if b.Take(1) {
								taken.Add(1)
							}
						}
						if level := b.Level(); level < 0 || level > o.Cap {
							t.Errorf("level %v of %v", level, o.Cap)
						}
					}
				})
			}
			all.Wait()
			left := min(o.Start, o.Cap) + o.PerCall*float64(calls.Load()) + o.PerSecond*time.Since(began).Seconds() - float64(taken.Load())
			if level := b.Level(); level > left+1e-6 || o.Cap > 1e3 && level < left-1e-6 {
				t.Errorf("%d calls, %d taken: level %v, want %v", calls.Load(), taken.Load(), level, left)
			}
		})
	})
}

func TestBucket_ManyAtOnce(t *testing.T) {
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
