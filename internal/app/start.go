package app

import (
	"github.com/cineforge/cineforge/internal/library"

	"github.com/cineforge/cineforge/internal/providers"

	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// Start is what a run is asked for with.
type Start struct {
	File      stage.File
	RecipeID  string
	ProjectID string // "" makes one of the file's name
	Params    map[string]any
	Config    stage.File // with settings of the project; without a name there is none
	StartFrom string
	EndAt     string
	DryRun    bool
	Force     bool   // ask anew what earlier runs have asked
	New       bool   // make a run also while one of the same is under way
	Queue     bool   // leave the run to whoever works on what is due
	Drill     string // a scenario of the simulator, which then answers in place of real providers
	RunID     string // that the run is to have; "" makes one
	Once      run.IdempotencyKey

	// Warn, if given, is called for what the recipe says without effect.
	Warn func(recipe.Warning)
}

// Project returns the project that the run belongs to. A drill has a scratch project, which
// no other run can have: what a drill makes up is never the latest of a real project.
func (s Start) Project() (slug string, err error) {
	slug = cmp.Or(s.ProjectID, library.Slug(s.File.Name))
	if err := library.CheckSlug(slug); err != nil {
		return slug, err
	}
	scratch := strings.HasPrefix(slug, providers.DrillPrefix)
	switch {
	case s.Drill != "" && !scratch:
		slug = library.CutSlug(providers.DrillPrefix + slug)
	case s.Drill != "" || !scratch:
	case s.ProjectID == "":
		slug = library.CutSlug("script-" + slug)
	default:
		return slug, failure.New(failure.Input, fmt.Sprintf("project %s is for drills", slug),
			"name another project, one that does not begin with "+providers.DrillPrefix)
	}
	return slug, nil
}

// Start makes a run, which [App.Execute] then does. An unusable request makes no
// run: the error is then a failure of class input, or a list of what is wrong
// with the recipe. A request that was made before is a *run.RepeatedError. While a run of
// the same is under way, that one is returned, with existing; one that was interrupted is
// resumed if the run is to be queued.
func (a *App) Start(ctx context.Context, s Start) (runID string, existing bool, err error) {
	runID, err = a.start(ctx, s)
	there, existing := errors.AsType[*run.UnderWayError](err)
	if !existing {
		return runID, false, err
	}
	if there.Paused && s.Queue {
		if err := a.Resume(ctx, there.RunID, false); err != nil && !errors.Is(err, ErrNotPaused) {
			return "", false, err
		}
	}
	return there.RunID, true, nil
}

func (a *App) start(ctx context.Context, s Start) (runID string, err error) {
	if err := a.Providers.Refusal(s.Drill); err != nil {
		return "", err
	}
	found, err := a.Recipes.Find(s.RecipeID)
	if err != nil {
		return "", err
	}
	if s.Config, err = a.configFile(ctx, s, found.Recipe); err != nil {
		return "", err
	}
	given, err := s.Settings()
	if err != nil {
		return "", err
	}
	if s.ProjectID, err = s.Project(); err != nil {
		return "", err
	}
	s.warn(found.Recipe)
	spec := pipeline.Spec{
		ProjectID: s.ProjectID, Recipe: found.Recipe, Input: s.File, New: s.New, Once: s.Once,
		Request: event.Request{
			Selection: event.Selection{RuntimeParams: s.Params, DryRun: s.DryRun, StartFrom: s.StartFrom, EndAt: s.EndAt},
			Options:   event.Options{Force: s.Force, Drill: s.Drill, Settings: given},
		},
	}
	if !s.Queue {
		spec.Wake = time.Now().Add(a.engine.Lease()) // the caller is about to execute it
	}
	if spec.Notice, err = a.Providers.Notice(s.Drill); err != nil {
		return "", err
	}
	prefix := "run-"
	if s.Drill != "" {
		prefix = providers.DrillPrefix
	}
	for {
		if spec.RunID = s.RunID; s.RunID == "" {
			spec.RunID = prefix + randomHex(4)
		}
		err := a.pipeline.Create(ctx, spec)
		if !errors.Is(err, run.ErrExists) || s.RunID != "" {
			return spec.RunID, err
		}
	}
}

// randomHex returns n bytes of chance in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // never fails
	return hex.EncodeToString(b)
}

var (
	runIDPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
)

// ValidRunID reports whether id has the form of a run's id.
func ValidRunID(id string) bool { return runIDPattern.MatchString(id) }
