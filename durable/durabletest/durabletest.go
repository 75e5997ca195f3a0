// Package durabletest checks engines: whatever does the steps of runs has to pass it.
package durabletest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/durable"
)

// Subject is an engine to check, over what it keeps its runs in.
type Subject struct {
	// World makes an empty world. It is called in a bubble, once for each check.
	World func(t *testing.T) World

	// Lease is how long a process that gives no sign of life keeps its runs.
	Lease time.Duration
	// Notice is how long it takes until a process that is gone has lost its runs; at most Lease.
	Notice time.Duration
	// Slack is how much later than it could something may happen, such as for polling.
	Slack time.Duration
	// Sees says that processes see each other's presence.
	Sees bool
	// Crowd is how many runs wait at a time in the check of very many.
	Crowd int
}

// World is what outlives processes.
type World interface {
	// Boot starts a process.
	Boot() Process
	// Make makes runs that are due, of a group.
	Make(ctx context.Context, group string, runs ...string) error
	// Suspend makes runs that wait for a time.
	Suspend(ctx context.Context, group string, until time.Time, runs ...string) error
	// Notes returns what is recorded of a run, in order.
	Notes(ctx context.Context, run string) ([]string, error)
}

// Process is a world as one process sees it.
type Process interface {
	// Engine returns an engine of the process.
	Engine(w durable.Worker, o Options) durable.Engine
	// Record records something of a run, and that the run is over if it is the last.
	// The error wraps durable.ErrLost if the claim is gone or the run is over.
	Record(ctx context.Context, claim durable.Claim, note string, last bool) error

	// Asked counts what the process has asked of the world, and the runs it was given.
	Asked() int

	// Kill ends the process: nothing that is left of it reaches the world.
	Kill()
	// KillAt ends it at the n-th write from now, from 1: before it is done, or after.
	KillAt(n int, after bool)
	// Freeze holds up whatever the process wants of the world, until thaw is called.
	Freeze() (thaw func())
}

// Options are what checks ask of an engine.
type Options struct {
	Limit    int // how many runs Work has under way at a time; 0 means some
	Troubled func(run string, err error)

	// Grace is how long steps that are stopped may let something come to an end; 0 is no time.
	Grace time.Duration
}

// Run checks an engine.
func Run(t *testing.T, s Subject) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.check(&bench{T: t, Subject: s, world: s.World(t)})
			})
		})
	}
	for _, works := range []bool{false, true} {
		for _, after := range []bool{false, true} {
			t.Run(deathName(works, after), func(t *testing.T) { deaths(t, s, works, after) })
		}
	}
}

// checks are all that need no more than one world.
var checks = []struct {
	name  string
	check func(*bench)
}{
	{"steps that can are done in parallel", parallel},
	{"what is recorded is not done again", recorded},
	{"a step that can't be recorded ends the execution", unrecorded},
	{"a step that can't be recorded is tried again", unrecordedAgain},
	{"an interrupt parks what is under way", parks},
	{"an interrupt before the start parks what could begin", parksUnbegun},
	{"a run is executed by one process", exclusive},
	{"a lost claim stops the steps and fences them off", fenced},
	{"a lost claim does not wait for a step that hears nothing", fencedDeaf},

	{"a run that waits is woken at its time", wakes},
	{"a run that waits outlives its process", wakesElsewhere},
	{"a run that waits takes no place", waitsFreely},
	{"very many runs that wait cost nothing", waitsInCrowds},
	{"a step waits beside one that works", waitsBeside},
	{"try-now ends a wait", triesNow},
	{"try-now ends a wait within a step", triesNowWithin},
	{"try-now ends a wait beside a step that works", triesNowBeside},
	{"try-now that can't be recorded is tried again", triesNowUnrecorded},
	{"try-now is not lost between a step's end and the run's", triesNowLate},

	{"cancel: a step under way", cancelRunning},
	{"cancel: a step that hears nothing", cancelDeaf},
	{"cancel: a run in the foreground", cancelForeground},
	{"cancel: a run that waits", cancelWaiting},
	{"cancel: a run in the queue", cancelQueued},
	{"cancel: a parked run", cancelParked},
	{"cancel: a run of a process that is gone", cancelOrphan},
	{"cancel: a process that dies at it", cancelTroubled},
	{"cancel: an end that can't be recorded is tried again", cancelUnrecorded},

	{"work: no more runs than the limit", limits},
	{"work: groups take turns", turns},
	{"work: a stuck run blocks no other", stuck},
	{"work: a run that can't be opened is left alone for longer and longer", unopened},
	{"work: what is under way is handed on", handsOn},
	{"work: the end does not wait for a step that hears nothing", handsOnDeaf},
	{"work: a step lets come to an end what is paid for", handsOnAtItsEnd},
	{"cancel: what a stopped step lets come to an end", cancelAtItsEnd},
	{"work: two processes share", shares},

	{"update: a run that no process works on", updates},
	{"update: a run of another process", updatesHeld},
	{"wake: all runs that wait", wakesAll},
	{"monitor: whether a run is worked on", monitors},
	{"monitor: which runs are due", lists},
	{"monitor: a process that serves", serves},
}
