package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/sqlite/datafile"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
)

// CheckStatus says how a check went.
type CheckStatus string

// The statuses of a check. A Note takes nothing away from what the program can do now.
const (
	OK      CheckStatus = "ok"
	Note    CheckStatus = "note"
	Problem CheckStatus = "problem"
)

// CheckGroup says what a check is about.
type CheckGroup string

// The groups of checks.
const (
	OfStorage   CheckGroup = "storage" // the data directory and its database
	OfRecipes   CheckGroup = "recipes"
	OfProviders CheckGroup = "providers" // keys, by the names of their variables, and addresses
	OfRuns      CheckGroup = "runs"      // that can't go on here
	OfTools     CheckGroup = "tools"     // other programs
)

// Check is one thing that was looked at, and what to do about it.
type Check struct {
	Name    string      `json:"name"`
	Status  CheckStatus `json:"status"`
	Detail  string      `json:"detail"`
	Action  string      `json:"action,omitempty"`
	Group   CheckGroup  `json:"group"`
	Path    string      `json:"path,omitempty"`    // of a tool that is installed
	Version string      `json:"version,omitempty"` // of a tool, as it says

	Remedies []failure.Remedy `json:"-"` // that Action names
}

// with returns the check with what was found, and what to do about it.
func (c Check) with(status CheckStatus, detail, action string) Check {
	c.Status = status
	c.Detail = detail
	c.Action = action
	return c
}

// failed returns the check with an error, and with the action unless the error names one.
func (c Check) failed(err error, action string) Check {
	c = c.with(Problem, err.Error(), action)
	if f, is := errors.AsType[*failure.Error](err); is {
		c = c.with(Problem, f.Message, f.Hint)
		c.Remedies = f.Remedies
	}
	return c
}

// Doctor examines what the program works with.
type Doctor struct {
	DataDir  string
	Models   providers.Models
	Recipes  []fs.FS // where recipes are found
	NoBackup bool    // make no copy before a database is brought up to date

	// Reach says that the base URLs that are set are tried. It takes some seconds.
	Reach bool

	// Uncarried lists the runs of the data directory that this process can't go on with.
	Uncarried func(ctx context.Context) ([]run.Overview, error)
}

// Checks looks at everything. A data directory that is not there yet is not made.
func (d Doctor) Checks(ctx context.Context) (all []Check) {
	add := func(group CheckGroup, checks ...Check) {
		for _, c := range checks {
			c.Group = group
			all = append(all, c)
		}
	}
	add(OfStorage, checkDataDir(d.DataDir), checkDatabase(ctx, d.DataDir, d.NoBackup))
	add(OfStorage, checkCopies(d.DataDir)...)
	add(OfRecipes, checkRecipes(d.Recipes))
	add(OfProviders, Check{Name: "offline model", Status: OK, Detail: "always available; makes no judgements"})
	add(OfProviders, checkProviders(d.Models)...)
	if d.Reach {
		add(OfProviders, checkReach(ctx, d.Models.Providers)...)
	}
	if Exists(d.DataDir) {
		add(OfRuns, d.checkCarried(ctx)...)
	}
	add(OfTools, checkTool(ctx, "pdftotext", "-v"), checkTool(ctx, "ocrmypdf", "--version"))
	return all
}

// checkCarried reports the runs that this process can't go on with.
func (d Doctor) checkCarried(ctx context.Context) (checks []Check) {
	list, err := d.Uncarried(ctx)
	if err != nil {
		return nil // which another check reports
	}
	for _, o := range list {
		remedy := failure.ResumeToday(o.RunID)
		checks = append(checks, Check{
			Name: "run " + o.RunID, Status: Note, Detail: "can't continue here: it needs " + run.NeedsText(o.Needs),
			Action: fmt.Sprintf(run.UncarriedAdvice, remedy), Remedies: []failure.Remedy{remedy},
		})
	}
	return checks
}

func checkDataDir(dir string) Check {
	c := Check{Name: "data directory", Status: OK, Detail: dir}
	info, err := os.Stat(dir)
	switch {
	case os.IsNotExist(err):
		c.Detail += " does not exist yet; the first run creates it"
	case err != nil:
		c = c.with(Problem, fmt.Sprintf("%s: %v", dir, run.FileCause(err)), "use another one with --data")
	case !info.IsDir():
		c = c.with(Problem, dir+" is not a directory", "use another one with --data")
	default:
		c = checkWritable(c, dir)
	}
	return c
}

