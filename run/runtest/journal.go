package runtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func claims(t *testing.T, s Store) {
	first := s.create(t, "a")
	if _, err := s.Journal.Claim(t.Context(), "a", time.Minute); !errors.Is(err, durable.ErrHeld) {
		t.Errorf("claim of a held run: %v", err)
	}
	if _, err := s.Journal.Claim(t.Context(), "none", time.Minute); !errors.Is(err, run.ErrNotFound) {
		t.Errorf("claim of no run: %v", err)
	}
	time.Sleep(50 * time.Second)
	if err := s.Journal.Renew(t.Context(), first, time.Minute); err != nil {
		t.Fatal(err)
	}
	time.Sleep(59 * time.Second)
	if _, err := s.Journal.Claim(t.Context(), "a", time.Minute); !errors.Is(err, durable.ErrHeld) {
		t.Errorf("claim of a run whose claim was renewed: %v", err)
	}
	time.Sleep(time.Second)
	second, err := s.Journal.Claim(t.Context(), "a", time.Minute)
	if err != nil {
		t.Fatalf("claim of a run whose claim lapsed: %v", err)
	}
	// The holder that was asleep can neither write nor come back.
	if err := s.commit(first, event.UnitDone{}); !errors.Is(err, durable.ErrLost) {
		t.Errorf("write under a lost claim: %v", err)
	}
	if err := s.Journal.Renew(t.Context(), first, time.Minute); !errors.Is(err, durable.ErrLost) {
		t.Errorf("renewal of a lost claim: %v", err)
	}
	if err := s.Journal.Release(t.Context(), first, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := s.commit(second, event.UnitDone{}); err != nil {
		t.Errorf("the release of a lost claim took the run from its holder: %v", err)
	}
	if err := s.Journal.Release(t.Context(), second, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Journal.Claim(t.Context(), "a", time.Minute); err != nil {
		t.Errorf("claim of a released run: %v", err)
	}
}

func areDue(t *testing.T, s Store) {
	until := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	for id, wake := range map[string]time.Time{"waits": until, "paused": local.Never} {
		if err := s.Journal.Release(t.Context(), s.create(t, id), wake); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []struct {
		after time.Duration
		due   []local.DueRun
		next  time.Time
	}{
		{0, nil, until},
		{time.Hour - time.Millisecond, nil, until},
		{time.Millisecond, []local.DueRun{{Run: "waits", Group: "p"}}, local.Never},
	} {
		time.Sleep(want.after)
		if due, next, err := s.Journal.Due(t.Context(), 10); err != nil || !slices.Equal(due, want.due) || !next.Equal(want.next) {
			t.Errorf("%v before its time: due are %v, next is %v: %v", time.Until(until), due, next, err)
		}
	}
}

func takeTurns(t *testing.T, s Store) {
	make := func(project, id string) {
		err := s.Log.Create(t.Context(), run.NewRun{ID: id, ProjectID: project, First: []event.Body{event.PipelineStarted{}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 30 {
		make("many", fmt.Sprint("m", i))
	}
	make("few", "f0")
	make("few", "f1")
	due, _, err := s.Journal.Due(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	want := []local.DueRun{
		{Run: "m0", Group: "many"}, {Run: "f0", Group: "few"}, {Run: "m1", Group: "many"}, {Run: "f1", Group: "few"}, {Run: "m2", Group: "many"},
	}
	if !slices.Equal(due, want) {
		t.Errorf("due are %v, want %v", due, want)
	}
}
