package chain

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Runs that are over take no memory for long.
func TestThrottle_ForgetsRunsThatAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var th throttle
		most := 0
		for i := range 10_000 {
			run := fmt.Sprint("run ", i)
			if !th.begin(run, "unit", false) {
				t.Fatal("a first attempt may not begin")
			}
			th.end(run, "unit", false, true)
			most = max(most, len(th.runs))
			time.Sleep(time.Second)
		}
		if most > 2*fewestRuns {
			t.Errorf("%d runs are remembered, of which about sixty failed within the last minute", most)
		}
	})
}
