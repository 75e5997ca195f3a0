//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// server is a cineforge serve under way.
type server struct {
	*exec.Cmd
	url string
}

// serve starts a server on a data directory, at an address; port 0 takes a free one.
func (o *ordeal) serve(data, addr string) server {
	o.Helper()
	s := server{Cmd: exec.Command(o.bin, "--data", data, "serve", "--json", "--addr", addr)}
	s.Env, s.Stderr = o.env, os.Stderr
	stdout, err := s.StdoutPipe()
	if err != nil {
		o.Fatal(err)
	}
	if err := s.Start(); err != nil {
		o.Fatal(err)
	}
	o.Cleanup(func() { s.stop(os.Kill) })
	var told struct {
		URL string `json:"url"`
	}
	if err := json.NewDecoder(stdout).Decode(&told); err != nil {
		o.Fatal(err)
	}
	s.url = told.URL
	return s
}

// stop ends a server, if it has not ended.
func (s server) stop(signal os.Signal) {
	if s.ProcessState == nil {
		s.Process.Signal(signal)
		s.Wait()
	}
}

// onlooker is the program showing a run.
type onlooker struct {
	*exec.Cmd
	lines *bufio.Scanner // of its stderr
	seen  strings.Builder
	out   strings.Builder
}

func (o *ordeal) show(args ...string) *onlooker {
	o.Helper()
	s := &onlooker{Cmd: exec.Command(o.bin, args...)}
	s.Env, s.Stdout = o.env, &s.out
	stderr, err := s.StderrPipe()
	if err != nil {
		o.Fatal(err)
	}
	if err := s.Start(); err != nil {
		o.Fatal(err)
	}
	o.Cleanup(func() { s.Process.Kill() })
	s.lines = bufio.NewScanner(stderr)
	return s
}

// until reads to a line that says something, or to the end of what is said, and
// returns that line.
func (s *onlooker) until(text string) string {
	for s.lines.Scan() {
		s.seen.WriteString(s.lines.Text() + "\n")
		if text != "" && strings.Contains(s.lines.Text(), text) {
			return s.lines.Text()
		}
	}
	return ""
}

// end waits for the end, and returns the exit code.
func (s *onlooker) end() int {
	s.until("")
	err := s.Wait()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode()
	}
	if err != nil {
		return -1
	}
	return console.CodeOK
}

// slow are providers that take so long that there is something to see.
var slow = scenario.Pace{FirstEvent: 200 * time.Millisecond, TokensPerSecond: 400}

var runIDPattern = regexp.MustCompile(`run-[0-9a-f]{8}`)

func TestRunCmd_CtrlCLeavesTheRunWithItsServer(t *testing.T) {
	o := newOrdeal(t, slow)
	data := o.TempDir()
	s := o.serve(data, "127.0.0.1:0")
	here := o.TempDir() + "/here"
	shows := o.show("--data", here, "--server", s.url, "-v", "run", mainScript)
	id := runIDPattern.FindString(shows.until("started on the_tide_clock.fountain"))
	if shows.until("scene_003"); id == "" {
		t.Fatalf("nothing was shown:\n%s", shows.seen.String())
	}
	if err := shows.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := shows.end(); code != console.CodeInterrupted {
		t.Errorf("exit code %d, want %d", code, console.CodeInterrupted)
	}
	if want := "Run " + id + " continues with the server; follow it: cineforge --server " + s.url + " runs watch " +
		id; !strings.Contains(shows.seen.String(), want) {
		t.Errorf("%q is not told in\n%s", want, shows.seen.String())
	}
	watches := o.show("--server", s.url, "runs", "watch", id, "--json")
	if code := watches.end(); code != console.CodeOK {
		t.Errorf("exit code %d\n%s", code, watches.seen.String())
	}
	var state run.State
	if err := json.Unmarshal([]byte(watches.out.String()), &state); err != nil || state.Status != run.RunDone {
		t.Errorf("run %s: %v", state.Status, err)
	}
	for _, e := range o.events(data, id) {
		if _, resumed := e.Body.(event.RunResumed); resumed {
			t.Error("the run was stopped with who showed it")
		}
	}
	if _, err := os.Stat(here); err == nil {
		t.Error("a data directory was made for nothing")
	}
}

func TestRunsWatchCmd_OutlivesItsServer(t *testing.T) {
	o := newOrdeal(t, slow)
	data := o.TempDir()
	s := o.serve(data, "127.0.0.1:0")
	addr := strings.TrimPrefix(s.url, "http://")
	shows := o.show("--server", s.url, "-v", "run", mainScript)
	id := runIDPattern.FindString(shows.until("started on the_tide_clock.fountain"))
	shows.until("scene_003")
	s.stop(os.Kill)
	if line := shows.until("can't be followed at the moment"); !strings.Contains(line, "the server at "+s.url+" can't be reached") {
		t.Errorf("that the server is away was told as %q in\n%s", line, shows.seen.String())
	}
	o.serve(data, addr)
	if shows.until("can be followed again") == "" {
		t.Error("that the server is back was not told")
	}
	if code := shows.end(); code != console.CodeOK || !strings.Contains(shows.out.String(), "Done") {
		t.Errorf("exit code %d\n%s\n%s", code, shows.seen.String(), shows.out.String())
	}
	o.checkLog(id, o.events(data, id))
}

func TestRunsWatchCmd_TimesOut(t *testing.T) {
	o := newOrdeal(t, slow)
	s := o.serve(o.TempDir(), "127.0.0.1:0")
	begins := o.show("--server", s.url, "run", mainScript, "--detach")
	if code := begins.end(); code != console.CodeOK {
		t.Fatalf("exit code %d\n%s", code, begins.seen.String())
	}
	id, _, _ := strings.Cut(begins.out.String(), "\n")
	watches := o.show("--server", s.url, "runs", "watch", id, "--timeout", "300ms")
	if code := watches.end(); code != console.CodeTimedOut || !strings.Contains(watches.seen.String(), "continues with the server") {
		t.Errorf("exit code %d\n%s", code, watches.seen.String())
	}
	cancels := o.show("--server", s.url, "runs", "cancel", id)
	if code := cancels.end(); code != console.CodeOK || !strings.Contains(cancels.out.String(),
		"is cancelled; to continue from there: cineforge --server "+s.url+" retry "+id) {
		t.Errorf("exit code %d\n%s", code, cancels.seen.String())
	}
	retries := o.show("--server", s.url, "retry", id)
	if code := retries.end(); code != console.CodeOK {
		t.Errorf("exit code %d\n%s", code, retries.seen.String())
	}
}
