package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/observe"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// token is what the tests' servers want.
const token = "0123456789abcdef-of-the-test"

var tokens = []guard.Token{{Name: "trial", Secret: token}}

// world is a system at work, and its API.
type world struct {
	*app.App
	handler http.Handler
}

// newWorld makes a system whose runs ask the given providers, or none, and works on
// what is due until the test ends.
func newWorld(t *testing.T, models app.Config, o api.Options) world {
	t.Helper()
	store, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if models.Catalog, err = catalog.Shipped(); err != nil {
		t.Fatal(err)
	}
	a := app.New(store.Seams(), t.TempDir(), models)
	o.Version = "test"
	watch := observe.New(a, o.Version, o.Log)
	served := api.New(a, watch, o)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.Runs.Work(ctx)
	}()
	go watch.Run(ctx)
	t.Cleanup(func() {
		stop()
		<-ended
		a.Close()
	})
	return world{a, served}
}

// on serves a handler on loopback, and returns a client of it.
func on(t *testing.T, h http.Handler, o client.Options) *client.Client {
	t.Helper()
	server := httptest.NewServer(h)
	c, err := client.New(server.URL, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		server.CloseClientConnections()
		server.Close()
	})
	return c
}

// pipes is a network without sockets, for virtual time: a dialer gets one end of a
// pipe, and the listener the other.
type pipes struct {
	waiting chan net.Conn
	closed  chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.waiting:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.closed); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.waiting <- there:
		return here, nil
	case <-p.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// onPipes serves a handler without sockets. Each connection of the client goes through
// wrap, which may refuse it.
func onPipes(t *testing.T, h http.Handler, o client.Options, wrap func(net.Conn) (net.Conn, error)) *client.Client {
	t.Helper()
	network := newPipes()
	server := &http.Server{Handler: h}
	go server.Serve(network)
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		c, err := network.dial(ctx)
		if err != nil {
			return nil, err
		}
		return wrap(c)
	}}
	o.HTTP = &http.Client{Transport: transport}
	c, err := client.New("http://127.0.0.1", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		server.Close()
	})
	return c
}

// simulated are providers of the simulator, which answer at a pace.
func simulated(pace scenario.Pace) app.Config {
	env := map[string]string{"ANTHROPIC_API_KEY": "simulated"}
	for _, v := range simulator.BaseURLs("http://simulator.invalid") {
		env[v.Name] = v.Value
	}
	sim := simulator.New(scenario.Scenario{ID: "healthy", Name: "healthy", Pace: pace}, simulator.Options{})
	return app.Config{Providers: providers.FromEnvironment(func(name string) string { return env[name] }), Transport: sim.Transport()}
}

// story is a sample.
func story(t *testing.T) io.Reader {
	t.Helper()
	data, err := os.ReadFile("../samples/lighthouse.md")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReader(string(data))
}

// begun uploads a story into a new project, and starts a run on it.
func begun(t *testing.T, c *client.Client, data io.Reader, r client.RunRequest) string {
	t.Helper()
	p, err := c.Projects.Create(t.Context(), client.NewProject{Slug: "story", DisplayName: "Story"})
	if err != nil {
		t.Fatal(err)
	}
	up, err := c.Projects.Upload(t.Context(), p.ProjectID, "story.fountain", data)
	if err != nil {
		t.Fatal(err)
	}
	r.ProjectID, r.InputFile = p.ProjectID, up.StoredPath
	started, err := c.Runs.Start(t.Context(), "", r)
	if err != nil {
		t.Fatal(err)
	}
	return started.RunID
}

// code is the code of a problem, "" of any other error.
func code(err error) string {
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return p.Code
	}
	return ""
}
