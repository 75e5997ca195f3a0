// Package api serves the HTTP API: what an operator or a program can see of the system
// and do with it, described by an OpenAPI document that is made from the code.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/cineforge/cineforge/internal/api/chat"
	"github.com/cineforge/cineforge/internal/api/docs"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/api/oncall"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/api/results"
	"github.com/cineforge/cineforge/internal/api/schema"
	"github.com/cineforge/cineforge/internal/api/setup"
	"github.com/cineforge/cineforge/internal/api/site"
	"github.com/cineforge/cineforge/internal/api/streams"
	"github.com/cineforge/cineforge/internal/api/strict"
	"github.com/cineforge/cineforge/internal/api/transfer"
	"github.com/cineforge/cineforge/internal/api/words"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/observe"
	"github.com/cineforge/cineforge/resilience/budget"
)

// Options are settings of the server. The zero value serves this machine only.
type Options struct {
	Version string // of the program, without its name, such as "0.13.0"

	// Tokens are what a client has to show one of; without any, every client that can connect may do
	// everything.
	Tokens []guard.Token

	// Hosts are names, besides those of this machine, under which the server is reached.
	Hosts []string

	// PublicURL is the server's address behind a proxy that ends TLS.
	PublicURL guard.PublicURL

	// UploadLimit is how large a file may be, in bytes; 64 MB if it is 0.
	UploadLimit int64

	// Streams is how many streams of events are served at a time; 2000 if it is 0. One address
	// has half of them at most.
	Streams int

	// Log gets the server's own failures, and with Requests a line for each request; nil
	// drops them.
	Log      *slog.Logger
	Requests bool
}

// API is the HTTP API of a system. Its observers have to be run while it is used.
type API struct {
	document huma.API
	handler  http.Handler
	stopping atomic.Bool
}

// New returns the API of a system, whose streams and metrics come from its observers.
func New(a *app.App, observers *observe.Observers, o Options) *API {
	if o.UploadLimit == 0 {
		o.UploadLimit = defaultUploadLimit
	}
	if o.Streams == 0 {
		o.Streams = streams.MaxStreams
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &API{}
	mux := http.NewServeMux()
	problems := problem.NewResponder(o.Log, a.Upkeep.Met)
	s.document = humago.New(mux, config(o))
	s.document.UseMiddleware(inTime)
	r := &endpoint.Router{API: s.document, Mux: mux, Problems: problems}
	costly := newRateLimit()
	mux.Handle("GET /metrics", observers.Metrics.Handler())
	(&systemHandler{reader: a.Reader, upkeep: a.Upkeep, log: o.Log, version: o.Version, stopping: &s.stopping}).register(r)
	words.Register(r)
	(&limitsHandler{upload: o.UploadLimit, token: len(o.Tokens) > 0}).register(r)
	setup.Register(r, a.Setup, setup.Limits{Costly: costly.take, Checked: newRateLimit().take, Doctor: newDoctorLimit().take})
	(&projectsHandler{library: a.Library, results: a.Results, reader: a.Reader}).register(r)
	memory := make(room, maxImports)
	(&inputsHandler{library: a.Library, costly: costly, limit: o.UploadLimit, memory: memory}).register(r)
	(&results.Handler{Results: a.Results, Reader: a.Reader, Log: o.Log}).Register(r)
	chat.Register(r, a)
	retries := &retriesHandler{runs: a.Runs, reader: a.Reader, costly: costly}
	retries.register(r)
	(&runsHandler{runs: a.Runs, reader: a.Reader, library: a.Library, retries: retries, costly: costly, memory: memory}).register(r)
	streams.Register(r, streams.Options{Reader: a.Reader, Tail: observers.Tail, Streams: o.Streams, Version: o.Version})
	(&providersHandler{providers: a.Providers, log: o.Log}).register(r)
	oncall.Register(r, a)
	docs.Register(r)
	page := site.New()
	guards := guard.New(guard.Options{
		Tokens: o.Tokens, Hosts: o.Hosts, PublicURL: o.PublicURL, Log: o.Log, Requests: o.Requests, Open: page.Has,
	}, problems)
	guards.Register(r)
	schema.Complete(s.document.OpenAPI())
	mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		if page.Has(req) {
			page.ServeHTTP(w, req)
			return
		}
		notFound(r, w, req)
	})
	s.handler = transfer.Handler(guards.Handler(strict.Handler(r, mux)))
	return s
}

