package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/project"
)

type projectsCmd struct {
	List   projectsListCmd   `cmd:"" server:"yes" default:"withargs" help:"List projects, last changed first."`
	Delete projectsDeleteCmd `cmd:"" server:"yes" help:"Delete a project or one of its files, with everything made from it."`
}

type projectsListCmd struct {
	Limit int `placeholder:"N" default:"0" help:"Maximum number of projects (default: all)."`
}

// Run does the command.
func (c *projectsListCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	list := []system.Project{}
	if !g.empty() {
		sys, err := g.keeper(ctx, s)
		if err != nil {
			return err
		}
		defer sys.Close() //nolint:errcheck // it was only looked at
		if list, err = sys.Projects(ctx, c.Limit); err != nil {
			return err
		}
	}
	if g.JSON {
		return console.PrintJSON(s.Out, list)
	}
	t := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PROJECT\tFILES\tRUNS\tCHANGED\tNAME")
	for _, p := range list {
		changed := time.UnixMilli(int64(p.LastModified * 1000)).Local().Format("2006-01-02 15:04")
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\n", p.ProjectID, len(p.InputFiles), p.RunCount, changed, console.OneLine(p.DisplayName))
	}
	return t.Flush()
}

type projectsDeleteCmd struct {
	Project string `arg:"" name:"slug" help:"The project."`
	Input   string `placeholder:"NAME" help:"Delete only this file of the project, with the runs that used it and what only they made."`
	Yes     bool   `help:"Do not ask for confirmation."`
}

func (projectsDeleteCmd) Help() string {
	return `Deletes the files of the project, its runs with their events and stored answers, its
artifacts and messages, and the drills of its files. Nothing of them is left in the data
directory: the copy made before a database upgrade is removed too. Exported files and
backups elsewhere stay, and so do answers that other projects use.

Nothing is deleted until every run has ended; cancel those that have not.`
}

// Run does the command.
func (c *projectsDeleteCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	if g.empty() {
		return c.none(project.ErrNotFound)
	}
	sys, err := g.keeper(ctx, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // what was deleted is deleted
	if err := c.confirm(s); err != nil {
		return err
	}
	var done client.Deleted
	if c.Input != "" {
		done, err = sys.DeleteInput(ctx, c.Project, c.Input)
	} else {
		done, err = sys.DeleteProject(ctx, c.Project)
	}
	if err != nil {
		return c.none(err)
	}
	if g.JSON {
		return console.PrintJSON(s.Out, done)
	}
	_, err = fmt.Fprintf(s.Out, "Deleted %s: %s, %s, %s.\n", console.OneLine(c.what()), console.Count(done.Inputs, "file"),
		console.Count(done.Runs, "run"), console.Count(done.Artifacts, "version")+" of artifacts")
	return err
}

// what names what is deleted.
func (c *projectsDeleteCmd) what() string {
	if c.Input != "" {
		return "file " + c.Input + " of project " + c.Project
	}
	return "project " + c.Project
}

// none says which project or file there is not.
func (c *projectsDeleteCmd) none(err error) error {
	if !errors.Is(err, project.ErrNotFound) {
		return err
	}
	return failure.New(failure.Input, "there is no "+c.what(), "list the projects: cineforge projects list")
}

// confirm asks a person. Without a terminal the flag has to say it.
func (c *projectsDeleteCmd) confirm(s console.Streams) error {
	if c.Yes {
		return nil
	}
	if in, ok := s.In.(*os.File); !ok || !console.IsTerminal(in) {
		return console.Usage(failure.New(failure.Input, "nothing is deleted without a confirmation", "give --yes"))
	}
	fmt.Fprintf(s.Err, "Delete %s, with all runs and artifacts? It can't be undone. [y/N] ", console.OneLine(c.what()))
	answer, err := bufio.NewReader(s.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		return console.Usage(failure.New(failure.Input, "nothing was deleted", ""))
	}
	return nil
}
