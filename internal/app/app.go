// Package app puts the system together: configuration in, running system out. It
// is the only package that knows all the others.
package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"cineforge/durable"
	"cineforge/durable/local"
	"cineforge/failure"
	"cineforge/internal/sqlite"
	"cineforge/llm/chain"
	"cineforge/pipeline"
	"cineforge/project"
	"cineforge/recipe"
	"cineforge/recipes"
	"cineforge/run"
	"cineforge/stage"
	"cineforge/stage/ingest"
	"cineforge/stage/normalize"
	"cineforge/stage/projectconfig"
	"cineforge/stage/scenes"
)

// offlineNotice is what a user has to know of a run that no real model takes part in.
const offlineNotice = "No key is set, so that only the offline model answers: what needs judgement (summaries, tone, genre, logline) stays open and is marked needs_review."

// App is a running system on one data directory. It is safe for concurrent use.
type App struct {
	Store pipeline.Store

	dataDir   string
	roster    *roster
	router    *chain.Router
	pipeline  *pipeline.Pipeline
	engine    durable.Engine
	journal   journal
	tally     tally
	warehouse warehouse
	shelf     shelf
	projects  projects
	overviews overviews
	close     func() error

	// Feed is what happens in all runs.
	Feed run.Feed
}

// Modules returns the modules that recipes may name.
func Modules() stage.Catalog {
	return stage.NewCatalog(ingest.Module{}, normalize.Module{}, scenes.Module{}, projectconfig.Module{})
}

// Exists reports whether a data directory holds anything yet.
func Exists(dataDir string) bool {
	_, err := os.Stat(filepath.Join(dataDir, sqlite.FileName))
	return !errors.Is(err, fs.ErrNotExist)
}

// Open opens the system on a data directory, which it makes if it is not there.
// Close it after use.
func Open(ctx context.Context, dataDir string, models Models) (*App, error) {
	for _, p := range models.Providers {
		if err := checkBaseURL(p); err != nil {
			return nil, failure.New(failure.Input, err.Error(), "put it right, or leave it out")
		}
	}
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, &failure.Error{Class: failure.Input, Message: fmt.Sprintf("the data directory %s can't be made: %v", dataDir, cause(err)),
			Hint: "name another one with --data", Err: err}
	}
	store, err := openStore(ctx, dataDir)
	if err != nil {
		return nil, err
	}
	if models.Engine.Poll == 0 {
		models.Engine.Poll = otherProcessPoll
	}
	return New(store, dataDir, models), nil
}

// openStore opens a database, and says what to do if that can't be done.
func openStore(ctx context.Context, dataDir string) (*sqlite.Store, error) {
	store, err := sqlite.Open(ctx, dataDir)
	if _, told := errors.AsType[*failure.Error](err); told || err == nil {
		return store, err
	}
	return nil, &failure.Error{Class: failure.Internal, Message: fmt.Sprintf("the database in %s can't be used: %v", dataDir, err),
		Hint: "cineforge doctor tells more", Err: err}
}

// otherProcessPoll is how often it is looked for what other processes said to a run.
const otherProcessPoll = 200 * time.Millisecond

// Backend is what a system keeps everything in.
type Backend interface {
	pipeline.Store
	chain.Memory
	journal
	tally
	warehouse
	shelf
	run.Feed
	project.Store
	project.Inputs
	project.Chat
	Close() error
}

// journal is where it is kept who works on which run, and what is said to runs.
type journal interface {
	local.Journal
	Signal(ctx context.Context, run string, signal durable.Signal) error
	Hasten(ctx context.Context) error
	Serve() error
	Served() bool
}

// New makes a system over an open store, which closing the system closes too.
// The data directory is only looked into for recipes.
func New(store Backend, dataDir string, models Models) *App {
	roster := newRoster(models)
	o := models.Router
	o.Memory = store
	router := chain.New(o)
	a := &App{Store: store, dataDir: dataDir, roster: roster, router: router, journal: store, tally: store, warehouse: store, shelf: store,
		projects: projects{store, store, store}, Feed: store, close: store.Close}
	a.pipeline = pipeline.New(store, Modules(), a.desk)
	a.pipeline.OnTrouble(models.StoreTrouble)
	a.engine = local.New(store, a.pipeline, models.Engine)
	return a
}

