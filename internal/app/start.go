package app

import (
	"github.com/cineforge/cineforge/internal/providers"

	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/argument"
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
	slug = cmp.Or(s.ProjectID, Slug(s.File.Name))
	if !slugPattern.MatchString(slug) {
		return slug, badSlug(slug)
	}
	scratch := strings.HasPrefix(slug, providers.DrillPrefix)
	switch {
	case s.Drill != "" && !scratch:
		slug = cutSlug(providers.DrillPrefix + slug)
	case s.Drill != "" || !scratch:
	case s.ProjectID == "":
		slug = cutSlug("script-" + slug)
	default:
		return slug, failure.New(failure.Input, fmt.Sprintf("project %s is for drills", slug),
			"name another project, one that does not begin with "+providers.DrillPrefix)
	}
	return slug, nil
}

// cutSlug shortens a slug to what one may have.
func cutSlug(slug string) string { return strings.TrimRight(slug[:min(len(slug), maxSlug)], "-") }

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
	found, err := a.RecipeStore.Find(s.RecipeID)
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
		spec.Wake = time.Now().Add(local.DefaultClaimTTL) // the caller is about to execute it
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
	slugPattern  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	runIDPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
)

// ValidRunID reports whether id has the form of a run's id.
func ValidRunID(id string) bool { return runIDPattern.MatchString(id) }

// Slug makes a project's name of a file's. A name of which too little is left that way, as it
// has no Latin letters and digits, or bytes that are no text, gives one with its digest, so
// that two such files are two projects.
func Slug(fileName string) string {
	fileName = argument.Name(fileName)
	name := strings.ToLower(strings.TrimSuffix(fileName, filepath.Ext(fileName)))
	slug := strings.Trim(notSlug.ReplaceAllString(name, "-"), "-")
	most, suffix := maxSlug, ""
	if slug == "" || argument.Odd(fileName) {
		sum := sha256.Sum256([]byte(fileName))
		suffix = "-" + hex.EncodeToString(sum[:4])
		most, slug = maxSlug-len(suffix), cmp.Or(slug, "script")
	}
	if len(slug) > most {
		slug = strings.TrimRight(slug[:most], "-")
	}
	return slug + suffix
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

const maxSlug = 60
