package main

import (
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/internal/cli/settings"
	"github.com/cineforge/cineforge/internal/observe"
)

// called is what a command printed, and its exit code.
type called struct {
	out, err string
	code     int
}

// call runs a command line.
func call(t *testing.T, args ...string) called {
	t.Helper()
	var files [2]*os.File
	for i := range files {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[i] = f
	}
	code := execute(args, console.Streams{In: os.Stdin, Out: files[0], Err: files[1]})
	var texts [2]string
	for i, f := range files {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(data)
	}
	return called{texts[0], texts[1], code}
}

// servedAt serves a data directory as a server of this program does, and returns its address.
func servedAt(t *testing.T, dir string) (url string) {
	t.Helper()
	config, err := settings.File{}.Config(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.OpenUnchecked(t.Context(), dir, config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api.New(a, observe.New(a, "1", nil), api.Options{Version: "1"}))
	t.Cleanup(func() {
		server.Close()
		a.Close()
	})
	return server.URL
}

// A server shows the recipes of its data directory as the command does that is there itself.
func TestRecipesCmd_SameOfAServer(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "recipes", "own.yaml")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	shipped := call(t, "--data", dir, "recipes", "show", "mvp_ingest")
	own := strings.Replace(shipped.out, "recipe_id: mvp_ingest", "recipe_id: own", 1)
	broken := strings.Replace(own, "needs: [ingest]", "needs: [injest]", 1)
	for name, source := range map[string]string{"own.yaml": own, "bent.yaml": broken, "../bent.yaml": broken, "../own.yaml": own} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(file), name), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	url := servedAt(t, dir)
	for _, words := range [][]string{
		{"recipes", "list"}, {"recipes", "list", "--json"}, {"recipes", "list", "--json", "--versions"}, {"recipes", "show", "own"},
		{"recipes", "show", "mvp_ingest", "--json"}, {"recipes", "show", "none"},
		{"recipes", "validate", filepath.Join(dir, "own.yaml")}, {"recipes", "validate", filepath.Join(dir, "own.yaml"), "--json"},
		{"recipes", "validate", filepath.Join(dir, "bent.yaml")}, {"recipes", "validate", filepath.Join(dir, "bent.yaml"), "--json"},
	} {
		here := call(t, append([]string{"--data", dir}, words...)...)
		there := call(t, append([]string{"--server", url}, words...)...)
		if here != there {
			t.Errorf("%v: here\n%+v\nat the server\n%+v", words, here, there)
		}
		if wrong := strings.Contains(strings.Join(words, " "), "bent.yaml"); wrong != (here.code == console.CodeError) && words[2] != "none" {
			t.Errorf("%v: %+v", words, here)
		}
	}
	bent := call(t, "recipes", "validate", filepath.Join(dir, "bent.yaml"), "--json")
	var check struct {
		Valid  bool
		Errors []struct {
			Line, Column int
			Pointer      string
		}
	}
	if err := json.Unmarshal([]byte(bent.out), &check); err != nil || check.Valid || len(check.Errors) != 2 ||
		check.Errors[1].Pointer != "/stages/1/needs/0" ||
		!strings.Contains(bent.err, `bent.yaml:26:13: needs names stage "injest"`) {
		t.Errorf("%+v %v\n%s", check, err, bent.err)
	}
	list := call(t, "--server", url, "recipes", "list")
	if !strings.Contains(list.err, "bent.yaml is broken: bent.yaml:26:12: ") {
		t.Errorf("%+v", list)
	}
}

func TestDoctorCmd_OfAServer(t *testing.T) {
	dir := t.TempDir()
	url := servedAt(t, dir)
	there := call(t, "--server", url, "doctor", "--json")
	var checks []struct{ Name, Group, Status string }
	if err := json.Unmarshal([]byte(there.out), &checks); err != nil || there.code != console.CodeOK || checks[0].Name != "data directory" ||
		checks[0].Group != "storage" {
		t.Errorf("%+v %v", there, err)
	}
}

// A file of tokens that can't be used is named with the line, and no token is printed.
func TestServeCmd_RefusesTokens(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "tokens.txt")
	serve := func(text string, args ...string) called {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return call(t, append([]string{"--data", filepath.Join(dir, "data"), "--token-file", file, "serve", "--addr", "127.0.0.1:0"}, args...)...)
	}
	const good = "anna:0123456789abcdef-secret"
	for _, test := range []struct {
		text string
		args []string
		says string
	}{
		{good + "\nben:short-secret", nil, "line 2: the token has less than 16 characters"},
		{good + "\n\nben:0123456789abcdef-secret", nil, "line 3: an earlier line has the same token"},
		{"", nil, "there is no token in it"},
		{"a\x00secret-and-more-of-it", nil, "line 1: the token has characters other than visible ASCII"},
		{strings.Repeat("# secret\n", 10_000), nil, "can't be read: not a small file"},
		{good, []string{"--public-url", "http://forge.example"}, "--public-url can't be used: it does not begin with https://"},
		{good, []string{"--public-url", "https://forge.example/x"}, "it has a path"},
	} {
		got := serve(test.text, test.args...)
		if got.code != console.CodeUsage || !strings.Contains(got.err, test.says) || strings.Contains(got.err+got.out, "secret") {
			t.Errorf("%.40q %v: %+v", test.text, test.args, got)
		}
	}
	open := call(t, "--data", dir, "serve", "--addr", "127.0.0.1:0", "--public-url", "https://forge.example")
	if open.code != console.CodeUsage || !strings.Contains(open.err, "there is no access token") {
		t.Errorf("%+v", open)
	}
	// A server is shown one token, whosever that is.
	if err := os.WriteFile(file, []byte(good+"\nben:fedcba9876543210-secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := call(t, "--server", "http://127.0.0.1:1", "--token-file", file, "recipes", "list")
	if got.code != console.CodeUsage || !strings.Contains(got.err, "holds 2 tokens") || strings.Contains(got.err, "secret") {
		t.Errorf("%+v", got)
	}
}