// desk returns whom a run asks.
func (a *App) desk(drill string) (pipeline.Desk, error) {
	if drill == "" {
		return pipeline.Desk{Roster: a.roster, Router: a.router}, nil
	}
	d, err := parseDrill(drill)
	if err != nil {
		return pipeline.Desk{}, err
	}
	return d.desk(a.roster.models.Catalog), nil
}

// cause strips the operation and the path from a file error, which the message names already.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// Close ends the system. Runs must be at rest or parked.
func (a *App) Close() error { return a.close() }

// RecipeSources returns where recipes are found: the data directory's, then the shipped ones.
func RecipeSources(dataDir string) []fs.FS {
	return []fs.FS{os.DirFS(filepath.Join(dataDir, "recipes")), recipes.FS}
}

// Start is what a run is asked for with.
type Start struct {
	File      stage.File
	RecipeID  string
	ProjectID string // "" makes one of the file's name
	Params    map[string]any
	StartFrom string
	EndAt     string
	DryRun    bool
	Force     bool   // ask anew what earlier runs have asked
	Queue     bool   // leave the run to whoever works on what is due
	Drill     string // a scenario of the simulator, which then answers in place of real providers
	RunID     string // that the run is to have; "" makes one
	Once      run.Once
}

// Project returns the project that the run belongs to. What a drill makes up belongs into
// no real one.
func (s Start) Project() (slug string, err error) {
	slug = s.ProjectID
	if slug == "" {
		slug = Slug(s.File.Name)
		if s.Drill != "" {
			slug = drillPrefix + slug
			slug = strings.TrimRight(slug[:min(len(slug), maxSlug)], "-")
		}
	}
	if !slugPattern.MatchString(slug) {
		err = badSlug(slug)
	}
	return slug, err
}

