package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Deletion deletes what people want gone.
type Deletion struct{ data *data }

var _ storage.Deletion = (*Deletion)(nil)

// DeleteProject deletes a project and the scratch project of its drills.
func (dd *Deletion) DeleteProject(ctx context.Context, id, scratch string) (done storage.Deleted, err error) {
	d := dd.data
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.projects[id]; f == nil || f.ID == "" {
		return done, fmt.Errorf("delete project %s: %w", id, project.ErrNotFound)
	}
	of := func(projectID string) bool { return projectID == id || projectID == scratch }
	r := newRemoval(d)
	ofProject := func(r *record) bool { return of(r.ProjectID) }
	if err := haveEnded(d, ofProject); err != nil {
		return done, fmt.Errorf("delete project %s: %w", id, err)
	}
	r.lines(ofProject)
	for e, versions := range d.versions {
		if of(e.project) {
			r.Artifacts += len(versions)
			delete(d.versions, e)
			delete(d.marks, e)
		}
	}
	for _, p := range []string{id, scratch} {
		if f := d.projects[p]; f != nil {
			r.Inputs += len(f.inputs)
			r.Messages += len(f.messages)
			delete(d.projects, p)
		}
	}
	r.events(func(e *run.LogEntry) bool { return of(e.ProjectID) })
	r.content()
	d.appendStandalone(storage.ProjectDeleted(ctx, id, r.Deleted))
	return r.Deleted, nil
}

// DeleteInput deletes a file of a project, with what was made of it.
func (dd *Deletion) DeleteInput(ctx context.Context, id, scratch, name string) (done storage.Deleted, err error) {
	d := dd.data
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.projects[id]
	i := -1
	if f != nil {
		i = slices.IndexFunc(f.inputs, func(in project.Input) bool { return in.Name == name })
	}
	if i < 0 {
		return done, fmt.Errorf("delete input %s of project %s: %w", name, id, project.ErrNotFound)
	}
	digest := f.inputs[i].Digest
	r := newRemoval(d)
	same := func(in project.Input) bool { return in.Digest == digest && in.Name != name }
	if !slices.ContainsFunc(f.inputs, same) {
		err := haveEnded(d, func(r *record) bool { return (r.ProjectID == id || r.ProjectID == scratch) && r.workedWith(digest) })
		if err != nil {
			return done, fmt.Errorf("delete input %s of project %s: %w", name, id, err)
		}
		r.madeOf(id, digest)
		r.madeOf(scratch, digest)
	}
	f.inputs = slices.Delete(f.inputs, i, i+1)
	r.Inputs++
	r.events(func(e *run.LogEntry) bool {
		added, ok := e.Body.(event.InputAdded)
		return ok && e.ProjectID == id && added.Input == name
	})
	r.content()
	d.appendStandalone(storage.InputDeleted(ctx, id, name, r.Deleted))
	return r.Deleted, nil
}

// removal is a deletion under way.
type removal struct {
	data    *data
	garbage []artifact.Digest // content that nothing referred to before
	storage.Deleted
}

func newRemoval(d *data) *removal { return &removal{data: d, garbage: d.garbage(nil)} }

// rootsOf returns the first runs of the lines of which a run is meant. The caller holds mu.
func rootsOf(d *data, meant func(r *record) bool) map[string]bool {
	roots := map[string]bool{}
	for _, r := range d.runs {
		if meant(r) {
			roots[r.root] = true
		}
	}
	return roots
}

// haveEnded returns an error if a run has not ended of the lines of which one is meant. The caller
// holds mu.
func haveEnded(d *data, meant func(r *record) bool) error {
	roots := rootsOf(d, meant)
	for _, id := range d.order {
		if r := d.runs[id]; roots[r.root] && !r.ended {
			return &run.UnderWayError{RunID: id}
		}
	}
	return nil
}

// lines removes the lines of which a run is meant. The caller holds mu.
func (r *removal) lines(meant func(r *record) bool) {
	d := r.data
	roots := rootsOf(d, meant)
	gone := map[string]bool{}
	for _, id := range d.order {
		gone[id] = roots[d.runs[id].root]
	}
	for key, answers := range d.answers {
		kept := slices.DeleteFunc(answers, func(a answer) bool { return roots[a.root] })
		r.Answers += len(answers) - len(kept)
		d.answers[key] = kept
	}
	for key, made := range d.requests {
		if gone[made.by] {
			delete(d.requests, key)
		}
	}
	r.events(func(e *run.LogEntry) bool { return gone[cmp.Or(e.RunID, e.About)] })
	d.order = slices.DeleteFunc(d.order, func(id string) bool { return gone[id] })
	for _, m := range d.marks {
		maps.DeleteFunc(m.origins, func(_ int, o origin) bool { return gone[o.runID] })
	}
	for id := range gone {
		if gone[id] {
			delete(d.runs, id)
			r.Runs++
		}
	}
}

// madeOf removes the lines of runs of a project that worked with a content, and what only
// they made. The caller holds mu.
func (r *removal) madeOf(id string, digest artifact.Digest) {
	d := r.data
	roots := rootsOf(d, func(r *record) bool { return r.ProjectID == id && r.workedWith(digest) })
	theirs, kept := map[artifact.Ref]bool{}, map[artifact.Ref]bool{}
	for _, e := range d.log {
		saved, ok := e.Body.(event.ArtifactSaved)
		if !ok || e.ProjectID != id {
			continue
		}
		ref := artifact.NewRef(saved.ArtifactType, saved.EntityID, saved.Version)
		if roots[d.runs[e.RunID].root] {
			theirs[ref] = true
		} else {
			kept[ref] = true
		}
	}
	r.lines(func(r *record) bool { return roots[r.root] })
	var all []artifact.Metadata
	for e, versions := range d.versions {
		for _, a := range versions {
			if e.project == id && a.Metadata.Ref.Version > 0 {
				all = append(all, a.Metadata)
			}
		}
	}
	for _, ref := range storage.MadeOnlyOf(all, theirs, kept) {
		e := entity{id, ref.ArtifactType, ref.EntityID}
		forgetVersion(d, e, ref.Version)
		r.Artifacts++
	}
}

// workedWith reports whether a content is a run's script, or its settings.
func (r *record) workedWith(digest artifact.Digest) bool {
	if len(r.events) == 0 {
		return false
	}
	b, ok := r.events[0].Body.(event.PipelineStarted)
	return ok && (b.InputDigest == digest || b.Settings != nil && b.Settings.Digest == digest)
}

// events removes events from the log. The caller holds mu.
func (r *removal) events(meant func(e *run.LogEntry) bool) {
	d := r.data
	before := len(d.log)
	d.log = slices.DeleteFunc(d.log, func(e run.LogEntry) bool { return meant(&e) })
	r.Events += before - len(d.log)
}

// content removes the content that nothing refers to, but for what nothing referred to before. The
// caller holds mu.
func (r *removal) content() {
	d := r.data
	for _, digest := range d.garbage(nil) {
		if !slices.Contains(r.garbage, digest) {
			r.Blobs++
			r.Bytes += int64(len(d.blobs[digest]))
			delete(d.blobs, digest)
		}
	}
	for key := range d.scans {
		if !d.hasInput(key.digest, key.original) {
			delete(d.scans, key)
		}
	}
}
