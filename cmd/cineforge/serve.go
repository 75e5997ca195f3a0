package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/host"
	"github.com/cineforge/cineforge/internal/observe"
)

type serveCmd struct {
	Open        bool     `help:"Open the page in a browser: that of BROWSER, or this machine's own."`
	Addr        string   `default:"127.0.0.1:8000" placeholder:"HOST:PORT" help:"Where to listen (${default}); port 0 picks a free one."`
	PublicURL   string   `name:"public-url" placeholder:"URL" help:"The https address of the server behind a proxy that terminates TLS."`
	AllowedHost []string `placeholder:"NAME" help:"A name, besides this machine's own, under which clients reach the server."`
	UploadLimit int      `default:"64" placeholder:"MB" help:"Largest accepted file, in MB (${default})."`
	AccessLog   bool     `help:"Also log each request."`
	LogFormat   string   `enum:"text,json" default:"text" placeholder:"FORMAT" help:"How the log on stderr is written: text or json (${default})."`
}

func (serveCmd) Help() string {
	return `Serves the page and the API, and works on runs until it is stopped: runs that the page,
the API or --detach queued, runs whose wait is over, and runs that another process left
unfinished when it died. Several processes can share a data directory; one process at a
time works on a run.

On the page people drop a script, watch its run and act on it, see what it made, and how
the providers are. Each view has an address of its own, such as /runs/ID or /incident.

The log on stderr shows runs that start, wait, end or need a person, breaker transitions,
rejected keys and database faults; with -v also each attempt.

The API is described at /docs, and for programs at /openapi.json. GET /api/health
answers while the process lives, GET /api/ready while its database can be read.

An address that other machines reach needs an access token. Programs send it as
"Authorization: Bearer TOKEN"; people show it to the page. The file of --token-file has one
token per line, as TOKEN or NAME:TOKEN; the log and events record the name.

serve speaks plain HTTP. Behind a proxy that terminates TLS, --public-url is the address
that clients use: the session cookie is then sent over TLS only. The proxy must not
buffer /api/events/stream, by which the page is live.

Ctrl-C and SIGTERM stop it: it makes no new call, lets running calls finish (--grace) and
stores their answers, and leaves the rest to the next process, which can start at once on
the same address. A second signal also ends the running calls. No run is paused.

Examples:
  cineforge serve --open
  cineforge serve --addr 0.0.0.0:8000 --token-file token.txt --allowed-host cineforge.example
  cineforge serve --token-file tokens.txt --public-url https://forge.example`
}

// Run does the command.
func (c *serveCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	o, err := c.options(g, s)
	if err != nil {
		return err
	}
	var observers atomic.Pointer[observe.Observers]
	g.models.StoreTrouble = func(err error) {
		if o := observers.Load(); o != nil {
			o.StoreTrouble(err)
		}
	}
	a, err := app.Open(ctx, g.Data, g.models)
	if err != nil {
		return err
	}
	defer a.Close()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return failure.New(failure.Input, fmt.Sprintf("%s can't be listened on: %v", c.Addr, errors.Unwrap(err)),
			"name another with --addr; port 0 takes a free one")
	}
	if err := a.Runs.Serve(); err != nil {
		return errors.Join(err, l.Close())
	}
	ctx, stop := g.interruptible(ctx, nothing)
	defer stop()
	if g.JSON {
		begun := map[string]string{"url": "http://" + l.Addr().String()}
		if c.PublicURL != "" {
			begun["public_url"] = o.PublicURL.String()
		}
		if err := console.PrintJSON(s.Out, begun); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.Err, "Serving http://%s on %s%s: open it in a browser; /docs describes the API. Ctrl-C ends it.\n",
			l.Addr(), console.Quote(g.Data), prefixed(", for clients at ", o.PublicURL.String()))
	}
	if c.Open {
		c.browse(g, s, o.PublicURL.String(), l.Addr())
	}
	watch := observe.New(a, o.Version, o.Log)
	observers.Store(watch)
	return serving{app: a, api: api.New(a, watch, o), observers: watch, log: o.Log, cli: g, streams: s}.until(ctx, l)
}