// Start makes a run, which [App.Execute] then does. An unusable request makes no
// run: the error is then a failure of class input, or a list of what is wrong
// with the recipe. A request that was made before is a *run.RepeatedError.
func (a *App) Start(ctx context.Context, s Start) (runID string, err error) {
	source, where, err := recipe.Find(s.RecipeID, RecipeSources(a.dataDir)...)
	if err != nil {
		return "", err
	}
	r, err := recipe.Parse(where, source)
	if err != nil {
		return "", err
	}
	if s.ProjectID, err = s.Project(); err != nil {
		return "", err
	}
	spec := pipeline.Spec{
		ProjectID: s.ProjectID, Recipe: r, Input: s.File, Params: s.Params,
		StartFrom: s.StartFrom, EndAt: s.EndAt, DryRun: s.DryRun, Force: s.Force, Once: s.Once,
	}
	if !s.Queue {
		spec.Wake = time.Now().Add(local.DefaultClaimTTL) // the caller is about to execute it
	}
	prefix := "run-"
	if s.Drill != "" {
		d, err := parseDrill(s.Drill)
		if err != nil {
			return "", err
		}
		prefix, spec.Drill, spec.Notice = drillPrefix, s.Drill, fmt.Sprintf(drillNotice, d.scenario.Name, d.scenario.Description)
	} else if !a.roster.any() {
		spec.Notice = offlineNotice
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

// retakeInterval is how often it is tried to take over a run that another process works on.
const retakeInterval = 2 * time.Second

// Execute does a run until it is at rest, or until ctx is done and what is under
// way is parked. While another process works on the run it waits, having called
// onlooking once, and takes the run over if that process dies; a run that the
// other process parked stays parked.
func (a *App) Execute(ctx context.Context, runID string, onlooking func()) error {
	return a.execute(ctx, runID, onlooking, false)
}

// Attend is Execute, but leaves what waits for a time or for its turn to the server on
// the data directory, if there is one.
func (a *App) Attend(ctx context.Context, runID string, onlooking func()) error {
	return a.execute(ctx, runID, onlooking, true)
}

func (a *App) execute(ctx context.Context, runID string, onlooking func(), leave bool) error {
	for looking := false; ; looking = true {
		state, err := run.Load(ctx, a.Store, runID)
		if err != nil || looking && (state.Status == run.Paused || state.Status.Ended()) {
			return err
		}
		if rests := state.Status == run.Waiting || state.Status == run.Queued; !leave || !rests || !a.journal.Served() {
			err = a.engine.Execute(ctx, runID)
			if errors.Is(err, durable.ErrCancelled) {
				return nil // which the run's state tells
			}
			if !errors.Is(err, durable.ErrHeld) {
				return err
			}
		}
		if !looking {
			onlooking()
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(retakeInterval):
		}
	}
}

// Tail yields the events of a run from the first, as they come, until rest is
// closed and all that happened up to then has been told.
func (a *App) Tail(ctx context.Context, runID string, rest <-chan struct{}) iter.Seq2[run.Event, error] {
	return func(yield func(run.Event, error) bool) {
		following, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			select {
			case <-rest:
				stop()
			case <-following.Done():
			}
		}()
		var last int64
		for e, err := range run.Follow(following, a.Store, runID, 0) {
			if err != nil && following.Err() != nil {
				break
			}
			if !yield(e, err) || err != nil {
				return
			}
			last = e.Seq
		}
		// Following may have stopped in the middle; the rest is told also when ctx is done.
		for e, err := range a.Store.Events(context.WithoutCancel(ctx), runID, last) {
			if !yield(e, err) {
				return
			}
		}
	}
}

// Confirm accepts, in a person's name, what a paused run waits for to be accepted, and
// leaves the run to the caller to execute.
func (a *App) Confirm(ctx context.Context, runID string) error {
	return a.confirm(ctx, runID, local.DefaultClaimTTL)
}

// Resume is Confirm that leaves the run to whoever works on what is due. A run that is
// not paused is a failure of class input that wraps ErrNotPaused.
func (a *App) Resume(ctx context.Context, runID string) error {
	state, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return err
	}
	if state.Status != run.Paused {
		return notPaused(state)
	}
	return a.confirm(ctx, runID, 0)
}

func notPaused(s run.State) error {
	return &failure.Error{Class: failure.Input, Message: fmt.Sprintf("run %s is not paused (%s)", s.RunID, s.Status),
		Hint: "only a paused run is resumed; one that has ended is retried", Err: ErrNotPaused}
}

// confirm gives the run back to be taken up after a time. If the claim of a process
// that died is still alive, it waits for its end.
func (a *App) confirm(ctx context.Context, runID string, after time.Duration) error {
	for waited := time.Duration(0); ; waited += retakeInterval {
		claim, err := a.journal.Claim(ctx, runID, local.DefaultClaimTTL)
		if err == nil {
			return errors.Join(a.pipeline.Confirm(ctx, claim), a.journal.Release(ctx, claim, time.Now().Add(after)))
		}
		if !errors.Is(err, durable.ErrHeld) || waited > local.DefaultClaimTTL {
			return err
		}
		state, err := run.Load(ctx, a.Store, runID)
		if err != nil {
			return err
		}
		if state.Status != run.Paused {
			return notPaused(state) // any more: another was faster
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(retakeInterval):
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

// Slug makes a project's name of a file's. A name without Latin letters and
// digits gives one by its digest, so that two such files are two projects.
func Slug(fileName string) string {
	name := strings.ToLower(strings.TrimSuffix(fileName, filepath.Ext(fileName)))
	slug := strings.Trim(notSlug.ReplaceAllString(name, "-"), "-")
	if len(slug) > maxSlug {
		slug = strings.TrimRight(slug[:maxSlug], "-")
	}
	if slug == "" {
		sum := sha256.Sum256([]byte(fileName))
		return "script-" + hex.EncodeToString(sum[:4])
	}
	return slug
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

const maxSlug = 60
