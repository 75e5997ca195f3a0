package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/system"
)

// stopper ends commands that work on runs: at first nothing new is begun, and calls that are
// under way are let come to an end, since they are paid for; then everything ends.
type stopper struct {
	hard context.Context //nolint:containedctx // its end is what ends everything
	end  context.CancelFunc
	said atomic.Int32 // how often it was said
}

func newStopper() *stopper {
	hard, end := context.WithCancel(context.Background())
	return &stopper{hard: hard, end: end}
}

// say is what Ctrl-C does: the first time it ends what soft ends, and then everything.
func (s *stopper) say(soft func()) {
	if s.said.Add(1) == 1 {
		soft()
		return
	}
	s.end()
}

// interruptible returns a context that ends with Ctrl-C or SIGTERM, for commands that have
// something to bring to an end; others just die of them. A second one ends all calls at
// once, and a third one the process. first is called before the context ends by the first
// one: what is to be said of the calls under way is said while they are.
func (c *cli) interruptible(ctx context.Context, first func()) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	listen, done := context.WithCancel(context.Background())
	go func() {
		defer signal.Stop(signals)
		for c.stopper.hard.Err() == nil {
			select {
			case <-signals:
				c.stopper.say(func() {
					first()
					cancel()
				})
			case <-listen.Done():
				return
			}
		}
	}()
	return ctx, func() {
		done()
		cancel()
	}
}

// nothing is what a command does first that has nothing to tell when it is stopped.
func nothing() {}

// farewells says what is waited for when a command ends; "" if that is nothing.
func (c *cli) farewells(calls int) string {
	if calls == 0 || c.Grace <= 0 || c.stopper.hard.Err() != nil {
		return ""
	}
	return fmt.Sprintf("%s under way: let come to an end and stored, for up to %v. A second Ctrl-C ends %s at once.",
		console.Count(calls, "call"), c.Grace, map[bool]string{true: "it", false: "them"}[calls == 1])
}

// grace is how long engines let calls come to an end.
func (c *cli) grace() time.Duration {
	if c.Grace <= 0 {
		return -1
	}
	return c.Grace
}

// noteStop notes that the calls of a run are waited for.
func (c *cli) noteStop(sys system.System) {
	if l, ok := sys.(*system.Local); ok {
		if text := c.farewells(l.Calls()); text != "" {
			c.note(text)
		}
	}
}
