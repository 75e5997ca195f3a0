package memory

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Runs returns runs, newest first.
func (l *Log) Runs(ctx context.Context, f run.RunFilter) iter.Seq2[run.Summary, error] {
	return func(yield func(run.Summary, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(run.Summary{}, err)
			return
		}
		found, err := l.data.listed(f)
		if err != nil {
			yield(run.Summary{}, fmt.Errorf("list runs: %w", err))
			return
		}
		for _, r := range found {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (d *data) listed(f run.RunFilter) (found []run.Summary, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.made
	if f.Before != "" {
		r := d.runs[f.Before]
		if r == nil {
			return nil, run.ErrNotFound
		}
		before = r.position
	}
	for _, id := range slices.Backward(d.order) {
		r := d.runs[id]
		if r.position < before && (f.ProjectID == "" || r.ProjectID == f.ProjectID) && (!f.UnderWay || !r.ended) &&
			(!f.Unattended || r.unattended()) {
			found = append(found, d.summary(r))
		}
	}
	return found, nil
}

// Line returns the runs of a line, oldest first.
func (l *Log) Line(_ context.Context, root string) (line []run.Summary, err error) {
	l.data.mu.Lock()
	defer l.data.mu.Unlock()
	for _, id := range l.data.order {
		if r := l.data.runs[id]; r.root == root {
			line = append(line, l.data.summary(r))
		}
	}
	return line, nil
}

// summary returns a run with what is kept of it elsewhere. The caller holds mu.
func (d *data) summary(r *record) run.Summary {
	s := r.Summary
	s.ProjectName = s.ProjectID
	if f := d.projects[s.ProjectID]; f != nil && f.ID != "" {
		s.ProjectName = f.Name
	}
	return s
}

// unattended reports whether the run may need a person, as run.RunFilter says.
func (r *record) unattended() bool {
	if r.ended && r.outcome != event.Failed || r.RetriedBy != "" {
		return false
	}
	return r.Acknowledged == nil || r.Acknowledged.Seq < r.LastSeq
}

// Run returns a run.
func (l *Log) Run(_ context.Context, id string) (run.Summary, error) {
	l.data.mu.Lock()
	defer l.data.mu.Unlock()
	r := l.data.runs[id]
	if r == nil {
		return run.Summary{}, fmt.Errorf("find run %s: %w", id, run.ErrNotFound)
	}
	return l.data.summary(r), nil
}

// Done returns the position of the newest run that is done with each of some files.
func (l *Log) Done(_ context.Context, files []run.FileKey) (map[run.FileKey]int64, error) {
	l.data.mu.Lock()
	defer l.data.mu.Unlock()
	done := map[run.FileKey]int64{}
	for _, id := range l.data.order {
		r := l.data.runs[id]
		if r.outcome != event.Succeeded {
			continue
		}
		if b, ok := r.events[0].Body.(event.PipelineStarted); ok {
			key := run.FileKey{ProjectID: r.ProjectID, Input: b.InputDigest, EndAt: b.EndAt}
			if slices.Contains(files, key) {
				done[key] = r.Position
			}
		}
	}
	return done, nil
}

// Acknowledge notes that a person has taken note of a run.
func (l *Log) Acknowledge(_ context.Context, id string, seq int64, asked event.Asked) error {
	l.data.mu.Lock()
	defer l.data.mu.Unlock()
	r := l.data.runs[id]
	if r == nil {
		return fmt.Errorf("acknowledge run %s: %w", id, run.ErrNotFound)
	}
	if a := r.Acknowledged; a != nil && a.Seq >= seq {
		return nil
	}
	r.Acknowledged = &run.Acknowledgement{Seq: seq, At: run.UnixTime{Time: now()}, Asked: asked}
	l.data.appendStandalone(event.RunAcknowledged{
		Act: event.Act{Actor: asked.Actor, Reason: asked.Reason}, OfProject: event.OfProject{ProjectID: r.ProjectID}, AboutRunID: id,
	})
	return nil
}
