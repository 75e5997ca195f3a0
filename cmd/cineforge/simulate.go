package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/settings"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

type simulateCmd struct {
	Addr     string `default:"127.0.0.1:9100" placeholder:"HOST:PORT" help:"Where to listen (${default}); port 0 picks a free one."`
	Scenario string `default:"healthy" placeholder:"NAME|FILE" help:"The scenario: a name from --list, or a file (${default})."`
	Target   string `placeholder:"PROVIDER" help:"The failing provider, in a scenario about one; default: the scenario's own."`
	List     bool   `help:"List the scenarios."`
}

func (simulateCmd) Help() string {
	return `Answers like Anthropic, OpenAI, Google and any OpenAI-compatible server, streaming or not,
with structured output, and fails on purpose: the scenario sets which calls fail, and when.
Any key will do. It prints the variables that point this program, and any program with the
official SDKs, to the simulator.

Each call is logged on stderr. GET /_simulator/calls returns all calls as JSON, and
PUT /_simulator/scenario?name=NAME changes the scenario while it runs.

Examples:
  cineforge simulate --list
  cineforge simulate --scenario anthropic-overload
  cineforge simulate --scenario one-500 --target openai --addr 127.0.0.1:0
  cineforge simulate --scenario my-outage.yaml`
}

// listedScenario is a scenario in the list.
type listedScenario struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Run does the command.
func (c *simulateCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	if c.List {
		return listScenarios(g, s.Out)
	}
	scenario, err := findScenario(c.Scenario)
	if err != nil {
		return console.Usage(err)
	}
	if c.Target != "" {
		scenario.Target = c.Target
	}
	if !loopback(c.Addr) {
		return console.Usage(failure.New(failure.Input, fmt.Sprintf("%s is not an address of this machine alone", c.Addr),
			"the simulator is for this machine: use 127.0.0.1:PORT"))
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return failure.New(failure.Input, fmt.Sprintf("%s can't be listened on: %v", c.Addr, errors.Unwrap(err)),
			"name another with --addr; port 0 takes a free one")
	}
	ctx, stop := g.interruptible(ctx, nothing)
	defer stop()
	teller := &callTeller{out: s.Err}
	sim := simulator.New(scenario, simulator.Options{Observe: teller.tell})
	if err := printSimulator(s.Out, g, "http://"+l.Addr().String(), scenario); err != nil {
		return errors.Join(err, l.Close())
	}
	return serveUntilStopped(ctx, l, sim)
}

// loopback reports whether an address is reached from this machine alone.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serveUntilStopped serves until ctx is done. Calls that hang by then are let go.
func serveUntilStopped(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	err := server.Close()
	<-served //nolint:errcheck // it was closed
	return err
}

// findScenario returns a scenario that is built in, or one from a file.
func findScenario(name string) (scenario.Scenario, error) {
	s, err := simulator.Find(name)
	if err == nil {
		return s, nil
	}
	if _, missing := os.Stat(name); missing != nil {
		return scenario.Scenario{}, failure.New(failure.Input, err.Error(), "").Advised("list them: %s", failure.Scenarios())
	}
	data, readErr := settings.ReadSmall(name)
	if readErr != nil {
		return scenario.Scenario{}, failure.New(failure.Input, fmt.Sprintf("the scenario %s can't be read", name), "name a small file")
	}
	if s, err = scenario.Parse(name, data); err != nil {
		return scenario.Scenario{}, failure.New(failure.Input, strings.SplitN(err.Error(), "\n", 2)[0],
			"put it right; ARCHITECTURE.md says where the format is described")
	}
	return s, nil
}

func listScenarios(g *cli, out io.Writer) error {
	list := []listedScenario{}
	for _, s := range simulator.Builtin() {
		list = append(list, listedScenario{s.ID, s.Name, s.Description})
	}
	if g.JSON {
		return console.PrintJSON(out, list)
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\n", s.ID, s.Name, s.Description)
	}
	return t.Flush()
}

// printSimulator prints what sends programs to the simulator.
func printSimulator(out io.Writer, g *cli, root string, scenario scenario.Scenario) error {
	if g.JSON {
		env := map[string]string{}
		for _, v := range simulator.BaseURLs(root) {
			env[v.Name] = v.Value
		}
		return console.PrintJSON(out, map[string]any{"url": root, "scenario": scenario.Name, "env": env})
	}
	fmt.Fprintf(out, "# %s: %s\n", scenario.Name, console.OneLine(scenario.Description))
	for _, v := range simulator.BaseURLs(root) {
		fmt.Fprintf(out, "export %s=%s\n", v.Name, v.Value)
	}
	_, err := fmt.Fprintln(out, "# Any key will do:\nexport ANTHROPIC_API_KEY=simulated OPENAI_API_KEY=simulated GEMINI_API_KEY=simulated")
	return err
}

// callTeller writes a line for each call that ended.
type callTeller struct {
	mu  sync.Mutex
	out io.Writer
}

func (t *callTeller) tell(c simulator.Call) {
	what := "fine"
	switch {
	case c.Fault != "":
		what = c.Fault
	case c.Problem != "":
		what = "refused: " + c.Problem
	}
	if c.ClientLeft {
		what += ", the client left"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "%s  %s %s %s, call %d: %d, %s, %d tokens in, %d out, %.1f s\n", c.Time.Format("15:04:05"), console.OneLine(c.Provider),
		c.API, console.OneLine(c.Model),
		c.Nth, c.Status, console.OneLine(what), c.InputTokens, c.OutputTokens, c.Duration.Seconds())
}
