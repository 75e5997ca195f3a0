package inflight

import (
	"sync"
	"sync/atomic"
)

// Group is the calls of a process that are under way, so that what several ask at once is
// paid for once. The zero value is ready; it is safe for concurrent use.
type Group struct {
	mu    sync.Mutex
	calls map[string]chan struct{} // by key; closed when the call has ended
	count atomic.Int64
}

// Join begins a call with a key and returns nil, or returns a channel that is closed when
// the call under way with that key has ended. A call without a key is shared with no other.
// What has begun is to be left.
func (g *Group) Join(key string) (ended <-chan struct{}) {
	if key != "" {
		g.mu.Lock()
		defer g.mu.Unlock()
		if under, ok := g.calls[key]; ok {
			return under
		}
		if g.calls == nil {
			g.calls = map[string]chan struct{}{}
		}
		g.calls[key] = make(chan struct{})
	}
	g.count.Add(1)
	return nil
}

// Leave ends a call that Join has begun.
func (g *Group) Leave(key string) {
	g.count.Add(-1)
	if key == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.calls[key])
	delete(g.calls, key)
}

// Len returns how many calls are under way.
func (g *Group) Len() int { return int(g.count.Load()) }
