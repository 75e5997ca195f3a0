package memory

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Maintenance is what the keeper of a store does with it.
type Maintenance struct{ data *data }

var _ storage.Maintenance = (*Maintenance)(nil)

// Probe returns nil: memory takes everything.
func (m *Maintenance) Probe(ctx context.Context) error { return ctx.Err() }

// Check returns nil: nothing in memory is damaged.
func (m *Maintenance) Check(ctx context.Context) error { return ctx.Err() }

// Examine finds no damage.
func (m *Maintenance) Examine(ctx context.Context) (*storage.Examination, error) {
	m.data.mu.Lock()
	defer m.data.mu.Unlock()
	return &storage.Examination{Damages: []storage.Damage{}, Listed: len(m.data.order)}, ctx.Err()
}

// Backup returns an error: there is no file to copy.
func (m *Maintenance) Backup(context.Context, string, bool, bool) (int64, *storage.Examination, error) {
	return 0, nil, errors.ErrUnsupported
}

// Compact does nothing.
func (m *Maintenance) Compact(context.Context) error { return nil }

// RemoveCopies returns 0: there are none.
func (m *Maintenance) RemoveCopies(time.Duration) int { return 0 }

// Facts counts what the store holds.
func (m *Maintenance) Facts(context.Context) (storage.Facts, error) {
	d := m.data
	d.mu.Lock()
	defer d.mu.Unlock()
	f := storage.Facts{Runs: len(d.order), Events: len(d.log), Blobs: len(d.blobs)}
	for _, answers := range d.answers {
		f.Answers += len(answers)
	}
	for _, versions := range d.versions {
		f.Artifacts += len(versions)
	}
	return f, nil
}

// line is a run with all its retries.
type line struct {
	root    string
	project string
	over    bool
	newest  int // the position of its last run
	last    time.Time
}

// lines returns the lines of a project, or of all for "", newest first. The caller holds mu.
func (d *data) lines(project string) []*line {
	byRoot := map[string]*line{}
	var all []*line
	for _, id := range d.order {
		r := d.runs[id]
		if project != "" && r.ProjectID != project {
			continue
		}
		l := byRoot[r.root]
		if l == nil {
			l = &line{root: r.root, project: r.ProjectID, over: true}
			byRoot[r.root] = l
			all = append(all, l)
		}
		l.over = l.over && r.ended
		l.newest = r.position
		if n := len(r.events); n > 0 && r.events[n-1].Time.After(l.last) {
			l.last = r.events[n-1].Time
		}
	}
	slices.SortFunc(all, func(a, b *line) int { return b.newest - a.newest })
	return all
}

// OldLines lists the first runs of the lines that a filter selects, oldest first.
func (m *Maintenance) OldLines(_ context.Context, f storage.PruneFilter) (roots []string, err error) {
	m.data.mu.Lock()
	defer m.data.mu.Unlock()
	before := f.Before
	if before.IsZero() {
		before = time.UnixMilli(math.MaxInt64 / int64(time.Millisecond))
	}
	rank := map[string]int{}
	for _, l := range m.data.lines(f.Project) {
		rank[l.project]++
		if l.over && l.last.Before(before) && rank[l.project] > f.Keep {
			roots = append(roots, l.root)
		}
	}
	slices.Reverse(roots)
	return roots, nil
}

// Size counts what lines of runs hold, and what no other run needs then.
func (m *Maintenance) Size(_ context.Context, roots []string) (p storage.Pruned, err error) {
	d := m.data
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.runs {
		if slices.Contains(roots, r.root) {
			p.Runs++
			p.Events += len(r.events)
		}
	}
	for _, answers := range d.answers {
		for _, a := range answers {
			if slices.Contains(roots, a.root) {
				p.Answers++
			}
		}
	}
	for _, digest := range d.garbage(roots) {
		p.Blobs++
		p.Bytes += int64(len(d.blobs[digest]))
	}
	return p, nil
}

// garbage lists the content that nothing refers to, but for some lines. The caller holds mu.
func (d *data) garbage(gone []string) (digests []artifact.Digest) {
	needed := map[artifact.Digest]bool{}
	for _, r := range d.runs {
		if slices.Contains(gone, r.root) || len(r.events) == 0 {
			continue
		}
		if b, ok := r.events[0].Body.(event.PipelineStarted); ok {
			needed[b.RecipeDigest] = true
			needed[b.InputDigest] = true
		}
	}
	for _, versions := range d.versions {
		for _, a := range versions {
			needed[artifact.DigestOf(a.Data)] = true
		}
	}
	for _, f := range d.projects {
		for _, in := range f.inputs {
			needed[in.Digest] = true
		}
	}
	for digest := range d.blobs {
		if !needed[digest] {
			digests = append(digests, digest)
		}
	}
	return digests
}

// Prune removes a line of runs, unless one of them can go on.
func (m *Maintenance) Prune(_ context.Context, root string) (p storage.Pruned, err error) {
	d := m.data
	d.mu.Lock()
	defer d.mu.Unlock()
	ofLine := func(id string) bool { return d.runs[id] != nil && d.runs[id].root == root }
	for _, id := range d.order {
		if ofLine(id) && !d.runs[id].ended {
			return p, nil
		}
	}
	d.log = slices.DeleteFunc(d.log, func(e run.LogEntry) bool { return ofLine(cmp.Or(e.RunID, e.About)) })
	for key, r := range d.requests {
		if ofLine(r.by) {
			delete(d.requests, key)
		}
	}
	for key, answers := range d.answers {
		kept := slices.DeleteFunc(answers, func(a answer) bool { return a.root == root })
		p.Answers += len(answers) - len(kept)
		d.answers[key] = kept
	}
	for _, id := range slices.Clone(d.order) {
		if ofLine(id) {
			p.Runs++
			p.Events += len(d.runs[id].events)
			delete(d.runs, id)
		}
	}
	d.order = slices.DeleteFunc(d.order, func(id string) bool { return d.runs[id] == nil })
	return p, nil
}

// Sweep removes the content that nothing refers to.
func (m *Maintenance) Sweep(context.Context) (p storage.Pruned, err error) {
	d := m.data
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, digest := range d.garbage(nil) {
		p.Blobs++
		p.Bytes += int64(len(d.blobs[digest]))
		delete(d.blobs, digest)
	}
	return p, nil
}
