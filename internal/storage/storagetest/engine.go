package storagetest

import (
	"context"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/durabletest"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Engine returns a store as the checks of engines use it, whose workers keep their notes as
// events. Die does to the store what the system does when its process is gone.
func Engine(s storage.Store, die func()) durabletest.Store {
	return noted{Journal: s.Journal, log: s.Log, die: die}
}

type noted struct {
	storage.Journal
	log run.Log
	die func()
}

func (n noted) Make(ctx context.Context, group, id string, wake time.Time) error {
	return n.log.Create(ctx, run.NewRun{ID: id, ProjectID: group, Wake: wake, First: []event.Body{event.PipelineStarted{RecipeID: "r"}}})
}

func (n noted) Record(ctx context.Context, claim durable.Claim, note string, last bool) error {
	events := []event.Body{event.UnitDone{Unit: note}}
	if last {
		events = append(events, event.PipelineFinished{Outcome: event.Succeeded})
	}
	return n.log.Commit(ctx, claim, run.Change{Events: func([]artifact.Artifact) []event.Body { return events }})
}

func (n noted) Recorded(ctx context.Context, id string) (notes []string, err error) {
	for e, err := range n.log.Events(ctx, id, 0) {
		if err != nil {
			return nil, err
		}
		if u, ok := e.Body.(event.UnitDone); ok {
			notes = append(notes, u.Unit)
		}
	}
	return notes, nil
}

func (n noted) Die() { n.die() }
