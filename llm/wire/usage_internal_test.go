package wire

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/llm"
)

// Whatever is told, what counts is within the bounds, marked where it is not what was told,
// and costs no less than nothing and no more than the bounds do.
func TestBounds_PlausibleIsWithinThem(t *testing.T) {
	number := rapid.OneOf(
		rapid.IntRange(-10, 10_000),
		rapid.Int(),
		rapid.SampledFrom([]int{math.MinInt, math.MaxInt, 0, 1_000_000_000_000}),
	)
	price := &llm.Price{Input: 3, Output: 15, CacheRead: 0.3, CacheWrite: 3.75}
	rapid.Check(t, func(t *rapid.T) {
		b := bounds{asked: rapid.IntRange(0, 20_000).Draw(t, "asked"), written: rapid.IntRange(0, 20_000).Draw(t, "written"),
			mostIn: rapid.IntRange(0, 1_000_000).Draw(t, "most in"), mostOut: rapid.IntRange(0, 1_000_000).Draw(t, "most out")}
		told := llm.Usage{InputTokens: number.Draw(t, "in"), OutputTokens: number.Draw(t, "out"),
			CacheReadTokens: number.Draw(
				t,
				"read",
			), CacheWriteTokens: number.Draw(t, "write"), Estimated: rapid.Bool().Draw(t, "estimated")}
		u := b.plausible(told)
		if u.InputTokens < 0 || u.InputTokens > b.mostIn || u.OutputTokens < 0 || u.OutputTokens > b.mostOut ||
			u.CacheReadTokens < 0 || u.CacheWriteTokens < 0 || u.CacheReadTokens > u.InputTokens-u.CacheWriteTokens {
			t.Fatalf("%+v, told %+v, within %+v", u, told, b)
		}
		unmarked := u
		unmarked.Estimated = told.Estimated
		if changed := unmarked != told; u.Estimated != (told.Estimated || changed) {
			t.Fatalf("marked %v: %+v, told %+v", u.Estimated, u, told)
		}
		if again := b.plausible(u); again != u {
			t.Fatalf("%+v, and then %+v", u, again)
		}
		usd := *llm.Spec{Price: price}.Cost(u)
		if most := *(llm.Spec{Price: price}).Cost(llm.Usage{InputTokens: b.mostIn, CacheWriteTokens: b.mostIn,
			OutputTokens: b.mostOut}); !(usd >= 0 && usd <= most+1e-9) {
			t.Fatalf("it costs %v, at most %v", usd, most)
		}
	})
}
