package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestIncident replays docs/incident.md: each command of its console blocks in one
// shell, whose output has to be what stands below it, but for times and ids. With
// UPDATE_DOCS set it writes down what came instead.
func TestIncident(t *testing.T) {
	if testing.Short() {
		t.Skip("not tested with -short: docs/incident.md, which waits for a real breaker")
	}
	const page = "../../docs/incident.md"
	source, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	sh := newShell(t, filepath.Dir(build(t)))
	var out strings.Builder
	inside := false
	for line := range strings.Lines(string(source)) {
		switch {
		case line == "```console\n":
			inside = true
		case line == "```\n":
			inside = false
		case inside && !strings.HasPrefix(line, "$ "):
			continue // output, which is written anew
		}
		out.WriteString(line)
		if command, ok := strings.CutPrefix(line, "$ "); ok && inside {
			got := sh.run(t, strings.ReplaceAll(strings.TrimSuffix(command, "\n"), "9100", port))
			out.WriteString(strings.ReplaceAll(got, port, "9100"))
		}
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(page, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(timeless(string(source)), timeless(out.String())); diff != "" {
		t.Errorf("it is not as docs/incident.md says (-page +now); UPDATE_DOCS=1 go test ./cmd/cineforge -run TestIncident writes it anew:\n%s",
			diff)
	}
}

// timeless takes out what differs each time.
func timeless(text string) string {
	for _, r := range []struct{ pattern, by string }{
		{`\d{4}-\d\d-\d\d( |T)`, "DATE$1"}, {`\d\d:\d\d(:\d\d(\.\d+Z?)?)?`, "TIME"}, {`DATE.TIME( UTC)?`, "MOMENT"},
		{`(run|req)[-_][0-9A-Za-z]+`, "$1-ID"}, {`\(in \d+[ms0-9]*\)`, "(in A-WHILE)"}, {`<?\d+(\.\d+)?m?s\b`, "TOOK"}, {`\d\.\d s\b`, "TOOK"},
		{`\([0-9a-f]{12}\)`, "(DIGEST)"}, {`scene_\d+|Scene \d+`, "SCENE"}, {` +`, " "},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.by)
	}
	return text
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// shell is a shell that commands are typed into.
type shell struct {
	in  io.Writer
	out *bufio.Reader
	n   int
}

func newShell(t *testing.T, path string) *shell {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("NOT TESTED: docs/incident.md, for which bash has to be installed")
	}
	dir := t.TempDir()
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(samples, filepath.Join(dir, "samples")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bash, "--norc", "--noprofile", "-m")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+path+":"+os.Getenv("PATH"), "NO_COLOR=1", "CINEFORGE_DATA=", "TZ=UTC")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		io.WriteString(in, "kill $(jobs -p) 2> /dev/null\nexit\n") //nolint:errcheck // it may have died
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill() //nolint:errcheck // it may have died
		}
	})
	return &shell{in: in, out: bufio.NewReader(out)}
}

// Run types a command and returns what it prints. What the shell says of its jobs is left out.
func (s *shell) run(t *testing.T, command string) string {
	t.Helper()
	s.n++
	end := fmt.Sprintf("--- end of command %d ---", s.n)
	if _, err := fmt.Fprintf(s.in, "%s\necho '%s'\n", command, end); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, b.String())
		}
		if strings.Contains(line, end) {
			b.WriteString(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), end))
			return b.String()
		}
		b.WriteString(line)
	}
}
