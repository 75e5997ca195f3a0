package sleep_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/llm/sleep"
)

func TestClock_NoticesEachSleepOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ahead atomic.Int64 // of the clock on the wall
		var noticed []time.Duration
		c := sleep.NewClock(func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
			func(d time.Duration) { noticed = append(noticed, d) })
		start := time.Now()
		for _, step := range []time.Duration{4 * time.Second, 8 * time.Hour, -time.Hour, time.Minute} {
			ahead.Add(int64(step))
			time.Sleep(time.Second)
			c.Check()
			c.Check()
		}
		// 4 s are less than a sleep, and count with the next one; a clock that is set back is none.
		if len(noticed) != 2 || noticed[0] != 8*time.Hour+4*time.Second || noticed[1] != time.Minute {
			t.Errorf("noticed %v", noticed)
		}
		if got := c.Since(start); got != 8*time.Hour+time.Minute+4*time.Second {
			t.Errorf("slept %v since the start", got)
		}
		if got := c.Since(time.Now()); got != 0 {
			t.Errorf("slept %v since now", got)
		}
	})
}
