// Package storage is what a system keeps everything in, taken apart into the seams that its
// parts need. A store of any kind fills in a [Store]; what works with one does not know which it is.
package storage

import (
	"context"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
)

// Store is an open store. All of its parts are safe for concurrent use, by several
// processes too where the store is one that several can open.
type Store struct {
	Log         run.Log
	Index       run.Index
	Memo        run.Memo
	Feed        run.Feed
	Artifacts   Artifacts
	Blobs       artifact.Blobs
	Journal     Journal
	Projects    project.Store
	Inputs      project.Inputs
	Chat        project.Chat
	Health      health.Memory
	Attempts    Attempts
	Maintenance Maintenance

	// Close closes the store. Commits under way end first.
	Close func() error
}

// Pipeline returns what a pipeline needs of the store.
func (s Store) Pipeline() pipeline.Store {
	return pipeline.Store{Log: s.Log, Index: s.Index, Memo: s.Memo, Archive: s.Artifacts, Blobs: s.Blobs}
}

// Artifacts reads the artifacts of projects, and takes those that a person made.
type Artifacts interface {
	artifact.Archive
	// Versions returns the metadata of every version of an entity, oldest first.
	Versions(ctx context.Context, projectID, artifactType, entityID string) ([]artifact.Metadata, error)
	// Edit stores a version that a person made. It returns an error that wraps
	// artifact.ErrNotFound if the entity has no version yet.
	Edit(ctx context.Context, projectID string, a artifact.Artifact) (artifact.Artifact, error)
	// Holdings counts the entities and the runs of a project.
	Holdings(ctx context.Context, projectID string) (entities, runs int, err error)
}

// Journal is the journal of an engine, which knows what each process can go on with.
type Journal interface {
	local.Journal
	// Carry sets the routes that this process can reach. Runs that need others are not due
	// here any more; without it every run is.
	Carry(routes []string)
	// Uncarried returns at most n runs, newest first, that would go on by themselves, that no
	// process works on, and that this one can't go on with.
	Uncarried(ctx context.Context, n int) ([]run.Summary, error)
}
