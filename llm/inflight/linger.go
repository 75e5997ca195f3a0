// Package inflight bounds the life of calls under way, and shares them: a call is paid
// for, so that it outlives a caller that leaves, and serves all requests for the same.
package inflight

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrLeft ends a call whose caller has left, when its grace is over.
var ErrLeft = errors.New("the question was given up by its caller")

// Linger lets a call go on when its caller has left, for a grace. The zero value is ready to
// be started, once.
type Linger struct {
	unwatch func() bool // ends the watch over the caller

	mu    sync.Mutex  // guards what follows
	timer *time.Timer // of the grace; nil until the caller has left
	over  bool
}

// Start ends a call, by cancel and with [ErrLeft], when its caller's context has ended and a
// grace has passed since. It is to be stopped.
func (l *Linger) Start(caller context.Context, grace time.Duration, cancel context.CancelCauseFunc) {
	l.unwatch = context.AfterFunc(caller, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		switch {
		case l.over:
		case grace <= 0:
			cancel(ErrLeft)
		default:
			l.timer = time.AfterFunc(grace, func() { cancel(ErrLeft) })
		}
	})
}

// Stop ends the watch: the call has ended.
func (l *Linger) Stop() {
	l.unwatch()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if l.timer != nil {
		l.timer.Stop()
	}
}
