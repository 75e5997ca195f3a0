package app

import (
	"context"

	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/run"
)

// Doctor checks what a system on a data directory would work with; see [upkeep.Doctor].
func Doctor(ctx context.Context, dataDir string, config Config) []upkeep.Check {
	d := upkeep.Doctor{
		DataDir: dataDir, Models: config.Models(), Recipes: library.RecipeSources(dataDir), NoBackup: config.NoBackup,
		Uncarried: func(ctx context.Context) ([]run.Overview, error) {
			a, err := OpenUnchecked(ctx, dataDir, config)
			if err != nil {
				return nil, err
			}
			defer a.Close() //nolint:errcheck // it was only looked at
			return a.Reader.Uncarried(ctx)
		},
	}
	return d.Checks(ctx)
}
