// Package app puts the system together: configuration in, running system out. It
// is the only package that knows all the others.
package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/incident"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/setup"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/internal/upkeep"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/shipped"
)

// App is a running system on one data directory: the services, by their jobs. It is safe for
// concurrent use.
type App struct {
	Runs      *runs.Service       // starts, operates and executes runs
	Reader    *runs.Reader        // reads runs: their states, lists and files
	Library   *library.Service    // projects, with their files and messages
	Results   *library.Results    // what runs made, and what people do to it
	Recipes   library.RecipeStore // the recipes that there are
	Providers *providers.Service  // which models can be asked, and how they are doing
	Incident  *incident.Service   // what is wrong now, and what it does to runs
	Upkeep    *upkeep.Service     // looks after the store
	Setup     *setup.Service      // describes recipes, modules and models, and what the doctor finds

	close func() error
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
		return nil, &failure.Error{Class: failure.Input, Hint: "use another one with --data", Err: err,
			Message: fmt.Sprintf("the data directory %s can't be made: %v", dataDir, run.FileCause(err))}
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

// otherProcessPoll is how often the signals of other processes are read.
const otherProcessPoll = 200 * time.Millisecond

// New makes a system over an open store, which closing the system closes too.
// The data directory is only looked into for recipes.
func New(store storage.Store, dataDir string, config Config) *App {
	var documents document.Reader // all files are read in the same way, here and in the stages
	a := &App{Recipes: library.NewRecipeStore(dataDir), close: store.Close}
	kept := library.Options{
		DataDir: dataDir, Projects: store.Projects, Inputs: store.Inputs, Chat: store.Chat, Scans: store.Scans,
		Artifacts: store.Artifacts, Blobs: store.Blobs, Documents: documents, Deletion: store.Deletion,
	}
	a.Library = library.New(kept)
	a.Results = library.NewResults(kept)
	router := config.Router
	router.Health.Memory = store.Health
	a.Providers = providers.New(config.Models(), providers.Options{Router: router, Attempts: store.Attempts, Waiting: a.waiting})
	a.Incident = incident.New(incident.Options{Providers: a.Providers, Attempts: store.Attempts, UnderWay: a.underWay})
	store.Journal.Carry(a.Providers.Routes())
	stored := store.Pipeline()
	worker := pipeline.New(stored, Modules(documents), a.Providers.ModelSource)
	engine := local.New(store.Journal, worker, config.Engine)
	a.Upkeep = upkeep.New(upkeep.Options{Maintenance: store.Maintenance, Trouble: config.StoreTrouble,
		Readable: func(ctx context.Context) error {
			_, err := engine.Due(ctx, 1)
			return err
		}})
	worker.OnTrouble(a.Upkeep.NoteCommit)
	if config.Engine.Hard != nil {
		worker.EndWith(config.Engine.Hard)
	}
	a.Reader = runs.NewReader(runs.ReaderOptions{
		Store: stored, Feed: store.Feed, Journal: store.Journal, Monitor: engine, Candidates: a.Providers, Limiter: worker,
	})
	a.Setup = setup.New(setup.Options{
		Recipes: a.Recipes, Modules: Modules(documents), Providers: a.Providers, Reader: a.Reader,
		Doctor: newDoctor(dataDir, config, a.Reader.Uncarried),
	})
	a.Runs = runs.New(runs.Options{
		Reader: a.Reader, Pipeline: worker, Engine: engine, Providers: a.Providers,
		Library: a.Library, Recipes: a.Recipes, Poll: a.Upkeep.Poll,
	})
	return a
}

// underWay lists the runs that are not over.
func (a *App) underWay(ctx context.Context) ([]run.Overview, error) {
	list, _, err := a.Reader.List(ctx, runs.Filter{RunFilter: run.RunFilter{UnderWay: true}})
	return list, err
}

// waiting lists the real runs that wait: a drill waits for no provider.
func (a *App) waiting(ctx context.Context) ([]run.Overview, error) {
	list, _, err := a.Reader.List(ctx, runs.Filter{Statuses: []run.Status{run.Waiting}, Drill: runs.NoDrills})
	return list, err
}

// Close ends the system. Runs must be at rest or parked.
func (a *App) Close() error { return a.close() }
