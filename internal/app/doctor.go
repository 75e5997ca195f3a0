package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"cineforge/failure"
	"cineforge/internal/sqlite"
	"cineforge/recipe"
)

// CheckStatus says how a check went.
type CheckStatus string

// The statuses of a check. A Note takes nothing away from what the program can do now.
const (
	OK      CheckStatus = "ok"
	Note    CheckStatus = "note"
	Problem CheckStatus = "problem"
)

// Check is one thing that was looked at, and what to do about it.
type Check struct {
	Name   string      `json:"name"`
	Status CheckStatus `json:"status"`
	Detail string      `json:"detail"`
	Action string      `json:"action,omitempty"`
}

// Doctor looks at what the program works with. A data directory that is not there
// yet is not made.
func Doctor(ctx context.Context, dataDir string, models Models) []Check {
	checks := []Check{checkDataDir(dataDir), checkDatabase(ctx, dataDir), checkRecipes(dataDir)}
	checks = append(checks, Check{Name: "offline model", Status: OK, Detail: "always there; it judges nothing"})
	for _, p := range models.Providers {
		checks = append(checks, checkProvider(p))
	}
	return append(checks, checkTool("pdftotext"), checkTool("ocrmypdf"))
}

func checkDataDir(dir string) Check {
	c := Check{Name: "data directory", Status: OK, Detail: dir}
	info, err := os.Stat(dir)
	switch {
	case os.IsNotExist(err):
		c.Detail += " is not there yet; the first run makes it"
	case err != nil:
		c.Status, c.Detail, c.Action = Problem, fmt.Sprintf("%s: %v", dir, cause(err)), "name another one with --data"
	case !info.IsDir():
		c.Status, c.Detail, c.Action = Problem, dir+" is not a directory", "name another one with --data"
	default:
		c = checkWritable(c, dir)
	}
	return c
}

func checkWritable(c Check, dir string) Check {
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		c.Status, c.Detail, c.Action = Problem, fmt.Sprintf("%s can't be written to: %v", dir, cause(err)), "change its permissions, or name another one with --data"
		return c
	}
	f.Close()           //nolint:errcheck // nothing was written
	os.Remove(f.Name()) //nolint:errcheck // an empty file is no harm
	return c
}

func checkDatabase(ctx context.Context, dir string) Check {
	c := Check{Name: "database", Status: OK}
	if _, err := os.Stat(filepath.Join(dir, sqlite.FileName)); err != nil {
		c.Detail = "not there yet; the first run makes it"
		return c
	}
	store, err := sqlite.Open(ctx, dir)
	if err == nil {
		defer store.Close()
		err = store.Check(ctx)
	}
	if err != nil {
		c.Status, c.Detail, c.Action = Problem, err.Error(), "make sure that you may write to it, or name another data directory with --data"
		if f, told := errors.AsType[*failure.Error](err); told {
			c.Detail, c.Action = f.Message, f.Hint
		}
		return c
	}
	c.Detail = filepath.Join(dir, sqlite.FileName) + " is whole"
	return c
}

func checkRecipes(dir string) Check {
	c := Check{Name: "recipes", Status: OK}
	good := 0
	for _, l := range recipe.List(RecipeSources(dir)...) {
		if l.Err != nil {
			c.Status, c.Action = Problem, l.Err.Error()
			continue
		}
		good++
	}
	c.Detail = fmt.Sprintf("%d usable", good)
	return c
}

// checkProvider tells whether a provider can be asked. A key is never told.
func checkProvider(p Provider) Check {
	c := Check{Name: p.KeyVariable, Status: OK, Detail: "set"}
	if c.Name == "" {
		c.Name, c.Detail = p.Name, "needs no key"
	}
	if p.BaseURL != "" {
		c.Detail += "; " + p.Name + " is asked at " + p.BaseURL
	}
	err := checkBaseURL(p)
	switch {
	case err != nil:
		c.Status, c.Detail, c.Action = Problem, err.Error(), "put it right, or leave it out"
	case !p.usable():
		c.Status, c.Detail = Note, "not set, so that "+p.Name+" is not asked"
	}
	return c
}

func checkTool(name string) Check {
	path, err := exec.LookPath(name)
	if err != nil {
		return Check{Name: name, Status: Note, Detail: "not installed; this version reads no PDF yet"}
	}
	return Check{Name: name, Status: Note, Detail: path + "; this version reads no PDF yet"}
}
