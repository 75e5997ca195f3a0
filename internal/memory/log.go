package memory

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// record is a run.
type record struct {
	run.Summary
	root     string
	position int // from 0, in the order in which runs were made
	asked    artifact.Digest
	events   []event.Event
	ended    bool
	drill    bool

	epoch   int64
	claimed time.Time // until when a claim lives
	wakeAt  time.Time // when it is due; the zero time means at once
	signals []durable.Signal

	routes map[string][]string // by stage: what reaches a candidate of it
	paused event.PauseReason   // the reason of its last pause

	outcome event.Outcome // of its end; "" before, and for a run that only checked a file
}

// request is a request that has made a run.
type request struct {
	by    string
	asked artifact.Digest
}

// Log is the events of runs, and what else a run's changes store. It is a [run.Log], a
// [run.Index], a [run.Memo] and a [run.Feed].
type Log struct{ data *data }

var (
	_ run.Log   = (*Log)(nil)
	_ run.Index = (*Log)(nil)
	_ run.Memo  = (*Log)(nil)
	_ run.Feed  = (*Log)(nil)
)

// Create makes a run with its first events.
func (l *Log) Create(ctx context.Context, n run.NewRun) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d := l.data
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.creatable(n); err != nil {
		return err
	}
	bodies, err := copies(n.First)
	if err != nil {
		return err
	}
	d.touch(ctx, n.ProjectID)
	r := &record{
		Summary: run.Summary{
			RunID: n.ID, ProjectID: n.ProjectID, Parent: n.Parent, Root: cmp.Or(n.Root, n.ID), Position: int64(d.made) + 1,
		},
		root: cmp.Or(n.Root, n.ID), position: d.made, asked: n.Asked, wakeAt: n.Wake, routes: map[string][]string{},
	}
	d.made++
	d.runs[n.ID] = r
	if parent := d.runs[n.Parent]; parent != nil {
		parent.RetriedBy = n.ID
	}
	d.order = append(d.order, n.ID)
	for _, b := range n.Blobs {
		d.put(b)
	}
	if n.Once.Key != "" {
		d.requests[n.Once.Key] = request{by: n.ID, asked: n.Once.Asked}
	}
	d.append(r, bodies)
	d.notify()
	d.wake()
	return nil
}

// creatable returns why a run can't be made, as run.Log says. The caller holds mu.
func (d *data) creatable(n run.NewRun) error {
	if made, ok := d.requests[n.Once.Key]; ok && n.Once.Key != "" {
		return &run.RepeatedError{RunID: made.by, Same: made.asked == n.Once.Asked}
	}
	if n.Parent != "" {
		parent := d.runs[n.Parent]
		if parent == nil {
			return fmt.Errorf("retry run %s: %w", n.Parent, run.ErrNotFound)
		}
		for _, id := range d.order {
			if other := d.runs[id]; other.root == parent.root && other != parent && !other.ended {
				return &run.RetriedError{By: id}
			}
		}
	}
	if !n.New && n.Asked != "" {
		for _, id := range slices.Backward(d.order) {
			r := d.runs[id]
			if r.ended || r.asked != n.Asked {
				continue
			}
			paused := r.waitsForever() && r.claimed.IsZero()
			if !paused || r.paused == event.Interrupted {
				return &run.UnderWayError{RunID: id, Paused: paused}
			}
		}
	}
	if n.Refusal != nil {
		return n.Refusal
	}
	if d.runs[n.ID] != nil {
		return fmt.Errorf("create run %s: %w", n.ID, run.ErrExists)
	}
	return nil
}

// waitsForever reports whether no time makes the run due.
func (r *record) waitsForever() bool { return !r.wakeAt.Before(local.Never) }

