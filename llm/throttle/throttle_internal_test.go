package throttle

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Runs that are over take no memory for long.
func TestThrottle_ForgetsRunsThatAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var th Throttle
		most := 0
		for i := range 10_000 {
			run := fmt.Sprint("run ", i)
			if !th.Begin(run, "unit", false) {
				t.Fatal("a first attempt may not begin")
			}
			th.End(run, "unit", false, true)
			most = max(most, len(th.runs))
			time.Sleep(time.Second)
		}
		if most > 2*fewestRuns {
			t.Errorf("%d runs are remembered, of which about sixty failed within the last minute", most)
		}
	})
}

// Calls under way may fail, all of them: no more begin together than may fail.
func TestThrottle_CountsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var th Throttle
		for n := range mostOfUnit {
			if !th.Begin("run", "unit", false) {
				t.Fatalf("call %d may not begin", n+1)
			}
		}
		if th.Begin("run", "unit", false) || !th.Next("run", "unit", time.Now()).After(time.Now()) {
			t.Errorf("with %d under way another one may begin", mostOfUnit)
		}
		th.End("run", "unit", false, false)
		if !th.Begin("run", "unit", false) {
			t.Error("none may begin after an answer")
		}
	})
}
