package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/internal/providers"
)

type providersCmd struct {
	List    providersListCmd    `cmd:"" server:"yes" default:"withargs" help:"Show how each provider and model is doing (what it does without a word)."`
	Probe   providersProbeCmd   `cmd:"" server:"yes" help:"Let the next question through to a provider that is left alone."`
	Hold    providersHoldCmd    `cmd:"" server:"yes" help:"Keep all questions from a provider for a time."`
	Release providersReleaseCmd `cmd:"" server:"yes" help:"End what keeps a provider, a model or a key from being asked."`
	Events  providersEventsCmd  `cmd:"" server:"yes" help:"Print the turns of the breakers and what operators did, newest first."`
}

type providersListCmd struct{}

func (providersListCmd) Help() string {
	return `Shows for each provider and model whether it can be asked: keys, breakers, what a key
is kept from and until when, the last failure, and the share of the attempts of the
last 24 hours that were answered. All processes on a data directory share it.

The time limits of a model's answers are shown for servers that cineforge.yaml names, and
where it sets one; -v shows those of all models, and where each limit is from, and --json
has them too. "limits" in cineforge.yaml sets them, for a slow server for example.`
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

// operator is what can be done to a provider, for a reason that is logged.
type operator interface {
	Hold(ctx context.Context, provider, reason string, length time.Duration) error
	// Release ends what keeps a provider, a model or a key from being asked; see providers.Service.Release.
	Release(ctx context.Context, name, reason string) (health.Released, error)
	Probe(ctx context.Context, provider, reason string) error
}

// operation is what an operator does to a provider.
type operation struct {
	Name   string `arg:"" help:"The provider, such as anthropic."`
	Reason string `required:"" placeholder:"TEXT" help:"Why; it is logged, and shown wherever it matters."`
}

func (o operation) do(ctx context.Context, g *cli, s console.Streams, act func(operator) error) error {
	sys, err := g.open(ctx, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what was told is stored
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
	return c.do(ctx, g, s, func(o operator) error { return o.Probe(ctx, c.Name, c.Reason) })
}

type providersHoldCmd struct {
	operation
	For time.Duration `default:"1h" placeholder:"DUR" help:"For how long, such as 30m; it ends by itself (${default})."`
}

// Run does the command.
func (c *providersHoldCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	return c.do(ctx, g, s, func(o operator) error { return o.Hold(ctx, c.Name, c.Reason, c.For) })
}

type providersEventsCmd struct {
	Limit int `default:"50" placeholder:"N" help:"How many at the most (${default})."`
}

// turnLine is a turn of a breaker, or what an operator did.
type turnLine struct {
	At       time.Time  `json:"ts"`
	Provider string     `json:"provider"`
	Endpoint string     `json:"endpoint"`
	Model    string     `json:"model,omitempty"`
	From     string     `json:"from"`
	To       string     `json:"to"`
	Until    *time.Time `json:"until,omitempty"`
	Evidence string     `json:"evidence"`
}

// Run does the command.
func (c *providersEventsCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	lines := []turnLine{}
	if !g.empty() {
		sys, err := g.open(ctx, s)
		if err != nil {
			return err
		}
		defer sys.Close() //nolint:errcheck // it was only looked at
		if lines, err = sys.Turns(ctx, c.Limit); err != nil {
			return err
		}
	}
	if g.JSON {
		return console.PrintJSON(s.Out, lines)
	}
	for _, l := range lines {
		until := ""
		if l.Until != nil {
			until = " until " + l.Until.Local().Format("15:04:05")
		}
		if _, err := fmt.Fprintf(s.Out, "%s  %s: %s → %s%s: %s\n", l.At.Local().Format("2006-01-02 15:04:05"), console.OneLine(strings.TrimSpace(l.Provider+" "+l.Model)), l.From, l.To, until, console.OneLine(l.Evidence)); err != nil {
			return err
		}
	}
	return nil
}