// browse opens the page in a browser, or says where it is.
func (c *serveCmd) browse(g *cli, s console.Streams, address string, at net.Addr) {
	if address == "" {
		address = "http://" + reachable(at.String())
	}
	failed := func(err error) {
		if !g.JSON {
			fmt.Fprintf(s.Err, "No browser could be opened (%v); the page is at %s\n", err, address)
		}
	}
	if err := host.Browse(address, os.Getenv, failed); err != nil {
		failed(err)
	}
}

// reachable returns an address to connect to for one to listen on.
func reachable(addr string) string {
	name, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(name); err == nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return addr
}

// prefixed puts a prefix before a text that is not empty.
func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// options are what the flags say of the API.
func (c *serveCmd) options(g *cli, s console.Streams) (api.Options, error) {
	tokens, err := g.tokens()
	o := api.Options{Version: console.Version(), Tokens: tokens, Hosts: c.AllowedHost, UploadLimit: int64(c.UploadLimit) << 20,
		Streams: host.ShareOut(host.OpenFiles()).Streams}
	if err != nil {
		return o, err
	}
	if c.PublicURL != "" {
		if o.PublicURL, err = guard.ParsePublicURL(c.PublicURL); err != nil {
			return o, console.Usage(failure.New(failure.Input, "--public-url can't be used: "+err.Error(),
				"give the address that clients use, such as https://forge.example"))
		}
	}
	switch {
	case len(tokens) == 0 && !loopback(c.Addr):
		return o, console.Usage(failure.New(failure.Input, fmt.Sprintf("%s is reached from other machines, and there is no access token", c.Addr),
			"use 127.0.0.1:PORT, or give a token with --token-file"))
	case len(tokens) == 0 && c.PublicURL != "":
		return o, console.Usage(failure.New(failure.Input, "--public-url lets other machines reach the server, and there is no access token",
			"give a token with --token-file"))
	case c.UploadLimit < 1:
		return o, console.Usage(failure.New(failure.Input, "--upload-limit is less than 1 MB", "leave it out for 64 MB"))
	}
	o.Log, o.Requests = slog.New(c.log(g, s)), c.AccessLog
	return o, nil
}

// log is how the server's log is written.
func (c *serveCmd) log(g *cli, s console.Streams) slog.Handler {
	how := &slog.HandlerOptions{Level: slog.LevelInfo}
	if g.Verbose {
		how.Level = slog.LevelDebug
	}
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(s.Err, how)
	}
	return slog.NewTextHandler(s.Err, how)
}

// serving is a server at work.
type serving struct {
	app       *app.App
	api       *api.API
	observers *observe.Observers
	log       *slog.Logger
	cli       *cli
	streams   console.Streams
}

const (
	// drain is how long is waited at the end, behind the grace, for runs to be handed on.
	drain = 10 * time.Second
	// farewell is how long is waited for answers under way.
	farewell = 3 * time.Second
)

// leave tells that the server stops: it is not ready any more, and calls under way are let
// come to an end.
func (v serving) leave() {
	v.api.Stop()
	if text := v.cli.farewells(v.app.Providers.Calls()); text != "" {
		fmt.Fprintln(v.streams.Err, text)
	}
}

// until serves and works until ctx is done. Then it listens no more, so that another server
// can begin; streams end, answers under way are finished, and runs are handed on when their
// calls under way have ended.
func (v serving) until(ctx context.Context, l net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	work.Go(func() { v.observers.Run(ctx) })
	work.Go(func() { v.app.Runs.Work(ctx) }) //nolint:errcheck // it ends with ctx
	conns := guard.NewConnections(l, host.ShareOut(host.OpenFiles()).Connections)
	server := &http.Server{Handler: v.api, ConnState: conns.State,
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(v.log.Handler(), slog.LevelWarn)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(conns) }()
	var err error
	select {
	case err = <-served: // it can't serve any more
	case <-ctx.Done():
		v.leave()
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
		defer cancel()
		if server.Shutdown(short) != nil {
			err = server.Close()
		}
	}
	stop()
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		work.Wait()
	}()
	select {
	case <-worked:
	case <-time.After(max(v.cli.Grace, 0) + drain):
		fmt.Fprintln(v.streams.Err, "Some runs did not stop in time; the next process goes on with them.")
	}
	return err
}
