package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/internal/upkeep"
)

type dataCmd struct {
	Check  dataCheckCmd  `cmd:"" help:"Verify the database, and say what it holds."`
	Backup dataBackupCmd `cmd:"" help:"Write a checked copy of the database to a file."`
}

type dataCheckCmd struct{}

func (dataCheckCmd) Help() string {
	return `Reads the whole database: its structure, every run's events, every artifact, file and
stored answer. Exit code 1 means that it is damaged; the damaged items are listed by name,
and the others can still be exported. Runs may continue meanwhile.`
}

// checked is what data check prints with --json.
type checked struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	upkeep.CheckedData
}

// Run does the command.
func (c *dataCheckCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	f, err := upkeep.CheckData(ctx, g.Data, g.NoBackup)
	if err != nil {
		if g.JSON {
			return errors.Join(console.PrintJSON(s.Out, checked{Error: strings.Join(lines(err, program(g)), " "), CheckedData: f}), err)
		}
		return errors.Join(printDamages(s, f.Damages, f.More), err)
	}
	if g.JSON {
		return console.PrintJSON(s.Out, checked{OK: true, CheckedData: f})
	}
	_, err = fmt.Fprintf(s.Out, "%s is whole: %s; %s, %s, %s, %s\n", console.Quote(f.File), console.Bytes(f.Bytes),
		console.Count(f.Runs, "run"), console.Count(f.Events, "event"), console.Count(f.Answers, "stored answer"),
		console.Count(f.Artifacts, "artifact"))
	return err
}

// printDamages lists what is damaged, a line each.
func printDamages(s console.Streams, list []storage.Damage, more int) error {
	for _, d := range list {
		if _, err := fmt.Fprintln(s.Out, console.OneLine(d.String())); err != nil {
			return err
		}
	}
	if more > 0 {
		fmt.Fprintf(s.Out, "and %d more\n", more)
	}
	return nil
}

type dataBackupCmd struct {
	File    string `arg:"" help:"The file to write."`
	Force   bool   `help:"Replace an existing file."`
	Damaged bool   `help:"Write the copy even if the database is damaged."`
}

func (dataBackupCmd) Help() string {
	return `Runs may continue meanwhile; the copy is a snapshot of one moment. The copy is checked as
by "data check". A damaged database is not copied, unless --damaged is given: then it is
copied as far as it can be read, or byte by byte where that fails.

To restore it, stop all cineforge processes, put the file in place of cineforge.db in the
data directory, and remove cineforge.db-wal and cineforge.db-shm beside it.`
}

// Run does the command.
func (c *dataBackupCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	done, err := upkeep.Backup(ctx, g.Data, upkeep.BackupOptions{File: c.File, Replace: c.Force, Damaged: c.Damaged, NoCopy: g.NoBackup})
	if err != nil {
		return err
	}
	if g.JSON {
		return console.PrintJSON(s.Out, done)
	}
	if len(done.Damages) > 0 {
		how := ""
		if done.Bytewise {
			how = ", byte by byte"
		}
		fmt.Fprintf(s.Out, "wrote %s, %s%s, of a database that is damaged:\n", console.Quote(c.File), console.Bytes(done.Bytes), how)
		return printDamages(s, done.Damages, 0)
	}
	_, err = fmt.Fprintf(s.Out, "wrote %s, %s, and checked it\n", console.Quote(c.File), console.Bytes(done.Bytes))
	return err
}

type runsPruneCmd struct {
	OlderThan age    `placeholder:"AGE" help:"Only runs without events for this long, such as 30d, 2w or 12h; default: 30d without --keep."`
	Keep      *int   `placeholder:"N" help:"Keep the newest N runs of each project; a run and its retries count as one."`
	Project   string `placeholder:"SLUG" help:"Only runs of this project."`
	DryRun    bool   `help:"Only list what would be removed."`
	Vacuum    bool   `help:"Shrink the database file; needs as much free disk space meanwhile."`
}

func (runsPruneCmd) Help() string {
	return `Removes the records of runs: their events and the stored answers for their retries. A run
is removed together with its retries, and only if all of them have ended. What the runs
made stays.

Examples:
  cineforge runs prune --dry-run
  cineforge runs prune --older-than 2w --keep 10
  cineforge runs prune --keep 0 --project night-ferry --vacuum`
}

// usualAge is the age of the runs that are removed without --older-than.
const usualAge = 30 * 24 * time.Hour

// Run does the command.
func (c *runsPruneCmd) Run(ctx context.Context, g *cli, s console.Streams) error {
	o := upkeep.PruneOptions{Project: c.Project, OlderThan: time.Duration(c.OlderThan), DryRun: c.DryRun, Vacuum: c.Vacuum}
	if c.Keep != nil {
		o.Keep = *c.Keep
	} else if c.OlderThan == 0 {
		o.OlderThan = usualAge
	}
	if o.Keep < 0 {
		return console.Usage(failure.New(failure.Input, "--keep can't be below 0", "0 lets none be"))
	}
	p := upkeep.Pruned{DryRun: c.DryRun, Lines: []string{}}
	if upkeep.Exists(g.Data) { // looking makes no data directory
		a, err := app.OpenUnchecked(ctx, g.Data, g.models)
		if err != nil {
			return err
		}
		defer a.Close()
		p, err = a.Upkeep.Prune(ctx, o)
		if err != nil {
			return err
		}
	}
	if g.JSON {
		return console.PrintJSON(s.Out, p)
	}
	verb := "removed"
	if c.DryRun {
		verb = "would remove"
	}
	for _, root := range p.Lines {
		fmt.Fprintln(s.Out, root)
	}
	_, err := fmt.Fprintf(s.Out, "%s %s (%s), %s, %s, %s of content that nothing refers to any more\n", verb, console.Count(p.Runs, "run"),
		console.Count(len(p.Lines), "line of runs"), console.Count(p.Events, "event"), console.Count(p.Answers, "stored answer"),
		console.Bytes(p.Bytes))
	return err
}

// age is a duration that may be written in days or weeks.
type age time.Duration

// UnmarshalText reads 30d, 2w, or what time.ParseDuration takes.
func (a *age) UnmarshalText(text []byte) error {
	s := string(text)
	for suffix, unit := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if number, ok := strings.CutSuffix(s, suffix); ok {
			n, err := strconv.ParseUint(number, 10, 16)
			if err != nil || n == 0 {
				return fmt.Errorf("%q is no age; write 30d, 2w or 12h", s)
			}
			*a = age(time.Duration(n) * unit)
			return nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no age; write 30d, 2w or 12h", s)
	}
	*a = age(d)
	return nil
}
