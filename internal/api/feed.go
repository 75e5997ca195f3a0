package api

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// frame is an event as it is sent.
type frame struct {
	position int64
	project  string
	run      string
	seq      int64
	last     bool // nothing follows in its run
	data     []byte
}

// newFrame writes an event once, for all who follow it.
func newFrame(e run.LogEntry) (frame, error) {
	data, err := json.Marshal(e.Event)
	return frame{e.Position, e.ProjectID, e.RunID, e.Seq, event.Terminal(e.Body), data}, err
}

// feed reads what happens in all runs once, for all who follow it. It keeps the newest
// frames; who is too slow for them reads from the store. It never waits for a reader.
type feed struct {
	from  run.Feed
	told  func(event.Event) // is told of each event, in order
	begun chan struct{}     // closed when it is known where the feed begins

	mu     sync.Mutex // guards what follows
	frames []frame    // a ring
	next   int        // how many frames there were
	more   chan struct{}
	ended  bool
}

const (
	// kept is how many frames are kept.
	kept = 4096
	// batch is how many entries are read at once.
	batch = 1000
	// feedPause is how long is waited when the store can't be read.
	feedPause = time.Second
)

func newFeed(from run.Feed, told func(event.Event)) *feed {
	return &feed{from: from, told: told, begun: make(chan struct{}), frames: make([]frame, kept), more: make(chan struct{})}
}

// run reads until ctx is done, and then ends all streams. Before, which is called when
// it is known where the feed begins, sees what was before that.
func (f *feed) run(ctx context.Context, before func() error) {
	defer f.end()
	head, err := f.from.Head(ctx)
	for err != nil && f.pause(ctx) {
		head, err = f.from.Head(ctx)
	}
	close(f.begun)
	for before() != nil && f.pause(ctx) {
		continue
	}
	for ctx.Err() == nil {
		entries, err := f.from.Entries(ctx, run.EventFilter{}, head, batch)
		if err == nil && len(entries) == 0 {
			err = f.from.Await(ctx, head)
		}
		if err != nil {
			f.pause(ctx)
			continue
		}
		for _, e := range entries {
			head = e.Position
			f.told(e.Event)
		}
		f.publish(entries)
	}
}

// pause waits before the store is tried again, and reports whether it is to be.
func (f *feed) pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(feedPause):
		return true
	}
}

func (f *feed) publish(entries []run.LogEntry) {
	if len(entries) == 0 {
		return
	}
	frames := make([]frame, 0, len(entries))
	for _, e := range entries {
		if fr, err := newFrame(e); err == nil { // what was decoded can be encoded
			frames = append(frames, fr)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fr := range frames {
		f.frames[f.next%kept] = fr
		f.next++
	}
	close(f.more)
	f.more = make(chan struct{})
}

func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	close(f.more)
	f.more = make(chan struct{})
}

// now returns where the feed stands: what is not in the store by now will come behind it.
func (f *feed) now(ctx context.Context) (int, error) {
	select {
	case <-f.begun:
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.next, nil
}

// after returns the frames behind a place. It is false if some of them are gone. Until
// there are any, more tells when to ask again; ended, that there will be none.
func (f *feed) after(place int, buffer []frame) (frames []frame, ok bool, more <-chan struct{}, ended bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next-place > kept {
		return nil, false, f.more, f.ended
	}
	frames = buffer[:0]
	for i := place; i < f.next; i++ {
		frames = append(frames, f.frames[i%kept])
	}
	return frames, true, f.more, f.ended
}
