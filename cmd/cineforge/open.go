package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/settings"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/run/event"
)

// open opens the system that the flags name. It is closed after use. Where a setting of
// this machine can't be used, it serves for looking, and refuses runs.
func (c *cli) open(ctx context.Context, s console.Streams) (system.System, error) {
	if c.Server != "" {
		return c.dial(s)
	}
	a, err := app.OpenUnchecked(ctx, c.Data, c.models)
	if err != nil {
		return nil, err
	}
	return system.NewLocal(a, system.LocalOptions{
		Err: s.Err, Quiet: c.JSON, Live: func() bool { return live(c, s) }, Grace: c.Grace, Farewells: c.farewells,
	}), nil
}

// empty reports whether there is nothing to look at yet. Looking makes no data directory.
func (c *cli) empty() bool { return c.Server == "" && !upkeep.Exists(c.Data) }

func (c *cli) dial(s console.Streams) (*system.Remote, error) {
	server, err := c.client(s)
	if err != nil {
		return nil, err
	}
	return system.NewRemote(server), nil
}

// keeper opens the projects of what the flags name. It is closed after use.
func (c *cli) keeper(ctx context.Context, s console.Streams) (system.Keeper, error) {
	if c.Server != "" {
		server, err := c.client(s)
		if err != nil {
			return nil, err
		}
		return system.NewRemoteKeeper(server), nil
	}
	a, err := app.OpenUnchecked(ctx, c.Data, c.models)
	if err != nil {
		return nil, err
	}
	return system.NewLocalKeeper(a), nil
}

// client returns the client of the server that the flags name.
func (c *cli) client(s console.Streams) (*client.Client, error) {
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	server, err := client.New(c.Server,
		client.Options{Token: token, Channel: string(event.ByCommand), Trouble: c.noteSilence,
			Warn: func(w client.RequestWarning) { warnOf(s, w) }})
	if err != nil {
		return nil, console.Usage(failure.New(failure.Input, err.Error(), "give it with --server or CINEFORGE_SERVER"))
	}
	return server, nil
}

// warnOf prints what a server ignored of a request.
func warnOf(s console.Streams, w client.RequestWarning) {
	fmt.Fprintln(s.Err, "cineforge: warning of the server:", console.OneLine(w.Pointer+": "+w.Message))
}

// noteSilence notes that the server can't be reached, or can be again.
func (c *cli) noteSilence(err error) {
	text := "The run can be followed again."
	if err != nil {
		text = fmt.Sprintf(
			"The run can't be followed at the moment: %s. It is tried again until it can be; the run itself is the server's.",
			strings.Join(lines(system.Failure(err), program(c)), " "))
	}
	c.note(text)
}

// tokens returns the access tokens that were given, by the file or else by the variable.
func (c *cli) tokens() ([]guard.Token, error) {
	if c.TokenFile == "" {
		secret := strings.TrimSpace(c.Token)
		if secret == "" {
			return nil, nil
		}
		if err := guard.CheckSecret(secret); err != nil {
			return nil, badToken("CINEFORGE_TOKEN: " + err.Error())
		}
		return []guard.Token{{Secret: secret}}, nil
	}
	data, err := settings.ReadSmall(c.TokenFile)
	if err != nil {
		return nil, console.Usage(failure.New(failure.Input, fmt.Sprintf("the token file %s can't be read: %v", c.TokenFile, err),
			"name a file with the token in it"))
	}
	all, err := guard.ParseTokens(data)
	if err != nil {
		return nil, badToken(fmt.Sprintf("the token file %s: %v", c.TokenFile, err))
	}
	return all, nil
}

func badToken(message string) error {
	return console.Usage(failure.New(failure.Input, message, "make a token with: openssl rand -hex 32"))
}

// token returns the access token that a server is shown, "" if none was given.
func (c *cli) token() (string, error) {
	all, err := c.tokens()
	switch {
	case err != nil || len(all) == 0:
		return "", err
	case len(all) > 1:
		return "", console.Usage(failure.New(failure.Input,
			fmt.Sprintf("the token file %s holds %d tokens, and a server is shown one", c.TokenFile, len(all)),
			"name a file with only yours in it, or set CINEFORGE_TOKEN"))
	}
	return all[0].Secret, nil
}

// place is where the runs are, in words.
func (c *cli) place() string {
	if c.Server != "" {
		return c.Server
	}
	return c.Data
}

// program is how to call the program so that it finds the same runs.
func program(g *cli) string {
	words, config := "cineforge", ""
	if g.typed["config"] {
		config = " --config " + console.Quote(g.Config)
	}
	switch {
	case g.Server == "":
		if g.typed["data"] || g.Data != defaultData && g.Data != os.Getenv("CINEFORGE_DATA") {
			words += " --data " + console.Quote(g.Data)
		}
		return words + config
	case g.Server != os.Getenv("CINEFORGE_SERVER"):
		words += " --server " + console.Quote(g.Server)
	}
	if g.TokenFile != "" && g.TokenFile != os.Getenv("CINEFORGE_TOKEN_FILE") {
		words += " --token-file " + console.Quote(g.TokenFile)
	}
	return words
}
