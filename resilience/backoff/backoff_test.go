package backoff_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/resilience/backoff"
)

func always(r float64) func() float64 { return func() float64 { return r } }

func TestPolicy_DelaysGrowToTheCap(t *testing.T) {
	p := backoff.Policy{Base: 2 * time.Second, Cap: 20 * time.Second, Floor: 100 * time.Millisecond, Full: true}
	for n, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second,
		4: 8 * time.Second, 5: 10 * time.Second, 9: 10 * time.Second, 5000: 10 * time.Second} {
		if got := p.Delay(n, always(0.5)); got != want {
			t.Errorf("after %d tries %v, want %v", n, got, want)
		}
	}
	if got := p.Delay(1, always(0)); got != p.Floor {
		t.Errorf("the shortest is %v", got)
	}
}

func TestPolicy_RatioOnlyAdds(t *testing.T) {
	p := backoff.Policy{Base: time.Second, Ratio: 0.25}
	for r, want := range map[float64]time.Duration{0: 2 * time.Second, 0.5: 2250 * time.Millisecond} {
		if got := p.Delay(2, always(r)); got != want {
			t.Errorf("random %v: %v, want %v", r, got, want)
		}
	}
	if got := (backoff.Policy{Base: time.Second}).Delay(2, always(0.5)); got != 2*time.Second { // which may be nothing
		t.Errorf("without any: %v", got)
	}
}

func TestPolicy_NoDelayIsOutOfBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := backoff.Policy{
			Base:  time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "base")),
			Cap:   time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "cap")),
			Floor: time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "floor")),
			Full:  rapid.Bool().Draw(t, "full"), Ratio: rapid.Float64Range(0, 10).Draw(t, "ratio"),
		}
		d := p.Delay(rapid.IntRange(-3, 1000).Draw(t, "n"), always(rapid.Float64Range(0, 0.9999).Draw(t, "random")))
		if d < p.Floor || p.Cap > 0 && p.Full && d > max(p.Cap, p.Floor) {
			t.Fatalf("%+v: %v", p, d)
		}
	})
}

func TestHinted_IsAFloor(t *testing.T) {
	for _, tt := range []struct{ hint, most time.Duration }{
		{2 * time.Second, 2900 * time.Millisecond}, {100 * time.Second, 105 * time.Second}, {0, 500 * time.Millisecond},
	} {
		if got := backoff.Hinted(tt.hint, always(0)); got != tt.hint {
			t.Errorf("%v: %v", tt.hint, got)
		}
		if got := backoff.Hinted(tt.hint, always(0.9999)); got < tt.hint || got > tt.most {
			t.Errorf("%v: %v, at most %v", tt.hint, got, tt.most)
		}
	}
}

// 200 callers that were told the same do not come back together.
func TestHinted_SpreadsAHerd(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)).Float64
	for name, delay := range map[string]func() time.Duration{
		"hinted":      func() time.Duration { return backoff.Hinted(20*time.Second, random) },
		"full jitter": func() time.Duration { return backoff.Policy{Base: 4 * time.Second, Full: true}.Delay(1, random) },
	} {
		var all []time.Duration
		for range 200 {
			all = append(all, delay())
		}
		slices.Sort(all)
		if spread := all[len(all)-1] - all[0]; spread < 3*time.Second {
			t.Errorf("%s: within %v", name, spread)
		}
		for i := range len(all) - 20 {
			if all[i+20]-all[i] < 50*time.Millisecond {
				t.Errorf("%s: 20 within %v", name, all[i+20]-all[i])
			}
		}
	}
}
