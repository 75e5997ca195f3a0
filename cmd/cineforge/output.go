package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/system"
	"github.com/cineforge/cineforge/internal/export"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
)

// outputFlags say where the files of a run are written to.
type outputFlags struct {
	Output    string `placeholder:"DIR" help:"Also write the run's files under this folder."`
	Overwrite bool   `help:"Let --output replace existing files that differ."`
}

func (o outputFlags) destination() runs.Destination {
	return runs.Destination{Dir: o.Output, Overwrite: o.Overwrite}
}

// check returns an error if a run of a project must not write to the folder. It is called
// before the run begins.
func (o outputFlags) check(ctx context.Context, sys system.System, project string) error {
	if o.Output == "" {
		return nil
	}
	return notStarted(o.destination().Check(ctx, project, sys.State))
}

// runResult is the one object that run and retry print with --json.
type runResult struct {
	run.State
	addedResult
}

// addedResult is what the result of a run has besides its state.
type addedResult struct {
	Output   *string  `json:"output"`
	Left     []string `json:"left,omitempty"`     // files that were there with other content
	Existing bool     `json:"existing,omitempty"` // it was under way already
}

// MarshalJSON writes the state and what is added to it as one object.
func (r runResult) MarshalJSON() ([]byte, error) {
	state, err := r.State.MarshalJSON()
	if err != nil {
		return nil, err
	}
	added, err := json.Marshal(r.addedResult)
	return append(append(state[:len(state)-1], ','), added[1:]...), err
}

// finish writes the files of a run that has ended or is paused, and prints what came out and
// where it is. Files that are left as they are don't fail the run.
func (o outputFlags) finish(sys system.System, r runResult, g *cli, s console.Streams) error {
	output := ""
	if o.Output != "" && (r.Status.Ended() || r.Status == run.Paused) {
		// The files are written also of a run that was interrupted.
		x, err := sys.Export(context.Background(), r.RunID, o.destination())
		if err != nil {
			return err
		}
		output, r.Output, r.Left = x.Dir, &x.Dir, x.Left
	}
	if len(r.Left) > 0 {
		defer fmt.Fprintln(s.Err, console.OneLine(lines(leftFiles(r.RunID, o.Output, r.Left), program(g))[0]))
	}
	if g.JSON {
		return console.PrintJSON(s.Out, r)
	}
	return printOutcome(s.Out, sys, r.State, g, output)
}

// mostLeft is how many files are named that were left as they are.
const mostLeft = 3

// leftFiles says which files an export has left as they are, and what replaces them.
func leftFiles(id, dir string, left []string) *failure.Error {
	verb, kept, them := "are", "they are", "them"
	if len(left) == 1 {
		verb, kept, them = "is", "it is", "it"
	}
	names := strings.Join(left[:min(len(left), mostLeft)], ", ")
	if more := len(left) - mostLeft; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	f := failure.New(failure.Input,
		fmt.Sprintf("%s of other content in %s %s left as %s: %s", console.Count(len(left), "file"), console.Quote(dir),
			verb, kept, names), "")
	return f.Advised("replace "+them+": %s", failure.ExportOver(id, dir))
}

type runsExportCmd struct {
	runArg
	Format         export.Format `default:"files" env:"-" enum:"files,fountain,fdx,json,csv" help:"One of ${enum}."`
	Output         string        `placeholder:"DIR" help:"The folder to write under; without it, one-file formats go to standard output."`
	Overwrite      bool          `help:"Replace existing files that differ; by default they are kept and listed, with exit code 1."`
	ProjectFolders bool          `env:"-" help:"With the format files, write artifacts under a folder named after the project."`
}

func (runsExportCmd) Help() string {
	return `Writes what a run made, with later edits by people, as files (state, events and all
artifacts, the default), fountain (the script, byte for byte), fdx (the script for Final
Draft), json (script, scenes and configuration in one document) or csv (the scenes as a
table).

The table starts with a header row: scene, number (the script's own), heading, int_ext,
location, time_of_day, page_eighths, start_line and end_line (of the script), characters,
speeches, dialogue_blocks, summary, tone_mood, implied, health, source, scene_id, version.
An apostrophe precedes each cell that a spreadsheet program would take for a formula.

Examples:
  cineforge runs export run-0a1b2c3d --output results
  cineforge runs export run-0a1b2c3d --format fountain > script.fountain
  cineforge runs export run-0a1b2c3d --format csv --output results`
}

// Run does the command.
func (c *runsExportCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	if c.Format == export.Files && c.Output == "" {
		return console.Usage(failure.New(failure.Input, "files need a folder to be written to", "name it with --output DIR"))
	}
	sys, state, err := c.open(ctx, g, s)
	if err != nil {
		return err
	}
	defer sys.Close() //nolint:errcheck // it was only read
	to := runs.Destination{Dir: c.Output, Overwrite: c.Overwrite}
	if c.Format != export.Files {
		return c.writeOne(ctx, sys, to, g, s)
	}
	if c.ProjectFolders {
		to.ProjectFolder = state.ProjectID
	}
	x, err := sys.Export(ctx, c.ID, to)
	if err != nil {
		return err
	}
	if g.JSON {
		err = console.PrintJSON(s.Out, x)
	} else {
		_, err = fmt.Fprintf(s.Out, "wrote %s and %d artifacts below %s\n", x.StateFile, x.Artifacts, console.Quote(x.Dir))
	}
	if err == nil && len(x.Left) > 0 {
		err = leftFiles(c.ID, c.Output, x.Left)
	}
	if g.JSON || len(x.Missing) == 0 {
		return err
	}
	if err != nil {
		fmt.Fprintln(s.Err, console.OneLine(lines(err, program(g))[0]))
	}
	return failure.New(failure.Internal, fmt.Sprintf("%s could not be read and %s left out: %s", console.Count(len(x.Missing), "artifact"),
		map[bool]string{true: "is", false: "are"}[len(x.Missing) == 1], strings.Join(x.Missing,
			", ")), "").Advised("list the damage: %s", failure.CheckData())
}

// writeOne writes an export that is one file.
func (c *runsExportCmd) writeOne(ctx context.Context, sys system.System, to runs.Destination, g *cli, s console.Streams) error {
	name, data, err := sys.ExportAs(ctx, c.ID, c.Format)
	if err != nil {
		return err
	}
	if to.Dir == "" {
		_, err := s.Out.Write(data)
		return err
	}
	file, left, err := runs.WriteFile(name, data, to)
	if err != nil {
		return err
	}
	if left {
		return failure.New(failure.Input, fmt.Sprintf("%s of other content is left as it is", console.Quote(file)),
			"replace it with --overwrite")
	}
	if g.JSON {
		return console.PrintJSON(s.Out, map[string]string{"file": file})
	}
	_, err = fmt.Fprintf(s.Out, "wrote %s\n", console.Quote(file))
	return err
}
