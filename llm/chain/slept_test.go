package chain_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cineforge/failure"
	"cineforge/llm/chain"
)

// A machine that sleeps breaks the calls under way. They count against nobody, are no
// attempts, and are made again at once, while what fails by itself counts as ever.
func TestWhatASleepBreaksCountsAgainstNobody(t *testing.T) {
	for name, test := range map[string]struct {
		slept time.Duration
		class failure.Class
		want  []string // who is asked
	}{
		"no sleep":               {0, failure.Timeout, []string{"sonnet@0s", "gpt@0s"}},
		"a clock that is set":    {4 * time.Second, failure.Timeout, []string{"sonnet@0s", "gpt@0s"}},
		"a timeout after it":     {8 * time.Hour, failure.Timeout, []string{"sonnet@0s", "sonnet@0s"}},
		"a reset after it":       {8 * time.Hour, failure.Connection, []string{"sonnet@0s", "sonnet@0s"}},
		"a refusal is a refusal": {8 * time.Hour, failure.Auth, []string{"sonnet@0s", "gpt@0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ahead atomic.Int64 // of the clock on the wall
				w := newWorld(t, chain.Options{Wall: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
				w.plan.MaxAttempts = 2
				w.model("anthropic:sonnet", func(n int, _ time.Duration) error {
					if n > 1 {
						return nil
					}
					ahead.Add(int64(test.slept))
					return fault(test.class)
				})
				w.model("openai:gpt", func(int, time.Duration) error { return nil })
				if _, err := w.ask(w.stage()); err != nil {
					t.Fatal(err)
				}
				w.wantCalls(test.want...)
				if told := slices.Contains(w.told(), "retrying"); told != (test.want[1] != "sonnet@0s") {
					t.Errorf("told %v", w.told())
				}
			})
		})
	}
}
