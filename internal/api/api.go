// Package api serves the HTTP API: what an operator or a program can see of the system
// and do with it, described by an OpenAPI document that is made from the code.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runlog"
	"github.com/cineforge/cineforge/internal/telemetry"
	"github.com/cineforge/cineforge/resilience/budget"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Options are settings of the server. The zero value serves this machine only.
type Options struct {
	Version string // of the program, without its name, such as "0.13.0"

	// Token is what a client has to show; "" if everybody who can connect may do everything.
	Token string

	// Hosts are names, besides those of this machine, under which the server is reached.
	Hosts []string

	// UploadLimit is how large a file may be, in bytes; 64 MB if it is 0.
	UploadLimit int64

	// Streams is how many streams of events are served at a time; 2000 if it is 0. One address
	// has half of them at most.
	Streams int

	// Log is where the server's own failures are told, and what happens in runs; nil is
	// nowhere. Requests says that each request is told of, too.
	Log      *slog.Logger
	Requests bool
}

// API is the HTTP API over a system. Run it while it is used.
type API struct {
	app     *app.App
	o       Options
	mux     *http.ServeMux
	huma    huma.API
	message *huma.Schema // of what is said in projects
	feed    *feed
	metrics *telemetry.Metrics
	guard   *guard
	costly  *budget.Bucket // requests that cost work or money
	imports chan struct{}  // files that are in memory
	handler http.Handler

	following crowd       // streams
	stopping  atomic.Bool // it is about to end
	runlog    *runlog.Log
}

// The limits of costly requests: a burst, and what comes back each second.
const (
	costlyBurst  = 120
	costlyPerSec = 5
)

// mostImports is how many files are in memory at once to be looked into.
const mostImports = 1

