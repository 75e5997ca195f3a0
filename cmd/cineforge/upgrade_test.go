//go:build unix

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// ask asks a server for something, and returns the status and what it says.
func ask(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// A server goes on with what it has begun when a newer program brings its database up to
// date, answers requests that read, and claims nothing more: that is the newer one's.
func TestServeCmd_AnOldServerBesideANewOne(t *testing.T) {
	o := newOrdeal(t, scenario.Pace{FirstEvent: 500 * time.Millisecond, TokensPerSecond: 200})
	newer := filepath.Join(t.TempDir(), "newer")
	if out, err := exec.Command("go", "build", "-o", newer, "-ldflags", "-X github.com/cineforge/cineforge/internal/sqlite.raised=1",
		".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, script := t.TempDir(), longScript(t, 12)
	old := o.serve(data, "127.0.0.1:0")
	detach := exec.Command(o.bin, "--data", data, "run", script, "--detach")
	detach.Env = o.env
	if out, err := detach.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	id := o.runs(data)[0]
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for len(o.sim.Calls()) < 5 {
		<-tick.C
	}
	program := o.bin
	o.bin = newer
	if got := o.runs(data); len(got) != 1 || got[0] != id {
		t.Errorf("the newer program sees %v", got)
	}
	if copies, err := filepath.Glob(filepath.Join(data, "*.bak")); err != nil || len(copies) != 1 {
		t.Errorf("copies: %v", copies)
	}
	if status, body := ask(t, old.url+"/api/ready"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"newer_schema"`) {
		t.Errorf("ready: %d %s", status, body)
	}
	if status, _ := ask(t, old.url+"/api/runs/"+id+"/state"); status != http.StatusOK {
		t.Errorf("state: %d", status)
	}
	resumed := exec.Command(program, "--data", data, "runs", "list")
	if out, err := resumed.CombinedOutput(); err == nil || !strings.Contains(string(out), "newer version") {
		t.Errorf("an old program that is started says %s", out)
	}
	second := o.serve(data, "127.0.0.1:0")
	var state run.State
	o.output(&state, data, "runs", "watch", id)
	if calls := len(o.sim.Calls()); state.Status != run.RunDone || calls != 13 {
		t.Errorf("%s after %d calls", state.Status, calls)
	}
	// What comes next is the newer one's.
	var next struct {
		run.State
	}
	out, err := exec.Command(newer, "--server", second.url, "--json", "run", script, "--project", "next").Output()
	if err == nil {
		err = json.Unmarshal(out, &next)
	}
	if err != nil || next.Status != run.RunDone {
		t.Errorf("%s: %v", next.Status, err)
	}
	old.stop(syscall.SIGTERM)
	second.stop(syscall.SIGTERM)
}
