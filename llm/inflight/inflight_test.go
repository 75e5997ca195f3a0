package inflight_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/llm/inflight"
)

func TestLinger_EndsACallAfterItsGrace(t *testing.T) {
	for _, grace := range []time.Duration{0, 30 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			caller, leave := context.WithCancel(t.Context())
			call, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var l inflight.Linger
			l.Start(caller, grace, cancel)
			defer l.Stop()
			time.Sleep(time.Minute)
			start := time.Now()
			leave()
			<-call.Done()
			if took := time.Since(start); took != grace || !errors.Is(context.Cause(call), inflight.ErrLeft) {
				t.Errorf("ended after %v by %v", took, context.Cause(call))
			}
		})
	}
}

func TestLinger_StopEndsTheWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		caller, leave := context.WithCancel(t.Context())
		call, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		var l inflight.Linger
		l.Start(caller, time.Second, cancel)
		leave()
		synctest.Wait()
		l.Stop()
		time.Sleep(time.Minute)
		if call.Err() != nil {
			t.Error("a call that has ended is ended again")
		}
	})
}

func TestGroup_OneCallForEachKey(t *testing.T) {
	var g inflight.Group
	if g.Join("a") != nil || g.Join("b") != nil || g.Join("") != nil || g.Join("") != nil {
		t.Fatal("a first call waits")
	}
	ended := g.Join("a")
	if ended == nil || g.Len() != 4 {
		t.Fatalf("%d calls are under way", g.Len())
	}
	g.Leave("a")
	<-ended
	g.Leave("")
	if g.Len() != 2 || g.Join("a") != nil {
		t.Fatalf("%d calls are under way", g.Len())
	}
}
