// Package library keeps what people have: projects with their files and messages, the
// artifacts made in them, and recipes.
package library

import (
	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/screenplay/document"
)

// Options are what a service works with.
type Options struct {
	DataDir   string // where scratch files are made
	Projects  project.Store
	Inputs    project.Inputs
	Chat      project.Chat
	Scans     project.Scans
	Artifacts storage.Artifacts
	Blobs     artifact.Blobs
	Documents document.Reader
	Deletion  storage.Deletion
}

// Service is the library of a data directory. It is safe for concurrent use.
type Service struct {
	dataDir   string
	projects  project.Store
	inputs    project.Inputs
	chat      project.Chat
	scans     project.Scans
	artifacts storage.Artifacts
	blobs     artifact.Blobs
	documents document.Reader
	deletion  storage.Deletion
}

// New returns the library of a store.
func New(o Options) *Service {
	return &Service{
		dataDir: o.DataDir, projects: o.Projects, inputs: o.Inputs, chat: o.Chat, scans: o.Scans,
		artifacts: o.Artifacts, blobs: o.Blobs, documents: o.Documents, deletion: o.Deletion,
	}
}
