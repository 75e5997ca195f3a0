// Command cineforge turns a story file into structured scenes and a project
// configuration.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/host"
	"github.com/cineforge/cineforge/internal/cli/offline"
	"github.com/cineforge/cineforge/internal/cli/settings"
	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage/projectconfig"
)

// cli is the command line: what all commands have, and the commands.
type cli struct {
	Data      string           `placeholder:"DIR" default:"./cineforge-data" help:"Where runs, artifacts and recipes are kept (${default})."`
	Server    string           `placeholder:"URL" help:"Use the runs and providers of the server at this address instead of a data directory."`
	JSON      bool             `help:"Print JSON on stdout, and nothing else."`
	Verbose   bool             `short:"v" help:"Also show every attempt and unit."`
	Hedge     bool             `help:"Ask a second model when the first is slow to start, and use the one that starts first; adds at most 3 % to the cost."`
	Grace     time.Duration    `placeholder:"DUR" default:"30s" help:"How long to let running calls finish when the command is stopped or a stage fails; they are paid for (${default}; 0s means not at all)."`
	NoBackup  bool             `help:"Do not copy the database before upgrading it from an earlier version."`
	Config    string           `placeholder:"FILE" default:"cineforge.yaml" help:"Optional file with defaults for flags (${default})."`
	TokenFile string           `placeholder:"FILE" help:"File with the access tokens that serve accepts, one per line as TOKEN or NAME:TOKEN, or with the token to send to --server; CINEFORGE_TOKEN holds the token itself."`
	Token     string           `hidden:"" help:"The access token."`
	Version   kong.VersionFlag `env:"-" help:"Print the version and exit."`

	Run        runCmd          `cmd:"" server:"yes" help:"Turn a story file into scenes and a project configuration."`
	Retry      retryCmd        `cmd:"" server:"yes" help:"Retry a run that failed or was cancelled."`
	Serve      serveCmd        `cmd:"" help:"Serve the API and work on queued, waiting and unfinished runs until stopped."`
	Scenes     offline.Scenes  `cmd:"" server:"aside" help:"Show the scenes of a script, without a model."`
	Text       offline.Text    `cmd:"" server:"aside" help:"Print the text that a run would read from a file."`
	Runs       runsCmd         `cmd:"" help:"List, show, follow, cancel and export runs."`
	Projects   projectsCmd     `cmd:"" help:"List projects, or delete one completely."`
	Providers  providersCmd    `cmd:"" help:"Show the health of the providers; hold, release or probe one."`
	Incident   incidentCmd     `cmd:"" server:"yes" help:"Say what is wrong now, since when, and what it does to runs."`
	Recipes    recipesCmd      `cmd:"" help:"List, print and check recipes."`
	Explain    offline.Explain `cmd:"" server:"aside" name:"explain-error" help:"Say what a provider's failure means and what to do about it."`
	Simulate   simulateCmd     `cmd:"" server:"aside" help:"Simulate the providers on this machine, with faults."`
	Database   dataCmd         `cmd:"" name:"data" help:"Check the database, or back it up."`
	Doctor     doctorCmd       `cmd:"" server:"yes" help:"Check keys, tools, data directory and database, and say how to fix problems."`
	Completion completionCmd   `cmd:"" server:"aside" help:"Print a completion script for a shell."`
	Complete   completeCmd     `cmd:"" server:"yes" name:"__complete" hidden:"" help:"Print possible completions."`

	models app.Config  // that the environment and the config file offer
	notes  chan string // what there is to tell beside a run that is shown

	typed   map[string]bool // the flags that stand on the command line itself
	stopper *stopper
}

// defaultData is the data directory without a flag.
const defaultData = "./cineforge-data"

