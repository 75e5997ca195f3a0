// Package feed is the tail of the event log: of the events of all runs, and of standalone ones. A
// process reads the log once, however many of its parts follow it: streams, metrics and the run log.
package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Frame is an event as streams send it.
type Frame struct {
	run.LogEntry
	Last bool   // no event follows in its run
	Data []byte // the event as JSON

	shorten sync.Once
	brief   []byte

	strip sync.Once
	plain []byte // the event with hints that name no commands
}

// NewFrame encodes an event with its message, once for all streams that send it.
func NewFrame(e run.LogEntry) (*Frame, error) {
	data, err := json.Marshal(wording.Worded(e.Event))
	return &Frame{LogEntry: e, Last: event.Terminal(e.Body), Data: data}, err
}

// Plain returns the event as JSON with hints that name no commands, for clients that are no
// command line; it is encoded when it is first asked for.
func (f *Frame) Plain() []byte {
	f.strip.Do(func() { f.plain = withoutCommands(f.Event, f.Data) })
	return f.plain
}

// withoutCommands returns the JSON of an event with hints that name no commands; it is given the
// JSON of the event as it is.
func withoutCommands(e event.Event, data []byte) []byte {
	if !bytes.Contains(data, []byte(failure.Program+" ")) {
		return data
	}
	plain, err := json.Marshal(wording.Worded(wording.Event(e)))
	if err != nil { // which no event that was encoded before is
		return data
	}
	return plain
}

// Brief returns what lists show of the event, as JSON; it is encoded when it is first asked for.
func (f *Frame) Brief() []byte {
	f.shorten.Do(func() { f.brief = shorten(f.Data) })
	return f.brief
}

// Tail reads the log as it grows. It keeps the newest frames; a reader that is too
// slow for them has to read from the store. It never waits for a reader. It is safe for
// concurrent use.
type Tail struct {
	log     run.Feed
	observe func(event.Event) // called for each event, in order
	begun   chan struct{}     // closed when it is known where the tail begins

	mu     sync.Mutex // guards what follows
	frames []*Frame   // a ring
	next   int        // the number of frames so far
	more   chan struct{}
	ended  bool
}

const (
	// ring is how many frames are kept.
	ring = 4096
	// batch is how many entries are read at once.
	batch = 1000
	// retryPause is how long to wait when the store can't be read.
	retryPause = time.Second
)

// New returns the tail of a log. It calls observe for each event, in order; observe must
// not wait for anything.
func New(log run.Feed, observe func(event.Event)) *Tail {
	return &Tail{
		log: log, observe: observe, begun: make(chan struct{}),
		frames: make([]*Frame, ring), more: make(chan struct{}),
	}
}

// Run reads until ctx is done, and then ends the tail for all readers. It calls before when it
// is known where the tail begins, and before observe is called, so that before can load
// what happened earlier; it is called again while it fails.
func (t *Tail) Run(ctx context.Context, before func() error) {
	defer t.end()
	head, err := t.log.Head(ctx)
	for err != nil && t.pause(ctx) {
		head, err = t.log.Head(ctx)
	}
	close(t.begun)
	for before() != nil && t.pause(ctx) {
		continue
	}
	for ctx.Err() == nil {
		entries, err := t.log.Entries(ctx, run.EventFilter{}, head, batch)
		if err == nil && len(entries) == 0 {
			err = t.log.Await(ctx, head)
		}
		if err != nil {
			t.pause(ctx)
			continue
		}
		for _, e := range entries {
			head = e.Position
			t.observe(e.Event)
		}
		t.publish(entries)
	}
}

// pause waits before the store is read again; it is false if ctx is done.
func (t *Tail) pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(retryPause):
		return true
	}
}

func (t *Tail) publish(entries []run.LogEntry) {
	if len(entries) == 0 {
		return
	}
	frames := make([]*Frame, 0, len(entries))
	for _, e := range entries {
		if fr, err := NewFrame(e); err == nil { // what was decoded can be encoded
			frames = append(frames, fr)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, fr := range frames {
		t.frames[t.next%ring] = fr
		t.next++
	}
	close(t.more)
	t.more = make(chan struct{})
}

func (t *Tail) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	close(t.more)
	t.more = make(chan struct{})
}

// Now returns the place of the tail: events that are not in the store yet will come after it.
func (t *Tail) Now(ctx context.Context) (int, error) {
	select {
	case <-t.begun:
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.next, nil
}

// Page is what a reader gets of a tail.
type Page struct {
	Frames []*Frame
	Lost   bool            // some of the frames are not kept any more
	More   <-chan struct{} // closed when there are further frames
	Ended  bool            // there will be no further frames
}

// After returns the frames after a place, in the memory of buffer.
func (t *Tail) After(place int, buffer []*Frame) Page {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next-place > ring {
		return Page{Lost: true, More: t.more, Ended: t.ended}
	}
	frames := buffer[:0]
	for i := place; i < t.next; i++ {
		frames = append(frames, t.frames[i%ring])
	}
	return Page{Frames: frames, More: t.more, Ended: t.ended}
}