// ServeHTTP answers a request.
func (s *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Stop makes the server report that it is not ready any more, because it is about to end.
func (s *API) Stop() { s.stopping.Store(true) }

// OpenAPI returns the document that describes the API, as indented JSON.
func (s *API) OpenAPI() ([]byte, error) {
	return json.MarshalIndent(s.document.OpenAPI(), "", "  ")
}

func config(o Options) huma.Config {
	c := huma.DefaultConfig("CineForge", o.Version)
	c.Info.Description = "Turns a story file into structured scenes and a project configuration, whatever the model providers do. " +
		"Errors are application/problem+json with the members code, message and hint. " +
		"The header Cineforge-Client: cli or page says what kind of program asks: texts name commands for cli, and what is done is " +
		"logged as done by it; without it a request with a session is taken for page, any other for api. It allows nothing."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", "" // package docs serves them
	c.CreateHooks = nil                                   // bodies have no $schema
	c.AllowAdditionalPropertiesByDefault = false          // a schema with free members says so; see package strict
	c.Transformers = []huma.Transformer{strict.Transform, problem.Transform}
	c.Components.Schemas = schema.New()
	if len(o.Tokens) > 0 {
		c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
			"token":   {Type: "http", Scheme: "bearer"},
			"session": {Type: "apiKey", In: "cookie", Name: o.PublicURL.CookieName()},
		}
		c.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	}
	if address := o.PublicURL.String(); address != "" {
		c.Servers = []*huma.Server{{URL: address}}
	}
	return c
}

// inTime ends the work on a request when its time is up.
func inTime(ctx huma.Context, next func(huma.Context)) {
	limited, cancel := context.WithTimeout(ctx.Context(), endpoint.RequestTime)
	defer cancel()
	next(huma.WithContext(ctx, limited))
}

// notFound answers requests for paths that there are not, or not for their method.
func notFound(r *endpoint.Router, w http.ResponseWriter, req *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		other := req.Clone(req.Context())
		other.Method = method
		if _, pattern := r.Mux.Handler(other); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		r.Problems.Write(w, req, problem.Refuse(http.StatusNotFound, "not_found", "there is no such path", "/docs lists what there is"))
		return
	}
	for _, method := range allowed {
		w.Header().Add("Allow", method)
	}
	message := "the path is there, but not for " + endpoint.Clip(req.Method)
	r.Problems.Write(w, req, problem.Refuse(http.StatusMethodNotAllowed, "method_not_allowed", message, ""))
}

// rateLimit limits the requests that cost work or money. It is safe for concurrent use.
type rateLimit struct {
	bucket *budget.Bucket
	wait   int // for how many seconds a client that is refused waits
}

// The limits of costly requests: a burst, and how many more each second.
const (
	costlyBurst     = 120
	costlyPerSecond = 5
)

func newRateLimit() rateLimit {
	return rateLimit{budget.New(budget.Options{Cap: costlyBurst, Start: costlyBurst, PerSecond: costlyPerSecond}), 1}
}

// newDoctorLimit limits what the doctor is asked for: it opens files and runs other programs.
func newDoctorLimit() rateLimit {
	const burst, wait = 10, 5
	return rateLimit{budget.New(budget.Options{Cap: burst, Start: burst, PerSecond: 1.0 / wait}), wait}
}

// take counts a request, and refuses it if there were too many.
func (l rateLimit) take() error {
	if l.bucket.Take(1) {
		return nil
	}
	p := problem.Refuse(http.StatusTooManyRequests, "too_many_requests",
		"too much was asked for in a short time", "try again in a moment")
	p.Wait = l.wait
	return p
}
