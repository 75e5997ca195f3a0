// Package memory is a store that lives in memory until its process ends. It passes the same
// checks as the store on disk, at a fraction of the time, and is what most tests run on.
package memory

import (
	"context"
	"sync"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
)

// Store is a store in memory, as the parts that each serve one seam. It is safe for
// concurrent use.
type Store struct {
	Log         *Log
	Artifacts   *Artifacts
	Blobs       *Blobs
	Journal     *Journal
	Projects    *ProjectStore
	Health      *Health
	Maintenance *Maintenance
	Deletion    *Deletion
}

// New returns an empty store.
func New() *Store {
	d := &data{
		runs: map[string]*record{}, requests: map[string]request{}, answers: map[string][]answer{},
		versions: map[entity][]artifact.Artifact{}, marks: map[entity]*marks{}, blobs: map[artifact.Digest][]byte{},
		projects: map[string]*folder{}, scans: map[scanKey]project.Scan{}, health: map[healthKey]*healthRecord{},
		changed: make(chan struct{}), woken: make(chan struct{}),
	}
	return &Store{
		Log: &Log{d}, Artifacts: &Artifacts{d}, Blobs: &Blobs{d}, Journal: &Journal{d}, Projects: &ProjectStore{d}, Health: &Health{d},
		Maintenance: &Maintenance{d}, Deletion: &Deletion{d},
	}
}

// Seams returns the store as the seams that a system is built on.
func (s *Store) Seams() storage.Store {
	return storage.Store{
		Log: s.Log, Index: s.Log, Memo: s.Log, Feed: s.Log, Artifacts: s.Artifacts, Blobs: s.Blobs, Journal: s.Journal,
		Projects: s.Projects, Inputs: s.Projects, Chat: s.Projects, Scans: s.Projects, Health: s.Health, Attempts: s.Health,
		Maintenance: s.Maintenance, Deletion: s.Deletion, Close: s.Close,
	}
}

// Close does nothing: what is in memory goes with the process.
func (s *Store) Close() error { return nil }

// data is all that is stored. A change is checked before any of it is applied, so that all
// of it is, or nothing.
type data struct {
	mu sync.Mutex // guards what follows

	runs     map[string]*record
	order    []string       // the runs, oldest first
	log      []run.LogEntry // all events, in the order in which they were stored
	position int64          // of the last event that was stored
	made     int            // how many runs were ever made
	requests map[string]request
	answers  map[string][]answer // by key
	versions map[entity][]artifact.Artifact
	marks    map[entity]*marks
	blobs    map[artifact.Digest][]byte
	projects map[string]*folder
	scans    map[scanKey]project.Scan

	health         map[healthKey]*healthRecord
	healthPosition int64
	transitions    []health.Transition

	routes  []string // that this process can reach
	limited bool     // whether there are others that it can't

	changed chan struct{} // closed and replaced after each change
	woken   chan struct{} // the same for what Journal.Changed reports
}

// notify wakes what waits for changes. The caller holds mu.
func (d *data) notify() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// wake wakes what waits for runs and signals. The caller holds mu.
func (d *data) wake() {
	close(d.woken)
	d.woken = make(chan struct{})
}

// now is the time as it is stored: UTC, to the millisecond.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// folder is a project with what is kept in it.
type folder struct {
	project.Project
	inputs   []project.Input
	messages []project.Message
}

// touch notes that something was added to a project, which is made if it is not there. The
// caller holds mu.
func (d *data) touch(ctx context.Context, id string) {
	f := d.folderOf(id)
	if f.ID == "" {
		f.Project = project.Project{ID: id, Name: id, Created: now()}
		d.appendStandalone(storage.ProjectCreated(ctx, f.Project))
	}
	f.Changed = now()
}

// folderOf returns what is kept of a project, which is not made by that alone.
func (d *data) folderOf(id string) *folder {
	f := d.projects[id]
	if f == nil {
		f = &folder{}
		d.projects[id] = f
	}
	return f
}
