package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/observe"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// The keys of the providers in these tests. No answer may hold one of them.
var keys = map[string]string{"ANTHROPIC_API_KEY": "sk-ant-the-secret-of-anthropic", "OPENAI_API_KEY": "sk-the-secret-of-openai",
	"GEMINI_API_KEY": "AIza-the-secret-of-google"}

// site is a server under test. Its requests need no connection, so that its time can be
// virtual.
type site struct {
	*testing.T
	app   *app.App
	api   *api.API
	watch *observe.Observers
	store *sqlite.Store
	dir   string
	token string // that calls show; "" for none
	rest  func() // ends its executing of runs
}

// open makes a server that works on runs until the test ends.
func open(t *testing.T, o api.Options, m app.Config) *site {
	t.Helper()
	s := idle(t, o, m)
	s.rest = s.works()
	return s
}

// idle makes a server that executes no runs.
func idle(t *testing.T, o api.Options, m app.Config) *site {
	t.Helper()
	return idleOn(t, o, m, func(*storage.Store) {})
}

// idleOn makes a server that executes no runs, on a store that change has changed.
func idleOn(t *testing.T, o api.Options, m app.Config, change func(*storage.Store)) *site {
	t.Helper()
	store, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if o.Version == "" {
		o.Version = "1.2.3"
	}
	seams := store.Seams()
	change(&seams)
	a := app.New(seams, dir, m)
	t.Cleanup(func() { a.Close() })
	s := &site{T: t, app: a, store: store, dir: dir}
	if len(o.Tokens) > 0 {
		s.token = o.Tokens[0].Secret
	}
	s.api, s.watch = observed(a, o)
	s.background(s.watch.Run)
	return s
}

// observed makes the API of a system, and the observers that it reads.
func observed(a *app.App, o api.Options) (*api.API, *observe.Observers) {
	watch := observe.New(a, o.Version, o.Log)
	return api.New(a, watch, o), watch
}

// works lets it execute runs.
func (s *site) works() (stop func()) {
	return s.background(func(ctx context.Context) { s.app.Runs.Work(ctx) }) //nolint:errcheck // it ends with ctx
}

// background does something until the test ends, or stop is called.
func (s *site) background(do func(ctx context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(ctx)
	}()
	stop = func() {
		cancel()
		<-done
	}
	s.Cleanup(stop)
	return stop
}

// models are the standard providers at a simulator.
func models(sim *simulator.Simulator) app.Config {
	env := map[string]string{}
	for _, v := range simulator.BaseURLs("http://simulator.test") {
		env[v.Name] = v.Value
	}
	for name, key := range keys {
		env[name] = key
	}
	return app.Config{Providers: providers.FromEnvironment(func(name string) string { return env[name] }), Transport: sim.Transport()}
}

// answer is what came back.
type answer struct {
	t      testing.TB
	what   string // was asked
	status int
	header http.Header
	body   []byte
}

// call makes a request. The body is JSON as text, or something that JSON is made of, or
// an io.Reader; headers are lines.
func (s *site) call(method, target string, body any, headers ...string) answer {
	s.Helper()
	return s.do(request(s.Context(), method, target, body, headers...))
}

func request(ctx context.Context, method, target string, body any, headers ...string) *http.Request {
	var content io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
		kind = ""
	case string:
		content = strings.NewReader(b)
	case io.Reader:
		content = b
	default:
		data, err := json.Marshal(b)
		if err != nil {
			panic(err)
		}
		content = bytes.NewReader(data)
	}
	r := httptest.NewRequestWithContext(ctx, method, "http://127.0.0.1:8000", content)
	u, err := url.ParseRequestURI(target) // as it is written: what the path says is the server's to find out
	if err != nil {
		panic(err)
	}
	r.URL, r.RequestURI = u, target
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if r.Header.Set(name, value); name == "Host" {
			r.Host = value
		}
	}
	return r
}

// do makes a request whose answer has to be as the document says.
func (s *site) do(r *http.Request) answer {
	s.Helper()
	if s.token != "" && r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	w := httptest.NewRecorder()
	s.api.ServeHTTP(w, r)
	a := answer{s.T, r.Method + " " + r.RequestURI, w.Code, w.Header(), w.Body.Bytes()}
	contractOf(s.T, s.api).check(s.T, r, a)
	return a
}

func (s *site) get(target string, headers ...string) answer {
	s.Helper()
	return s.call(http.MethodGet, target, nil, headers...)
}

