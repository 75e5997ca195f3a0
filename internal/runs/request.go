package runs

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/spelling"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/projectconfig"
)

// Request is what a run is asked for with.
type Request struct {
	event.Request // Settings are made of the parameters and of Config

	File      stage.File
	RecipeID  string
	ProjectID string     // "" makes one of the file's name
	Config    stage.File // with settings of the project; without a name there is none
	New       bool       // make a run also while one of the same is under way
	Queue     bool       // leave the run to the process that works on what is due
	RunID     string     // that the run is to have; "" makes one
	Once      run.IdempotencyKey
	Reason    string // why it is asked for; "" for none

	// Warn, if given, is called for what the recipe says without effect.
	Warn func(recipe.Warning)
}

// Project returns the project that the run belongs to. A drill has a scratch project, which
// no other run can have: what a drill makes up is never the latest of a real project.
func (r Request) Project() (slug string, err error) {
	slug = cmp.Or(r.ProjectID, library.Slug(r.File.Name))
	if err := library.CheckSlug(slug); err != nil {
		return slug, err
	}
	scratch := strings.HasPrefix(slug, providers.DrillPrefix)
	switch {
	case r.Drill != "" && !scratch:
		slug = library.ScratchProject(slug)
	case r.Drill != "" || !scratch:
	case r.ProjectID == "":
		slug = library.CutSlug("script-" + slug)
	default:
		return slug, failure.New(failure.Input, fmt.Sprintf("project %s is for drills", slug),
			"name another project, one that does not begin with "+providers.DrillPrefix)
	}
	return slug, nil
}

// The parameters of a run that set settings of the project.
const (
	ParamConfigFile      = recipe.ParamConfigFile
	ParamConfigOverrides = "config_overrides"
)

// MaxConfig is how many bytes the settings of a project may have that are given with a run.
const MaxConfig = 64 << 10

// ReadSettings returns the settings of the project that the run is started with, nil if there
// are none. Those that can't be taken are a failure of class input, or an error of type
// projectconfig.FieldErrors.
func (r Request) ReadSettings() (*event.Settings, error) {
	given := &event.Settings{}
	if overrides, ok := r.RuntimeParams[ParamConfigOverrides]; ok {
		if given.Overrides, ok = overrides.(map[string]any); !ok {
			return nil, failure.New(failure.Input, ParamConfigOverrides+" is not an object", `give one, such as {"genre": ["drama"]}`)
		}
		if data, err := json.Marshal(given.Overrides); err == nil && len(data) > MaxConfig {
			return nil, tooLarge(ParamConfigOverrides)
		}
	}
	if f := r.Config; f.Name != "" {
		if len(f.Data) > MaxConfig {
			return nil, tooLarge(f.Name)
		}
		values, err := recipe.ReadObject(f.Name, f.Data)
		if err != nil {
			return nil, err
		}
		given.File = f.Name
		given.Digest = artifact.DigestOf(f.Data)
		given.FromFile = values
	}
	if given.File == "" && len(given.Overrides) == 0 {
		return nil, nil
	}
	err := projectconfig.Check(stage.Settings{File: given.File, FromFile: given.FromFile, Overrides: given.Overrides})
	if wrong, ok := errors.AsType[projectconfig.FieldErrors](err); ok {
		for _, e := range wrong {
			if near := spelling.Nearest(e.Field, projectconfig.Fields()); e.Unknown() && near != "" {
				e.Hint = fmt.Sprintf("did you mean %q?", near)
			}
		}
	}
	return given, err
}

// tooLarge refuses settings that are larger than they may be.
func tooLarge(name string) error {
	return failure.New(failure.Input, fmt.Sprintf("%s is larger than the %d kB that settings may have", name, MaxConfig>>10),
		"check that this is the right file")
}

// warn reports what the recipe of a run says without effect.
func (r Request) warn(found *recipe.Recipe) {
	if r.Warn == nil {
		return
	}
	for _, w := range library.RecipeWarnings(found) {
		r.Warn(w)
	}
}
