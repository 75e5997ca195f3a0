package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/incident"
	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/internal/providers"
)

type providersCmd struct {
	List    providersListCmd    `cmd:"" server:"yes" default:"withargs" help:"Show the health of each provider and model (the default)."`
	Probe   providersProbeCmd   `cmd:"" server:"yes" help:"Send the next request to a provider that is out, as a probe."`
	Hold    providersHoldCmd    `cmd:"" server:"yes" help:"Send no requests to a provider for a while."`
	Release providersReleaseCmd `cmd:"" server:"yes" help:"Release a provider, a model or a key: end its holds and limits."`
	Events  providersEventsCmd  `cmd:"" server:"yes" help:"List breaker transitions and operators' actions, newest first."`
}

type providersListCmd struct{}

func (providersListCmd) Help() string {
	return `Shows for each provider and model whether it is available: its keys, breakers and
cooldowns, the last failure, and the share of the attempts of the last 24 hours that were
answered. All processes on a data directory share this.

Time limits of a model's answers are shown for servers that cineforge.yaml names, and where
it sets a limit; -v and --json show those of all models, and where each limit is from. Set
them with "limits" in cineforge.yaml, for example for a slow server.`
}

// Run does the command. Looking makes no data directory.
func (c *providersListCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	list := providers.Unasked(g.models.Models())
	if !g.empty() {
		sys, err := g.open(ctx, s)
		if err != nil {
			return err
		}
		defer sys.Close() //nolint:errcheck // it was only looked at
		if list, err = sys.Providers(ctx); err != nil {
			return err
		}
	}
	if g.JSON {
		return console.PrintJSON(s.Out, list)
	}
	return writeProviders(g, s, list)
}

// operation is what an operator does to a provider.
type operation struct {
	Name   string `arg:"" help:"The provider, such as anthropic."`
	Reason string `required:"" placeholder:"TEXT" help:"The reason; it is logged and shown."`
}