// copies returns bodies as they are read back, so that nothing that is stored is changed
// by its writer.
func copies(bodies []event.Body) ([]event.Body, error) {
	out := make([]event.Body, len(bodies))
	for i, b := range bodies {
		encoded, err := event.EncodeBody(b)
		if err != nil {
			return nil, fmt.Errorf("encode event %s: %w", b.EventName(), err)
		}
		if out[i], err = event.DecodeBody(b.EventName(), encoded); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// append gives events their place in the run and in the log. The caller holds mu.
func (d *data) append(r *record, bodies []event.Body) {
	for _, b := range bodies {
		r.LastSeq++
		d.position++
		e := event.Event{Seq: r.LastSeq, Time: now(), RunID: r.RunID, Body: b}
		r.events = append(r.events, e)
		d.log = append(d.log, run.LogEntry{Position: d.position, ProjectID: r.ProjectID, Event: e})
		r.follow(b)
		noteOrigin(d, r, b)
	}
}

// appendStandalone appends standalone events to the log. What is recorded is changed while mu is held,
// too, so that both are seen, or none. The caller holds mu.
func (d *data) appendStandalone(bodies ...event.Standalone) {
	for _, b := range bodies {
		d.position++
		of := b.About()
		d.log = append(d.log, run.LogEntry{
			Position: d.position, ProjectID: of.ProjectID, About: of.RunID, Event: event.Event{Time: now(), Body: b},
		})
	}
	if len(bodies) > 0 {
		d.notify()
	}
}

// follow keeps what is derived of a run's events.
func (r *record) follow(body event.Body) {
	switch b := body.(type) {
	case event.PipelineStarted:
		r.need(b.Candidates)
		r.drill = b.Drill != ""
	case event.RunResumed:
		if b.Candidates != nil {
			clear(r.routes)
			r.need(b.Candidates)
			r.asked = "" // it is not what it was asked for any more
		}
		for _, id := range b.Confirmed {
			delete(r.routes, id)
		}
	case event.StageFinished:
		delete(r.routes, b.StageID)
	case event.StageSkippedReused:
		delete(r.routes, b.StageID)
	case event.StageFailed: // all that is left is to end the run
		clear(r.routes)
	case event.StagePaused:
		r.paused = b.Reason
	}
	if event.Terminal(body) {
		r.ended = true
		r.signals = nil
		clear(r.routes)
	}
	if end, ok := body.(event.PipelineFinished); ok {
		r.outcome = end.Outcome
	}
}

func (r *record) need(pinned map[string][]event.Candidate) {
	for stage, candidates := range pinned {
		for _, c := range candidates {
			r.routes[stage] = append(r.routes[stage], c.Route())
		}
	}
}

// Commit stores a change, all of it or nothing.
func (l *Log) Commit(ctx context.Context, claim durable.Claim, c run.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d := l.data
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.runs[claim.Run]
	if r == nil || r.epoch != claim.Epoch || r.ended {
		return fmt.Errorf("append to run %s: %w", claim.Run, durable.ErrLost)
	}
	saved, err := d.versioned(r.ProjectID, c.Save)
	if err != nil {
		return err
	}
	bodies, err := copies(c.Events(saved))
	if err != nil {
		return err
	}
	kept, err := encodeAnswers(c.Answers)
	if err != nil {
		return err
	}
	for i := range saved {
		d.save(r.ProjectID, saved[i])
	}
	d.keepAnswers(r, c, kept)
	d.append(r, bodies)
	d.notify()
	return nil
}

// Events returns the events of a run after a seq.
func (l *Log) Events(ctx context.Context, id string, after int64) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(event.Event{}, err)
			return
		}
		l.data.mu.Lock()
		var events []event.Event
		if r := l.data.runs[id]; r != nil && after < int64(len(r.events)) {
			events = r.events[max(after, 0):]
		}
		l.data.mu.Unlock()
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Wait returns when the run may have events after a seq.
func (l *Log) Wait(ctx context.Context, id string, after int64) error {
	return l.data.await(ctx, func() (bool, error) {
		r := l.data.runs[id]
		if r == nil {
			return false, fmt.Errorf("wait for run %s: %w", id, run.ErrNotFound)
		}
		return r.LastSeq > after, nil
	})
}

// await returns when something holds, which is looked at with mu held after each change.
func (d *data) await(ctx context.Context, holds func() (bool, error)) error {
	for {
		d.mu.Lock()
		changed := d.changed
		ok, err := holds()
		d.mu.Unlock()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		}
	}
}

// Head returns the position of the newest event of all runs.
func (l *Log) Head(context.Context) (int64, error) {
	l.data.mu.Lock()
	defer l.data.mu.Unlock()
	return l.data.head(), nil
}

func (d *data) head() int64 {
	if len(d.log) == 0 {
		return 0
	}
	return d.log[len(d.log)-1].Position
}

// Entries returns what happened behind a position, in the order in which it was stored.
func (l *Log) Entries(_ context.Context, of run.EventFilter, after int64, limit int) (found []run.LogEntry, err error) {
	l.data.mu.Lock()
	defer l.data.mu.Unlock()
	first, _ := slices.BinarySearchFunc(l.data.log, after+1, func(e run.LogEntry, p int64) int { return cmp.Compare(e.Position, p) })
	for _, e := range l.data.log[first:] {
		if len(found) == limit {
			break
		}
		if of.Match(&e) {
			found = append(found, e)
		}
	}
	return found, nil
}

// Await returns when something may have happened behind a position, or when ctx is done.
func (l *Log) Await(ctx context.Context, after int64) error {
	return l.data.await(ctx, func() (bool, error) { return l.data.head() > after, nil })
}