func (s *site) post(target string, body any, headers ...string) answer {
	s.Helper()
	return s.call(http.MethodPost, target, body, headers...)
}

// is wants a status.
func (a answer) is(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: %d, want %d: %s", a.what, a.status, status, a.body)
	}
	return a
}

// fails wants a problem of a status and code.
func (a answer) fails(status int, code string) client.Problem {
	a.t.Helper()
	a.is(status)
	p := into[client.Problem](a)
	if p.Code != code {
		a.t.Errorf("%s: %s, want %s: %s", a.what, p.Code, code, a.body)
	}
	return p
}

// into reads an answer.
func into[T any](a answer) (v T) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, &v); err != nil {
		a.t.Fatalf("%s: %v: %s", a.what, err, a.body)
	}
	return v
}

// form makes the body of an upload, and its content type.
func form(field, name string, content []byte) (io.Reader, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil || w.Close() != nil {
		panic(err)
	}
	return &b, "Content-Type: " + w.FormDataContentType()
}

// project makes a project, and returns its id.
func (s *site) project(slug string) string {
	s.Helper()
	return into[client.Project](s.post("/api/projects/new", client.NewProject{Slug: slug, DisplayName: "Night Ferry"}).is(201)).ProjectID
}

// upload gives a project a file.
func (s *site) upload(project, name string, content []byte) answer {
	s.Helper()
	body, kind := form("file", name, content)
	return s.post("/api/projects/"+project+"/inputs/upload", body, kind)
}

// given makes a project with a sample, and returns what a run of it is asked for with.
func (s *site) given(slug, sample string) client.RunRequest {
	s.Helper()
	id := s.project(slug)
	up := into[client.Uploaded](s.upload(id, sample, read(s.T, sample)).is(201))
	return client.RunRequest{ProjectID: id, InputFile: up.StoredPath, AcceptConfig: true}
}

func read(t testing.TB, sample string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../samples", sample))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// start starts a run, and returns its id.
func (s *site) start(b client.RunRequest) string {
	s.Helper()
	b.New = new(true)
	return into[client.Started](s.post("/api/runs/start", b).is(200)).RunID
}

// rests waits until a run has come to a status that it stays in.
func (s *site) rests(id string) client.RunState {
	s.Helper()
	for after := int64(0); ; {
		state := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200))
		st := state.State.Status
		long := st == run.Waiting && time.Until(state.State.NextAttemptAt.Time) > 5*time.Second // what is shorter is only its turn
		if st.Ended() || st == run.Paused || long {
			return state
		}
		after = state.State.LastSeq
		if err := s.store.Log.Wait(s.Context(), id, after); err != nil {
			s.Fatal(err)
		}
	}
}

// done runs a sample to its end.
func (s *site) done(slug, sample string) (project, id string) {
	s.Helper()
	b := s.given(slug, sample)
	id = s.start(b)
	if st := s.rests(id).State; st.Status != run.RunDone {
		s.Fatalf("the run of %s is %s: %s", sample, st.Status, st.Error)
	}
	return b.ProjectID, id
}

// failing is a scenario in which no provider knows the key.
func failing() scenario.Scenario { return always("auth") }

// always is a scenario in which each call fails in the same way.
func always(fault string) scenario.Scenario {
	return scenario.Scenario{ID: fault, Name: fault, Rules: []scenario.Rule{{Name: fault, Fault: scenario.Fault{Error: fault}}}}
}

var healthy = scenario.Scenario{ID: "ok", Name: "ok"}

// seq names things of which there are many.
func seq(prefix string, n int) string { return fmt.Sprintf("%s-%d", prefix, n) }

// inputOf is an input as it is stored.
func inputOf(name string, data []byte) project.Input {
	return project.Input{Name: name, Original: name, Digest: artifact.DigestOf(data), Size: int64(len(data))}
}

// over makes a request whose answer goes over a connection.
func (s *site) over(r *http.Request, conn *connection) answer {
	s.Helper()
	w := httptest.NewRecorder()
	conn.ResponseWriter = w
	s.api.ServeHTTP(conn, r)
	a := answer{s.T, r.Method + " " + r.RequestURI, w.Code, w.Header(), w.Body.Bytes()}
	contractOf(s.T, s.api).check(s.T, r, a)
	return a
}

// leavesNothing wants no file of an upload to be left.
func (s *site) leavesNothing() {
	s.Helper()
	if left, err := filepath.Glob(filepath.Join(s.dir, "uploads", "*")); err != nil || len(left) > 0 {
		s.Errorf("left: %v %v", left, err)
	}
}
