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
	"github.com/cineforge/cineforge/run/event"
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
	Scans       project.Scans
	Health      health.Memory
	Attempts    Attempts
	Maintenance Maintenance
	Deletion    Deletion

	// Close closes the store. Commits under way end first.
	Close func() error
}

// Pipeline returns what a pipeline needs of the store.
func (s Store) Pipeline() pipeline.Store {
	return pipeline.Store{Log: s.Log, Index: s.Index, Memo: s.Memo, Archive: s.Artifacts, Blobs: s.Blobs}
}

// Artifacts reads the artifacts of projects, and takes what a person does to them.
type Artifacts interface {
	artifact.Archive
	// Versions describes every version of an entity, oldest first.
	Versions(ctx context.Context, projectID, artifactType, entityID string) ([]artifact.Version, error)
	// Change does what a person wants of an artifact, and records it in the log, in one
	// transaction. It returns the version that is current then. The error wraps
	// artifact.ErrNotFound if there is no such version, and artifact.ErrChanged if the change is
	// meant for another one than the current one.
	Change(ctx context.Context, projectID string, c ArtifactChange) (artifact.Ref, error)
	// Holdings counts the entities and the runs of a project.
	Holdings(ctx context.Context, projectID string) (entities, runs int, err error)
}

// ArtifactChange is what a person does to an artifact.
type ArtifactChange struct {
	// Action says which: an edit stores a new version, made of the current one; a restoration
	// makes the version of Of current; a confirmation is of the current version. What is so
	// already is not recorded again.
	Action event.EditAction
	Of     artifact.Ref // its version is that of a restoration only
	Reason string

	// Edited is what an edit stores; its lineage is the current version.
	Edited artifact.Artifact

	// Meant reports whether the change is meant for the version that is current; nil for any.
	Meant func(current int) bool
}

// IsMeantFor reports whether the change is meant for a version.
func (c ArtifactChange) IsMeantFor(current int) bool { return c.Meant == nil || c.Meant(current) }

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