func (o operation) do(ctx context.Context, g *cli, s console.Streams, act func(system.Operator) error) error {
	sys, err := g.open(ctx, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what it has reported is stored
	if err := act(sys); err != nil {
		return notStarted(err)
	}
	list, err := sys.Providers(ctx)
	if err != nil {
		return err
	}
	for i, p := range list {
		if p.Name == o.Name {
			list = list[i : i+1]
			break
		}
	}
	if g.JSON {
		return console.PrintJSON(s.Out, list[0])
	}
	return writeProviders(g, s, list)
}

func writeProviders(g *cli, s console.Streams, list []health.Provider) error {
	return progress.WriteProviders(s.Out, list, progress.ProvidersView{Now: time.Now(), Color: console.Color(s.Out), Verbose: g.Verbose,
		Program: program(g), Vendor: providers.IsStandard})
}

// clock writes a time of today, or the day too if it is another one.
func clock(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04:05")
}

type providersProbeCmd struct{ operation }

// Run does the command.
func (c *providersProbeCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	return c.do(ctx, g, s, func(o system.Operator) error { return o.Probe(ctx, c.Name, c.Reason) })
}

type providersHoldCmd struct {
	operation
	For time.Duration `default:"1h" placeholder:"DUR" help:"Duration of the hold, such as 30m (${default})."`
}

// Run does the command.
func (c *providersHoldCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	return c.do(ctx, g, s, func(o system.Operator) error { return o.Hold(ctx, c.Name, c.Reason, c.For) })
}

type providersEventsCmd struct {
	Provider string `placeholder:"NAME" help:"Only entries of this provider."`
	Limit    int    `default:"50" placeholder:"N" help:"Maximum number of entries (${default})."`
	Before   int64  `placeholder:"ID" help:"Only entries before this id, as --json shows it: the next page."`
	After    int64  `placeholder:"ID" help:"Only entries after this id."`
}

// Run does the command.
func (c *providersEventsCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	lines := []health.ProviderEvent{}
	if !g.empty() {
		sys, err := g.open(ctx, s)
		if err != nil {
			return err
		}
		defer sys.Close() //nolint:errcheck // it was only looked at
		q := providers.EventsQuery{Provider: c.Provider, Before: c.Before, After: c.After, Limit: c.Limit}
		if lines, err = sys.ProviderEvents(ctx, q); err != nil {
			return err
		}
	}
	if g.JSON {
		return console.PrintJSON(s.Out, lines)
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(s.Out, console.OneLine(eventLine(l))); err != nil {
			return err
		}
	}
	return nil
}

// eventLine writes an event of a provider, and the operator if it is an act.
func eventLine(e health.ProviderEvent) string {
	of := strings.TrimSpace(e.Provider + " " + e.Model)
	line := fmt.Sprintf("%s  %s: %s → %s", e.At.Local().Format("2006-01-02 15:04:05"), of, e.From, e.To)
	if e.Until != nil {
		line += " until " + e.Until.Local().Format("15:04:05")
	}
	if a := e.Actor; a != nil {
		line += " by " + string(a.Channel)
		if a.Name != nil {
			line += ":" + *a.Name
		}
	}
	return line + ": " + e.Evidence
}

type providersReleaseCmd struct {
	Name   string `arg:"" help:"A provider such as anthropic, PROVIDER:MODEL, or the variable of a key such as ANTHROPIC_API_KEY."`
	Reason string `required:"" placeholder:"TEXT" help:"The reason; it is logged and shown."`
}

func (providersReleaseCmd) Help() string {
	return `Ends all cooldowns of a provider, a model or a key, and lists them: rejected keys, spent
credit, limits that the provider stated, missing models; for a provider it also ends a
hold. Runs that wait for it continue.

A breaker stays as it is: "cineforge providers probe NAME" lets the next request through.

Examples:
  cineforge providers release ANTHROPIC_API_KEY --reason 'the account has credit again'
  cineforge providers release openai:gpt-5.2 --reason 'it is enabled for us now'`
}

// Run does the command.
func (c *providersReleaseCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	sys, err := g.open(ctx, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what was said is stored
	released, err := sys.Release(ctx, c.Name, c.Reason)
	if err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return console.PrintJSON(s.Out, released)
	}
	for _, line := range c.outcome(g, released, time.Now()) {
		if _, err := fmt.Fprintln(s.Out, console.OneLine(line)); err != nil {
			return err
		}
	}
	return writeProviders(g, s, []health.Provider{released.Provider})
}

// outcome says what has ended, or what is left that a release does not end.
func (c *providersReleaseCmd) outcome(g *cli, released health.Released, now time.Time) (lines []string) {
	p := released.Provider
	for _, e := range released.Ended {
		lines = append(lines, "ended: "+endedLine(e, now))
	}
	if len(released.Ended) == 0 {
		lines = append(lines, "nothing kept "+c.Name+" from being asked")
		if left := c.left(p, now); left != "" {
			lines = []string{"there was nothing to end for " + c.Name + ", but " + left + "; end that with: " +
				failure.Release(p.Name).Line(program(g))}
		}
	}
	open := func(name string, h health.Health) {
		if h.Breaker == "open" && h.NextProbeAt != nil {
			lines = append(lines, fmt.Sprintf("the breaker of %s is open until %s; to let a question through before: %s", name,
				clock(*h.NextProbeAt, now), failure.Probe(p.Name).Line(program(g))))
		}
	}
	open(p.Name, p.Health)
	for _, m := range p.Models {
		if name := p.Name + ":" + m.Model; name == c.Name || p.Name == c.Name {
			open(name, m.Health)
		}
	}
	return lines
}

// endedLine says what a release has ended.
func endedLine(e health.Ended, now time.Time) string {
	name := e.Provider
	if e.Model != "" {
		name += ":" + e.Model
	}
	if e.Hold != nil {
		return fmt.Sprintf("the hold of %s until %s: %s", name, clock(e.Hold.Until, now), e.Hold.Reason)
	}
	key := ""
	if e.Key != "" {
		key = " with " + e.Key
	}
	return fmt.Sprintf("%s was not asked%s until %s (%s: %s)", name, key, clock(e.Gate.Until, now), e.Gate.Class, e.Gate.Message)
}

// left says what of a provider still keeps its model or key from being asked; "" for nothing.
func (c *providersReleaseCmd) left(p health.Provider, now time.Time) string {
	switch {
	case p.Name == c.Name:
		return ""
	case p.Held != nil:
		return fmt.Sprintf("%s is held until %s: %s", p.Name, clock(p.Held.Until, now), p.Held.Reason)
	case len(p.Gates) > 0 && strings.HasPrefix(c.Name, p.Name+":"):
		return fmt.Sprintf("%s is not asked for any model until %s (%s)", p.Name, clock(p.Gates[0].Until, now), p.Gates[0].Class)
	}
	return ""
}

type incidentCmd struct {
	Since string `placeholder:"TIME|DUR" help:"Begin the figures at a time, or this long ago; default: when the trouble began."`
}

func (incidentCmd) Help() string {
	return `Says in one sentence what is wrong now and how it affects runs, with the details: the
providers with their failures by class and by whose fault they are, the runs that wait,
went to another provider, are paused or failed, what operators did, and what ends it.
Drills are ignored.

Examples:
  cineforge incident
  cineforge incident --since 2h --json`
}

// Run does the command. Looking makes no data directory.
func (c *incidentCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	since, err := incident.ParseSince(c.Since)
	if err != nil {
		return console.Usage(err)
	}
	if g.empty() {
		return failure.New(failure.Input, "there is no data directory yet, so nothing has happened", "use another one with --data")
	}
	sys, err := g.open(ctx, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // it was only looked at
	found, err := sys.Incident(ctx, since)
	if err != nil {
		return notStarted(err)
	}
	if g.JSON {
		return console.PrintJSON(s.Out, found)
	}
	return progress.WriteIncident(s.Out, found, progress.IncidentView{Now: time.Now(), Color: console.Color(s.Out)})
}