// New makes the API of a system.
func New(a *app.App, o Options) *API {
	if o.UploadLimit == 0 {
		o.UploadLimit = defaultUploadLimit
	}
	if o.Streams == 0 {
		o.Streams = mostStreams
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	metrics := telemetry.New(o.Version, func() []telemetry.Breaker { return breakers(a) },
		func() run.Trouble { return app.TroubleOf(a.Trouble()) })
	events := runlog.New(o.Log)
	s := &API{app: a, o: o, mux: http.NewServeMux(),
		feed: newFeed(a.Feed, func(e event.Event) { metrics.Observe(e); events.Observe(e) }), metrics: metrics, runlog: events, guard: newGuard(o),
		following: crowd{most: o.Streams},
		costly:    budget.New(budget.Options{Cap: costlyBurst, Start: costlyBurst, PerSecond: costlyPerSec}),
		imports:   make(chan struct{}, mostImports)}
	s.huma = humago.New(s.mux, s.config())
	s.huma.UseMiddleware(inTime)
	s.root()
	s.system()
	s.recipes()
	s.projects()
	s.inputs()
	s.artifacts()
	s.chat()
	s.runs()
	s.operations()
	s.streams()
	s.providers()
	s.docs()
	s.session()
	nullable(s.huma.OpenAPI(), "Metadata", "cost_data")
	nullable(s.huma.OpenAPI(), "Action", "confirm_action")
	s.mux.HandleFunc("/", s.lost)
	s.handler = s.guarded(s.door(s.mux))
	return s
}

// ServeHTTP answers a request.
func (s *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Run reads what happens in all runs for those who follow it, until ctx is done, which
// ends their streams.
func (s *API) Run(ctx context.Context) {
	var looking sync.WaitGroup
	defer looking.Wait()
	looking.Go(func() { s.lookForUncarried(ctx) })
	s.feed.run(ctx, func() error {
		under, _, err := s.app.List(ctx, app.Filter{RunFilter: run.RunFilter{UnderWay: true}})
		for _, o := range under {
			if o.Status != run.RunDamaged {
				s.metrics.Know(o)
			}
		}
		return err
	})
}

// Stop says that the server is about to end, so that it is not ready any more.
func (s *API) Stop() { s.stopping.Store(true) }

// uncarriedPoll is how often it is looked for runs that the server can't go on with.
const uncarriedPoll = 10 * time.Second

// lookForUncarried tells the log of runs that the server can't go on with.
func (s *API) lookForUncarried(ctx context.Context) {
	tick := time.NewTicker(uncarriedPoll)
	defer tick.Stop()
	for {
		if list, err := s.app.Uncarried(ctx); err == nil {
			s.runlog.Uncarried(list)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Trouble tells the log that the store takes nothing, and with nil that it does again.
func (s *API) Trouble(err error) { s.runlog.Trouble(app.TroubleOf(err), err) }

func breakers(a *app.App) []telemetry.Breaker {
	var all []telemetry.Breaker
	for _, b := range a.Breakers() {
		all = append(all, telemetry.Breaker{Provider: b.Provider, Model: b.Model, State: string(b.State)})
	}
	return all
}

func (s *API) config() huma.Config {
	c := huma.DefaultConfig("CineForge", s.o.Version)
	c.Info.Description = "Turns a story file into structured scenes and a project configuration, whatever the model providers do. " +
		"Errors are application/problem+json with the members code, message and hint."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", "" // served by ourselves
	c.CreateHooks = nil                                   // bodies have no $schema
	c.AllowAdditionalPropertiesByDefault = false          // what is free says so; see door
	c.Transformers = []huma.Transformer{withWarnings, asProblem}
	schemas := c.Components.Schemas
	// How these are written is not how they are declared.
	schemas.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[client.Problem]())
	schemas.RegisterTypeAlias(reflect.TypeFor[run.UnixTime](), reflect.TypeFor[*float64]())
	schemas.RegisterTypeAlias(reflect.TypeFor[event.Event](), writtenEvent())
	if s.o.Token != "" {
		c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
		c.Security = []map[string][]string{{"token": {}}}
	}
	return c
}

// nullable adds to the document that a member of a schema can be null, which can't be
// declared of an object.
func nullable(o *huma.OpenAPI, schema, member string) {
	p := o.Components.Schemas.Map()[schema].Properties
	p[member] = &huma.Schema{AnyOf: []*huma.Schema{p[member], {Type: "null"}}}
}

// inTime ends the work on a request when its time is up.
func inTime(ctx huma.Context, next func(huma.Context)) {
	limited, cancel := context.WithTimeout(ctx.Context(), requestTime)
	defer cancel()
	next(huma.WithContext(ctx, limited))
}

// writtenEvent returns the type of an event as it is written; its further members depend on its name.
func writtenEvent() reflect.Type {
	type event struct {
		_     struct{}  `additionalProperties:"true"`
		Seq   int64     `json:"seq" doc:"1, 2, ... within the run, without a gap."`
		TS    time.Time `json:"ts"`
		RunID string    `json:"run_id"`
		Event string    `json:"event" example:"stage_retrying"`
	}
	return reflect.TypeFor[event]()
}

// operation describes an endpoint: its path below /api, and the statuses of the
// problems that it can answer with.
func operation(id, method, path, summary string, problems ...int) huma.Operation {
	tag := "system"
	switch {
	case has(path, "/projects"):
		tag = "projects"
	case has(path, "/runs"), has(path, "/events"):
		tag = "runs"
	case has(path, "/providers"):
		tag = "providers"
	}
	always := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusMisdirectedRequest, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusServiceUnavailable}
	return huma.Operation{OperationID: id, Method: method, Path: "/api" + path, Summary: summary, Tags: []string{tag}, BodyReadTimeout: requestTime, Errors: append(problems, always...)}
}

func has(path, prefix string) bool { return len(path) >= len(prefix) && path[:len(prefix)] == prefix }

// body is an answer of one body.
type body[T any] struct {
	Body T
}

// tagged is an answer that a client can keep until it changes.
type tagged[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// badBodies are the statuses of bodies that are no JSON, come too slowly, are too large
// or say that they are something else.
var badBodies = []int{http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}

// handle registers an endpoint whose answer is one body.
func handle[I, T any](s *API, op huma.Operation, do func(ctx context.Context, in *I) (T, error)) {
	if _, takes := reflect.TypeFor[I]().FieldByName("Body"); takes {
		op.Errors = append(op.Errors, badBodies...)
	}
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*body[T], error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &body[T]{out}, nil
	})
}
