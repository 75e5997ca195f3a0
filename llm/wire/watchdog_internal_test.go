package wire

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure/diagnosis"
)

// A process that was stopped reads what came meanwhile before its late timers end the call.
func TestWatchdog_ALateTimerLeavesTimeToRead(t *testing.T) {
	limits := times{
		first: 12 * time.Second,
		life:  12 * time.Second,
		idle:  30 * time.Second,
		think: 30 * time.Second,
		total: 5 * time.Minute,
	}
	for name, tt := range map[string]struct {
		before func(w *watchdog)
		fires  func(w *watchdog)
		comes  func(w *watchdog)
		want   error // if nothing comes
	}{
		"before the first event": {func(*watchdog) {}, (*watchdog).expire, (*watchdog).event, diagnosis.ErrSilent},
		"between events":         {(*watchdog).event, (*watchdog).expire, (*watchdog).event, diagnosis.ErrStalled},
		"between pieces": {func(w *watchdog) { w.event(); w.text(1) }, (*watchdog).expire,
			func(w *watchdog) { w.text(1) }, diagnosis.ErrStalled},
		"as a whole": {func(w *watchdog) { w.event(); w.text(1) }, (*watchdog).expireTotal, (*watchdog).finish, diagnosis.ErrLong},
	} {
		for _, alive := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " alive ", alive), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, stop := context.WithCancelCause(t.Context())
					w := newWatchdog(limits, func(int) {}, stop)
					defer w.stopTimers()
					tt.before(w)
					w.timer.Stop() // as if the process had been
					w.total.Stop()
					time.Sleep(time.Hour)
					tt.fires(w)
					if time.Sleep(time.Second); ctx.Err() != nil {
						t.Fatalf("it is ended at once: %v", context.Cause(ctx))
					}
					if alive {
						tt.comes(w)
					}
					time.Sleep(wakeGrace - time.Second - 1)
					if ctx.Err() != nil {
						t.Errorf("it is ended too soon: %v", context.Cause(ctx))
					}
					time.Sleep(2 * time.Nanosecond)
					synctest.Wait()
					if cause := context.Cause(ctx); alive == errors.Is(cause, tt.want) {
						t.Errorf("ended by %v", cause)
					}
				})
			})
		}
	}
}

// What comes of an error response is no sign of life: only an answer's own is.
func TestWatchdog_AnErrorIsNoSignOfLife(t *testing.T) {
	signs := 0
	w := newWatchdog(times{first: time.Minute, life: time.Minute, think: time.Minute, idle: time.Minute, total: time.Hour},
		func(int) { signs++ }, func(error) {})
	defer w.stopTimers()
	w.extendBySign()
	w.progress()
	if signs != 0 {
		t.Errorf("%d signs of life of an error", signs)
	}
	w.signOfLife()
	w.event()
	if signs != 2 {
		t.Errorf("%d signs of life of an answer", signs)
	}
}
