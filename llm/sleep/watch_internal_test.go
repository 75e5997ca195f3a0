package sleep

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A process that was stopped sees by its own timers, which came late, that it did not run:
// whichever of them is the first to come.
func TestWatch_MissedIsTimeThatTheProcessDidNotRun(t *testing.T) {
	for late, want := range map[time.Duration]time.Duration{0: 0, 6 * time.Second: 0, 20 * time.Minute: 20*time.Minute - pollEvery} {
		for _, looked := range []bool{false, true} {
			t.Run(fmt.Sprint(late, " looked ", looked), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := &Watch{}
					w.Start(NewClock(nil, func(time.Duration) {}), func(error) {})
					defer w.Stop()
					time.Sleep(10 * pollEvery)
					synctest.Wait()
					w.mu.Lock()
					w.timer.Stop() // as if the process had been
					w.mu.Unlock()
					time.Sleep(late)
					if looked {
						w.look()
					}
					if got := w.Missed(); got != want {
						t.Errorf("missed %v, want %v", got, want)
					}
				})
			})
		}
	}
}

// A watch that doubts a call, and comes late to end it, leaves time to read what came.
func TestWatch_ALateDoubtLeavesTimeToRead(t *testing.T) {
	for _, alive := range []bool{false, true} {
		t.Run(fmt.Sprint("alive ", alive), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ended atomic.Bool
				w := &Watch{}
				w.Start(NewClock(nil, func(time.Duration) {}), func(error) { ended.Store(true) })
				defer w.Stop()
				due := time.Now()
				time.Sleep(time.Minute) // as if the process had been stopped
				w.decide(w.signs.Load(), due)
				if ended.Load() {
					t.Fatal("it is ended at once")
				}
				if alive {
					w.Alive()
				}
				time.Sleep(grace + time.Second)
				synctest.Wait()
				if alive == ended.Load() {
					t.Errorf("it is ended: %v", ended.Load())
				}
			})
		})
	}
}
