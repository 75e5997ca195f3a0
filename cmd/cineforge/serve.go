package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"cineforge/failure"
	"cineforge/internal/app"
)

type serveCmd struct {
	Addr string `default:"127.0.0.1:8000" placeholder:"HOST:PORT" help:"Where to listen (${default}); port 0 takes a free one."`
}

func (serveCmd) Help() string {
	return `Works on runs until it is stopped: those that were queued with --detach, those whose
wait is over, and those that another process left unfinished when it died. Several
processes can share a data directory; each run has one of them at a time.

GET /api/health answers as long as the process lives, GET /api/ready when its database
can be read.

Ctrl-C and SIGTERM end it: what is under way is handed on to the next process, nothing
is paused, and no answer that has come is lost.`
}

// Run does the command.
func (c *serveCmd) Run(ctx context.Context, g *cli, s streams) error {
	if !loopback(c.Addr) {
		return usage(failure.New(failure.Input, fmt.Sprintf("%s is reached from other machines, and there is no access token", c.Addr), "use 127.0.0.1:PORT"))
	}
	a, err := app.Open(ctx, g.Data, g.models)
	if err != nil {
		return err
	}
	defer a.Close()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return failure.New(failure.Input, fmt.Sprintf("%s can't be listened on: %v", c.Addr, errors.Unwrap(err)), "name another with --addr; port 0 takes a free one")
	}
	if err := a.Serve(); err != nil {
		return errors.Join(err, l.Close())
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	if g.JSON {
		if err := printJSON(s.out, map[string]string{"url": "http://" + l.Addr().String()}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.err, "Serving http://%s on %s. Ctrl-C ends it.\n", l.Addr(), quote(g.Data))
	}
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		a.Work(ctx) //nolint:errcheck // it ends with ctx
	}()
	err = serveUntilStopped(ctx, l, health(a))
	select {
	case <-worked:
	case <-time.After(drain):
		fmt.Fprintln(s.err, "Some runs did not stop in time; the next process goes on with them.")
	}
	return err
}

// drain is how long is waited at the end for runs to be handed on.
const drain = 10 * time.Second

// health answers whether the process lives, and whether it can work.
func health(a *app.App) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok", "version": version()})
	})
	mux.HandleFunc("GET /api/ready", func(w http.ResponseWriter, r *http.Request) {
		if err := a.Ready(r.Context()); err != nil {
			answer(w, http.StatusServiceUnavailable, map[string]string{"status": "not ready", "message": err.Error()})
			return
		}
		answer(w, http.StatusOK, map[string]string{"status": "ready"})
	})
	return mux
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the client has left
}
