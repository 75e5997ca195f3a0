package chain

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A process that was stopped sees by its own timers, which came late, that it did not run:
// whichever of them is the first to come.
func TestVigil_MissedIsTimeThatTheProcessDidNotRun(t *testing.T) {
	for late, want := range map[time.Duration]time.Duration{0: 0, 6 * time.Second: 0, 20 * time.Minute: 20*time.Minute - sleepPoll} {
		for _, looked := range []bool{false, true} {
			t.Run(fmt.Sprint(late, " looked ", looked), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					v := &vigil{}
					v.begin(New(Options{}), func(error) {})
					defer v.end()
					time.Sleep(10 * sleepPoll)
					synctest.Wait()
					v.mu.Lock()
					v.timer.Stop() // as if the process had been
					v.mu.Unlock()
					time.Sleep(late)
					if looked {
						v.look()
					}
					if got := v.missed(); got != want {
						t.Errorf("missed %v, want %v", got, want)
					}
				})
			})
		}
	}
}

// A vigil that doubts a call, and comes late to end it, leaves time to read what came.
func TestVigil_ALateDoubtLeavesTimeToRead(t *testing.T) {
	for _, alive := range []bool{false, true} {
		t.Run(fmt.Sprint("alive ", alive), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ended atomic.Bool
				v := &vigil{}
				v.begin(New(Options{}), func(error) { ended.Store(true) })
				defer v.end()
				due := time.Now()
				time.Sleep(time.Minute) // as if the process had been stopped
				v.decide(v.signs.Load(), due)
				if ended.Load() {
					t.Fatal("it is ended at once")
				}
				if alive {
					v.alive()
				}
				time.Sleep(wakeGrace + time.Second)
				synctest.Wait()
				if alive == ended.Load() {
					t.Errorf("it is ended: %v", ended.Load())
				}
			})
		})
	}
}
