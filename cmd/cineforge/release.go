package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/cli/console"
)

type providersReleaseCmd struct {
	Name   string `arg:"" help:"A provider such as anthropic, PROVIDER:MODEL, or the variable of a key such as ANTHROPIC_API_KEY."`
	Reason string `required:"" placeholder:"TEXT" help:"Why; it is logged, and shown wherever it matters."`
}

func (providersReleaseCmd) Help() string {
	return `Ends all that keeps a provider, one of its models, or a key from being asked, and says
what that was: refusals of the key, spent credit, limits that the provider has stated, a
model that is not there; and for a provider also a hold. All runs that wait for it go on.

A breaker stays as it is: "cineforge providers probe NAME" lets the next question through.

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
