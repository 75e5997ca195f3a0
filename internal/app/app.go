// Package app puts the system together: configuration in, running system out. It
// is the only package that knows all the others.
package app

import (
	"github.com/cineforge/cineforge/internal/bounded"
	"github.com/cineforge/cineforge/internal/library"

	"github.com/cineforge/cineforge/internal/upkeep"

	"github.com/cineforge/cineforge/internal/providers"

	"context"
	"fmt"
	"os"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/shipped"
)

// App is a running system on one data directory. It is safe for concurrent use.
type App struct {
	Store pipeline.Store

	dataDir   string
	pipeline  *pipeline.Pipeline
	engine    durable.Engine
	journal   storage.Journal
	overviews *bounded.Cache[string, remembered] // by the runs' ids
	close     func() error

	// Providers is which models can be asked, and how they are doing.
	Providers *providers.Service

	// Library is the projects, with their files, messages and artifacts.
	Library *library.Service

	// Upkeep looks after the store.
	Upkeep *upkeep.Service

	// Feed is what happens in all runs.
	Feed run.Feed

	// Recipes are the recipes that there are.
	Recipes library.RecipeStore
}

// Modules returns the modules that recipes may name, which read documents with the reader.
func Modules(documents document.Reader) stage.Catalog {
	return stage.NewCatalog(shipped.Modules(documents)...)
}

// Open opens the system on a data directory, which it makes if it is not there. It fails
// if a setting keeps providers from being asked; see [providers.Models.Check]. Close it after use.
func Open(ctx context.Context, dataDir string, config Config) (*App, error) {
	if err := config.Models().Check(); err != nil {
		return nil, err
	}
	return OpenUnchecked(ctx, dataDir, config)
}

// OpenUnchecked is Open for looking at what there is, and for drills: a setting that can't
// be used only keeps all other runs from being started and executed.
func OpenUnchecked(ctx context.Context, dataDir string, config Config) (*App, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, &failure.Error{Class: failure.Input, Message: fmt.Sprintf("the data directory %s can't be made: %v", dataDir, run.FileCause(err)),
			Hint: "name another one with --data", Err: err}
	}
	store, err := upkeep.OpenStore(ctx, dataDir, config.NoBackup)
	if err != nil {
		return nil, err
	}
	if config.Engine.Poll == 0 {
		config.Engine.Poll = otherProcessPoll
	}
	return New(store.Seams(), dataDir, config), nil
}

// otherProcessPoll is how often it is looked for what other processes said to a run.
const otherProcessPoll = 200 * time.Millisecond

// New makes a system over an open store, which closing the system closes too.
// The data directory is only looked into for recipes.
func New(store storage.Store, dataDir string, config Config) *App {
	a := &App{
		Store: store.Pipeline(), dataDir: dataDir, journal: store.Journal,
		Feed: store.Feed, Recipes: library.NewRecipeStore(dataDir), close: store.Close,
		overviews: bounded.NewCache[string, remembered](mostOverviews),
	}
	var documents document.Reader // all files are read in the same way, here and in the stages
	a.Library = library.New(library.Options{
		DataDir: dataDir, Projects: store.Projects, Inputs: store.Inputs, Chat: store.Chat,
		Artifacts: store.Artifacts, Blobs: store.Blobs, Documents: documents,
	})
	a.Upkeep = upkeep.New(upkeep.Options{Maintenance: store.Maintenance, Trouble: config.StoreTrouble, Readable: func(ctx context.Context) error {
		_, err := a.engine.Due(ctx, 1)
		return err
	}})
	router := config.Router
	router.Health.Memory = store.Health
	a.Providers = providers.New(config.Models(), providers.Options{Router: router, Attempts: store.Attempts, Waiting: a.waiting})
	store.Journal.Carry(a.Providers.Routes())
	a.pipeline = pipeline.New(a.Store, Modules(documents), a.Providers.ModelSource)
	a.pipeline.OnTrouble(a.Upkeep.NoteCommit)
	if config.Engine.Hard != nil {
		a.pipeline.EndWith(config.Engine.Hard)
	}
	a.engine = local.New(store.Journal, a.pipeline, config.Engine)
	return a
}

// waiting lists the runs that wait.
func (a *App) waiting(ctx context.Context) ([]run.Overview, error) {
	list, _, err := a.List(ctx, Filter{Status: run.Waiting})
	return list, err
}

// Close ends the system. Runs must be at rest or parked.
func (a *App) Close() error { return a.close() }