func checkWritable(c Check, dir string) Check {
	if err := datafile.Probe(dir); err != nil {
		return c.with(Problem, fmt.Sprintf("%s can't be written to: %v", dir, run.FileCause(err)),
			"make room on the disk or change its permissions, or use another one with --data")
	}
	return c
}

func checkDatabase(ctx context.Context, dir string, noCopy bool) Check {
	c := Check{Name: "database", Status: OK}
	if _, err := os.Stat(filepath.Join(dir, sqlite.FileName)); err != nil {
		c.Detail = "does not exist yet; the first run creates it"
		return c
	}
	store, err := sqlite.Open(ctx, dir, noCopy)
	if err == nil {
		defer store.Close()
		if err = store.Maintenance.Check(ctx); err == nil {
			err = store.Maintenance.Probe(ctx)
		}
	}
	if err != nil {
		return c.failed(err, "check that it is writable, or use another data directory with --data")
	}
	c.Detail = filepath.Join(dir, sqlite.FileName) +
		" is intact and writable; for a full check: " + failure.CheckData().String()
	c.Remedies = []failure.Remedy{failure.CheckData()}
	return c
}

// checkCopies reports the copy that was made before the database was brought up to date.
func checkCopies(dir string) (checks []Check) {
	for _, c := range sqlite.Copies(dir) {
		checks = append(checks, Check{Name: "copy of the database", Status: Note,
			Detail: fmt.Sprintf("%s, made %s before the schema was brought up to date from %d; it is removed after 7 days, or with the next runs",
				c.File, c.Made.Format("2006-01-02"), c.Schema)})
	}
	return checks
}

func checkRecipes(sources []fs.FS) Check {
	c := Check{Name: "recipes", Status: OK}
	good := 0
	for _, l := range recipe.List(sources...) {
		if l.Err != nil {
			c = c.with(Problem, "", l.Err.Error())
			continue
		}
		good++
	}
	c.Detail = fmt.Sprintf("%d usable", good)
	return c
}

// checkProviders reports whether the providers can be asked.
func checkProviders(models providers.Models) (checks []Check) {
	add := func(c Check) {
		if !slices.ContainsFunc(checks, func(o Check) bool { return o.Name == c.Name && o.Detail == c.Detail }) {
			checks = append(checks, c)
		}
	}
	for _, p := range models.Providers {
		add(checkProvider(p))
		if err := providers.CheckBaseURL(p); err != nil {
			add(Check{Name: p.Name + " base URL"}.failed(err, ""))
		} else if err := models.CheckProxy(p); err != nil {
			add(Check{Name: "proxy"}.failed(err, ""))
		}
	}
	return checks
}

// checkProvider reports whether a provider can be asked. A key is never shown.
func checkProvider(p providers.Provider) Check {
	c := Check{Name: p.KeyVariable, Status: OK, Detail: "set"}
	switch n := len(p.Key); {
	case c.Name == "":
		c.Name = p.Name
		c.Detail = "needs no key"
	case n == 0:
		c = c.with(Note, "not set, so that "+p.Name+" is not asked", "")
		return c
	case n == 1:
		c = c.with(Note, c.Name+" has 1 character; "+shortKey, "")
	case n < diagnosis.MinSecret:
		c = c.with(Note, fmt.Sprintf("%s has %d characters; %s", c.Name, n, shortKey), "")
	}
	if err := providers.CheckKey(p); err != nil {
		return Check{Name: c.Name}.failed(err, "")
	}
	if p.BaseURL != "" && providers.CheckBaseURL(p) == nil {
		c.Detail += "; " + p.Name + " is asked at " + p.BaseURL
	}
	return c
}

const shortKey = "a key this short is not taken out of texts"

// toolTime is how long a tool is given to tell its version.
const toolTime = 3 * time.Second

// checkTool looks for a program, and asks it for its version by a flag.
func checkTool(ctx context.Context, name, flag string) Check {
	path, err := exec.LookPath(name)
	if err != nil {
		return Check{Name: name, Status: Note, Detail: "not installed; this version reads no PDF yet"}
	}
	ctx, stop := context.WithTimeout(ctx, toolTime)
	defer stop()
	said, _ := exec.CommandContext(ctx, path, flag).CombinedOutput() //nolint:errcheck // some tell it with an exit code
	first, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n")
	const most = 80
	return Check{Name: name, Status: Note, Detail: path + "; this version reads no PDF yet", Path: path,
		Version: plaintext.Cut(first, most)}
}
