package sqlite_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/durabletest"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// noted is a store in which the workers of the engine's checks keep their notes.
type noted struct {
	*sqlite.Journal
	store *sqlite.Store
}

func note(s *sqlite.Store) noted { return noted{Journal: s.Journal, store: s} }

func (n noted) Make(ctx context.Context, group, id string, wake time.Time) error {
	return n.store.Log.Create(ctx, run.NewRun{ID: id, ProjectID: group, Wake: wake, First: []event.Body{event.PipelineStarted{RecipeID: "r"}}})
}

func (n noted) Record(ctx context.Context, claim durable.Claim, note string, last bool) error {
	events := []event.Body{event.UnitDone{Unit: note}}
	if last {
		events = append(events, event.PipelineFinished{Outcome: event.Succeeded})
	}
	return n.store.Log.Commit(ctx, claim, run.Change{Events: func([]artifact.Artifact) []event.Body { return events }})
}

func (n noted) Recorded(ctx context.Context, id string) (notes []string, err error) {
	for e, err := range n.store.Log.Events(ctx, id, 0) {
		if err != nil {
			return nil, err
		}
		if u, ok := e.Body.(event.UnitDone); ok {
			notes = append(notes, u.Unit)
		}
	}
	return notes, nil
}

func (n noted) Die() { sqlite.Die(n.store) }

func TestTheEngineOverAStoreInMemory(t *testing.T) {
	durabletest.Run(t, durabletest.Subject{
		World: func(t *testing.T) durabletest.World {
			s, err := sqlite.OpenMemory(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return durabletest.Local(func() durabletest.Store { return note(s) }, 0)
		},
		Lease: local.DefaultClaimTTL, Notice: local.DefaultClaimTTL, Crowd: crowd,
	})
}

// Each process opens the file by itself, sees what others have done when it looks, and
// sees at once who is gone.
func TestTheEngineOverAStoreInAFile(t *testing.T) {
	const poll = 200 * time.Millisecond
	notice := local.DefaultClaimTTL
	if sqlite.Locks {
		notice = poll
	}
	durabletest.Run(t, durabletest.Subject{
		World: func(t *testing.T) durabletest.World {
			dir := t.TempDir()
			return durabletest.Local(func() durabletest.Store { return note(open(t, dir)) }, poll)
		},
		Lease: local.DefaultClaimTTL, Notice: notice, Slack: 2 * poll, Crowd: crowd,
	})
}

func TestManyRunsDoNotHideThoseOfOthers(t *testing.T) {
	each(t, func(t *testing.T, s *sqlite.Store) {
		for i := range 30 {
			if err := note(s).Make(t.Context(), "many", fmt.Sprintf("m%d", i), time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []string{"f0", "f1"} {
			if err := note(s).Make(t.Context(), "few", id, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		due, _, err := s.Journal.Due(t.Context(), 5)
		if err != nil {
			t.Fatal(err)
		}
		want := []local.Due{{Run: "m0", Group: "many"}, {Run: "f0", Group: "few"}, {Run: "m1", Group: "many"}, {Run: "f1", Group: "few"}, {Run: "m2", Group: "many"}}
		if diff := cmp.Diff(want, due); diff != "" {
			t.Error(diff)
		}
	})
}
