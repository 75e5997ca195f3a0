package wire_test

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/llm/wire"
)

// Whatever stands where a provider tells its numbers, the answer stands, and what it costs
// is bounded by what can be.
func TestRoute_UsageOfAnyKindIsTakenAsFarAsItCanBe(t *testing.T) {
	numbers := []string{"0", "-5", "-0", "1e12", "9223372036854775807", "-9223372036854775808", "1e300", "-1e300", "12.7", `"25"`,
		`"NaN"`, `"many"`, "null", "true", "[]", `{"x":1}`}
	for name, f := range formats {
		for _, in := range numbers {
			for _, out := range []string{"10", in} {
				end := strings.NewReplacer(":25", ":"+in, ":10", ":"+out, ":35", ":"+in)
				stream := end.Replace(f.begin) + f.piece("Rain.") + end.Replace(f.finish+f.last) + "\n\n"
				synctest.Test(t, func(t *testing.T) {
					resp, _, err := asks(t, f, served{sends: stream, then: closes})
					u := resp.Usage
					if err != nil || string(resp.JSON) != `"Rain."` {
						t.Errorf("%s: %s and %s tokens: %s (%v)", name, in, out, resp.JSON, err)
					}
					if u.InputTokens < 1 || u.InputTokens > 10_000 || u.OutputTokens < 1 || u.OutputTokens > 128_000 || u.CacheReadTokens < 0 {
						t.Errorf("%s: %s and %s tokens: %+v", name, in, out, u)
					}
				})
			}
		}
	}
}

// A sum of numbers that are told is none that has run over.
func TestSum_StaysAtTheLargest(t *testing.T) {
	for _, tt := range []struct {
		told []int64
		want int
	}{
		{[]int64{1, 2, 3}, 6}, {[]int64{math.MaxInt64, math.MaxInt64, 5}, math.MaxInt}, {[]int64{math.MinInt64, -1}, math.MinInt},
		{[]int64{5, -7}, -2}, {nil, 0},
	} {
		if got := wire.Sum(tt.told...); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.told, got, tt.want)
		}
	}
}
