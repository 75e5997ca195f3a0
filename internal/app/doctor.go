package app

import (
	"context"

	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/setup"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/screenplay/document"
)

// Doctor checks what a system on a data directory would work with, and tries the base URLs that
// are set; see [upkeep.Doctor].
func Doctor(ctx context.Context, dataDir string, config Config) []upkeep.Check {
	d := newDoctor(dataDir, config, func(ctx context.Context) ([]run.Overview, error) {
		a, err := OpenUnchecked(ctx, dataDir, config)
		if err != nil {
			return nil, err
		}
		defer a.Close() //nolint:errcheck // it was only looked at
		return a.Reader.Uncarried(ctx)
	})
	d.Reach = true
	return d.Checks(ctx)
}

func newDoctor(dataDir string, config Config, uncarried func(ctx context.Context) ([]run.Overview, error)) upkeep.Doctor {
	return upkeep.Doctor{
		DataDir: dataDir, Models: config.Models(), Recipes: library.RecipeSources(dataDir), NoBackup: config.NoBackup, Uncarried: uncarried,
	}
}

// Setup describes the setup of a system on a data directory without opening its database: what
// is known of the providers' health is left out, and no run is looked at.
func Setup(dataDir string, config Config) *setup.Service {
	return setup.New(setup.Options{
		Recipes: library.NewRecipeStore(dataDir), Modules: Modules(document.Reader{}),
		Providers: providers.New(config.Models(), providers.Options{}),
	})
}
