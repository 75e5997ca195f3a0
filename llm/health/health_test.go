package health_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/health"
)

// shared is a memory of processes.
type shared struct{ records []health.Record }

func (s *shared) Recall(_ context.Context, after int64) ([]health.Record, int64, error) {
	return s.records[after:], int64(len(s.records)), nil
}

func (s *shared) Save(_ context.Context, records []health.Record, _ []health.Transition) error {
	s.records = append(s.records, records...)
	return nil
}

func way(model string) health.Way {
	return health.Way{Endpoint: "p", Provider: "p", Model: model, Credential: "KEY"}
}

// A failure is remembered with the effect that was diagnosed, where that is not usual for
// its class.
func TestMemory_KeepsTheDiagnosedEffect(t *testing.T) {
	m := &shared{}
	first, second := health.New(health.Options{Memory: m}), health.New(health.Options{Memory: m})
	route := first.NewRoute(way("one"))
	q := health.Request{ID: 1, Subject: "s", Round: "1/1", Order: []*health.Route{&route}}
	permit, ok := route.Acquire(&q)
	if !ok {
		t.Fatal("it can't be asked")
	}
	effect := failure.Effect{Retryable: true, OtherModel: false, OtherProvider: true, Scope: failure.ScopeProvider}
	if effect == failure.EffectOf(failure.RateLimited) {
		t.Fatal("the effect is the usual one")
	}
	permit.Failure(&failure.Error{Class: failure.RateLimited, Message: "too fast", Effect: effect}, time.Now())
	first.Save(t.Context(), &route)
	if err := second.Recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	status := second.Status()
	if len(status) != 1 || len(status[0].Cooldowns) != 1 || status[0].Cooldowns[0].Cause.Err.Effect != effect {
		t.Fatalf("%+v", status)
	}
	if got := status[0].Last; got == nil || got.Err.Effect != effect {
		t.Errorf("%+v", got)
	}
}

func TestLatency_P95(t *testing.T) {
	var l health.Latency
	for i := range 49 {
		l.Note(time.Duration(i+1) * time.Second)
	}
	l.Note(0) // not known
	if got := l.P95(); got != 0 {
		t.Errorf("%v is known of 49 answers", got)
	}
	for i := range 51 {
		l.Note(time.Duration(i+50) * time.Second)
	}
	if got := l.P95(); got != 96*time.Second {
		t.Errorf("%v", got)
	}
}

func TestRegistry_HoldIsAvailableAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := health.New(health.Options{})
		route := r.NewRoute(way("one"))
		q := health.Request{ID: 1, Subject: "s", Round: "1/1", Order: []*health.Route{&route}}
		if err := r.SetHold(t.Context(), "p", health.Hold{Reason: "maintenance", Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if a := route.Check(&q, time.Now()); a.Reason != health.Held {
			t.Errorf("%+v", a)
		}
		if _, ok := route.Acquire(&q); ok {
			t.Error("a provider that is held is asked")
		}
		relieved := r.Relieved()
		ended, err := r.Release(t.Context(), health.Target{Endpoint: "p"}, "it is over")
		if err != nil || len(ended) != 1 || ended[0].Hold == nil {
			t.Fatal(ended, err)
		}
		<-relieved
		if a := route.Check(&q, time.Now()); !a.Free() {
			t.Errorf("%+v", a)
		}
	})
}