func main() {
	// A provider's SDK writes to the standard logger; what it has to say comes back as errors.
	log.SetOutput(io.Discard)
	os.Exit(execute(os.Args[1:], console.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// execute runs a command line and returns its exit code.
func execute(args []string, s console.Streams) int {
	var c cli
	parser, err := newParser(&c, kong.Writers(s.Out, s.Err))
	if err != nil {
		fmt.Fprintln(s.Err, "cineforge:", err)
		return console.CodeError
	}
	file, err := settings.Read(args, settings.FlagNames(parser.Model.Node))
	if err == nil {
		c.models, err = file.Config(os.Getenv)
	}
	if err == nil {
		err = kong.Resolvers(file.Resolver()).Apply(parser)
	}
	if err != nil {
		return report(s, console.Usage(err), failure.Program)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(s.Err, "cineforge:", console.OneLine(err.Error()))
		fmt.Fprintln(s.Err, helpHint(err, s.In))
		return console.CodeUsage
	}
	c.typed = map[string]bool{}
	for _, p := range parsed.Path {
		if p.Flag != nil && !p.Resolved {
			c.typed[p.Flag.Name] = true
		}
	}
	if err := c.suits(parsed); err != nil {
		return report(s, err, failure.Program)
	}
	for _, w := range settings.UnknownVariables(os.Environ(), parser.Model.Node, c.models.Providers) {
		fmt.Fprintln(s.Err, "cineforge: warning:", console.OneLine(w))
	}
	c.models.Router.Hedge.On = c.Hedge
	c.models.Router.Health.Wall = host.Uptime
	c.notes = make(chan string, 8)
	c.stopper = newStopper()
	defer c.stopper.end()
	c.models.NoBackup = c.NoBackup
	c.models.Engine.Grace, c.models.Engine.Hard = c.grace(), c.stopper.hard
	c.models.StoreTrouble = c.noteTrouble
	if c.Data == "" { // a variable that is set to nothing
		c.Data = defaultData
	}
	// A reader that leaves, such as head, must not end a run in the middle.
	signal.Ignore(syscall.SIGPIPE)
	ctx := context.Background()
	if parsed.Command() != "serve" { // which works on what others ask for
		ctx = event.WithActor(ctx, event.Actor{Channel: event.ByCommand})
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return report(s, parsed.Run(&c, s, console.Format{JSON: c.JSON}), program(&c))
}

// suits returns an error if a command that does not work with a server is to. The tag
// "server" of a command says "yes" if it does, and "aside" if it needs neither a server
// nor a data directory; then it is nothing to it that the environment names one.
func (c *cli) suits(parsed *kong.Context) error {
	given := c.typed["server"]
	suit := parsed.Selected().Tag.Get("server")
	if c.Server == "" || suit == "yes" || suit == "aside" && !given {
		return nil
	}
	leave := "leave --server out"
	if !given {
		leave = "unset CINEFORGE_SERVER, or take server out of the config file"
	}
	return console.Usage(failure.New(failure.Input, "cineforge "+parsed.Selected().Path()+" does not work with a server", leave))
}

// noteTrouble notes that the store accepts no writes, or does again.
func (c *cli) noteTrouble(err error) {
	if err == nil {
		c.note(progress.StoreNote(""))
		return
	}
	c.note(progress.StoreNote(strings.Join(lines(err, program(c)), " ")))
}

// note shows a text beside a run that is shown.
func (c *cli) note(text string) {
	select {
	case c.notes <- text:
	default: // no run is shown
	}
}

func newParser(c *cli, more ...kong.Option) (*kong.Kong, error) {
	return kong.New(c, append([]kong.Option{
		kong.Name("cineforge"),
		kong.Description(description),
		kong.Vars{"version": failure.Program + " " + console.Version()},
		kong.DefaultEnvars("CINEFORGE"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 100}),
	}, append(settings.Options(), more...)...)...)
}

const description = `Turn a screenplay or prose file into structured scenes and a project configuration.

Begin with:  cineforge run script.fountain

Every flag can also be set by the environment (CINEFORGE_DATA for --data) or in
cineforge.yaml (data: DIR); flags beat the environment, which beats the file.

Exit codes: 0 ok, 1 error, 2 usage, 3 watch timed out, 5 run failed, 6 run paused
and needs a person, 7 no provider available, 130 interrupted.`

// helpHint points at the help of the command that was meant, or at the name of standard input
// if that is what was left out.
func helpHint(err error, in io.Reader) string {
	var p *kong.ParseError
	command := "cineforge"
	if errors.As(err, &p) && p.Context != nil && p.Context.Selected() != nil {
		command += " " + p.Context.Selected().Path()
		if strings.HasPrefix(p.Error(), `expected "<file>"`) && console.Piped(in) {
			return "Standard input is named -: " + command + " -"
		}
	}
	return "Try: " + command + " --help"
}

// report prints an error as one line, for a program that is called like that, and returns
// the exit code it means.
func report(s console.Streams, err error, program string) int {
	if err == nil {
		return console.CodeOK
	}
	if errors.Is(err, syscall.EPIPE) {
		return console.CodePipe // the reader of the output has gone
	}
	code := console.CodeError
	switch {
	case errors.Is(err, providers.ErrSetting):
		code = console.CodeUsage
	case errors.Is(err, run.ErrNoCarrier):
		code = console.CodeNoProvider
	}
	if e, ok := errors.AsType[*console.Exit](err); ok {
		if e.Err == nil {
			return e.Code
		}
		code = e.Code
	}
	for _, line := range lines(err, program) {
		fmt.Fprintln(s.Err, "cineforge:", console.OneLine(line))
	}
	return code
}

// lines returns what there is to say about an error: a line for each mistake in
// a recipe, else the classified failure without the wrapping around it. Commands are written
// for a program that is called like that.
func lines(err error, program string) []string {
	if list, ok := errors.AsType[recipe.Errors](err); ok {
		var all []string
		for _, e := range list {
			all = append(all, e.Error())
		}
		return all
	}
	if list, ok := errors.AsType[projectconfig.FieldErrors](err); ok {
		return strings.Split(list.Error(), "\n")
	}
	if f, ok := errors.AsType[*failure.Error](err); ok {
		return []string{join(f.Message, f.Advice(func(r failure.Remedy) string { return r.Line(program) }))}
	}
	return []string{err.Error()}
}

// join adds to a message what helps, if anything does.
func join(message, helps string) string {
	if helps == "" {
		return message
	}
	return message + "; " + helps
}
