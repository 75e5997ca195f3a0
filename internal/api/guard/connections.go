package guard

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// Connections is a listener with a limited number of connections. A new one takes the place of
// the one that has been quiet longest, which waits for its next request or has not sent its
// first. While all are busy, new ones wait. So clients that connect and do nothing keep no other
// client out, and the descriptors that other work needs stay free.
//
// Its State method has to be the server's ConnState. It is safe for concurrent use.
type Connections struct {
	net.Listener
	limit int

	mu     sync.Mutex
	open   map[*connection]time.Time // since when one is quiet; zero while it is busy; guarded by mu
	room   chan struct{}             // wakes Accept when there may be room
	closed chan struct{}
	once   sync.Once
}

// NewConnections limits the connections of a listener.
func NewConnections(l net.Listener, limit int) *Connections {
	return &Connections{Listener: l, limit: limit, open: map[*connection]time.Time{},
		room: make(chan struct{}, 1), closed: make(chan struct{})}
}

// connection is one of the connections of a listener.
type connection struct {
	net.Conn
	of *Connections
}

// Close ends the connection, and makes room.
func (c *connection) Close() error {
	c.of.forget(c)
	return c.Conn.Close()
}

// Accept waits for the next connection, and for room for it.
func (l *Connections) Accept() (net.Conn, error) {
	inner, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &connection{Conn: inner, of: l}
	for !l.enter(c) {
		select {
		case <-l.room:
		case <-l.closed:
			inner.Close() //nolint:errcheck // nothing was sent yet
			return nil, net.ErrClosed
		}
	}
	return c, nil
}

// enter adds a connection, in place of a quiet one if there is no room. It is false if all are busy.
func (l *Connections) enter(c *connection) bool {
	l.mu.Lock()
	var longest *connection
	if len(l.open) >= l.limit {
		for other, since := range l.open {
			if !since.IsZero() && (longest == nil || since.Before(l.open[longest])) {
				longest = other
			}
		}
		if longest == nil {
			l.mu.Unlock()
			return false
		}
		delete(l.open, longest)
	}
	l.open[c] = time.Now()
	l.mu.Unlock()
	if longest != nil {
		longest.Conn.Close() //nolint:errcheck // its server finds it closed
	}
	return true
}

// State records the state that the server reports for a connection.
func (l *Connections) State(conn net.Conn, state http.ConnState) {
	c, ok := conn.(*connection)
	if !ok {
		return
	}
	var since time.Time
	switch state {
	case http.StateActive:
	case http.StateNew, http.StateIdle:
		since = time.Now()
	default:
		l.forget(c)
		return
	}
	l.mu.Lock()
	if _, there := l.open[c]; there {
		l.open[c] = since
	}
	l.mu.Unlock()
	if state == http.StateIdle {
		l.wake()
	}
}

func (l *Connections) forget(c *connection) {
	l.mu.Lock()
	delete(l.open, c)
	l.mu.Unlock()
	l.wake()
}

func (l *Connections) wake() {
	select {
	case l.room <- struct{}{}:
	default: // it is awake already
	}
}

// Close ends listening; open connections go on.
func (l *Connections) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}
