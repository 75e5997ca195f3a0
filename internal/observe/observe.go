// Package observe attaches what reads the event log of all runs to a running system: the
// metrics, the run log, and the tail that streams send. Any process that works on runs can
// use it, with an API or without.
package observe

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/feed"
	"github.com/cineforge/cineforge/internal/runlog"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/telemetry"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Observers read the event log of a system. Call Run while the system is used.
type Observers struct {
	// Tail has the newest events of all runs.
	Tail *feed.Tail

	// Metrics counts what happens in runs.
	Metrics *telemetry.Metrics

	app *app.App
	log *runlog.Log
}

// New returns the observers of a system. The version of the program is one of the metrics;
// the run log is written to log, or dropped if that is nil.
func New(a *app.App, version string, log *slog.Logger) *Observers {
	metrics := telemetry.New(version, func() []telemetry.Breaker { return breakers(a) },
		func() run.Trouble { return run.TroubleOf(a.Upkeep.Trouble()) })
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	lines := runlog.New(log)
	observe := func(e event.Event) {
		metrics.Observe(e)
		lines.Observe(e)
		switch e.Body.(type) {
		case event.ProjectDeleted, event.InputDeleted: // by any process
			a.Reader.Forget()
		}
	}
	return &Observers{Tail: feed.New(a.Reader.Feed, observe), Metrics: metrics, app: a, log: lines}
}

func breakers(a *app.App) []telemetry.Breaker {
	var all []telemetry.Breaker
	for _, b := range a.Providers.Breakers() {
		all = append(all, telemetry.Breaker{Provider: b.Provider, Model: b.Model, State: string(b.State)})
	}
	return all
}

// Run reads the log until ctx is done, which ends the tail.
func (o *Observers) Run(ctx context.Context) {
	var polling sync.WaitGroup
	defer polling.Wait()
	polling.Go(func() { o.pollUncarried(ctx) })
	o.Tail.Run(ctx, func() error {
		under, _, err := o.app.Reader.List(ctx, runs.Filter{RunFilter: run.RunFilter{UnderWay: true}})
		for _, r := range under {
			if r.Status != run.RunDamaged {
				o.Metrics.Know(r)
			}
		}
		return err
	})
}

// uncarriedPoll is the interval between looks for runs that this process can't go on with.
const uncarriedPoll = 10 * time.Second

// pollUncarried logs the runs that this process can't go on with.
func (o *Observers) pollUncarried(ctx context.Context) {
	tick := time.NewTicker(uncarriedPoll)
	defer tick.Stop()
	for {
		if list, err := o.app.Reader.Uncarried(ctx); err == nil {
			o.log.Uncarried(list)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// StoreTrouble logs that the store accepts no writes, and with nil that it does again.
func (o *Observers) StoreTrouble(err error) { o.log.Trouble(run.TroubleOf(err), err) }
