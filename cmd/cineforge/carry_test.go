//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// A run that was begun with keys and whose process was killed meets processes that can't
// ask the same: they leave it alone and say what it needs. One that can, under another name
// for the provider, goes on with it.
func TestRunsResumeCmd_ProcessesThatCantAskTheSame(t *testing.T) {
	o := newOrdeal(t, scenario.Pace{FirstEvent: 300 * time.Millisecond, TokensPerSecond: 400})
	data, script, keys := t.TempDir(), longScript(t, 12), o.env
	url := ""
	for _, v := range o.env {
		if rest, ok := strings.CutPrefix(v, "ANTHROPIC_BASE_URL="); ok {
			url = rest
		}
	}
	if code, _, _ := o.stopped(data, 5, []os.Signal{syscall.SIGKILL}, "run", script); code != -1 {
		t.Fatal(code)
	}
	id := o.runs(data)[0]
	var before, now run.State
	o.output(&before, data, "runs", "show", id)
	calls := len(o.sim.Calls())

	o.env = append(os.Environ(), "HOME="+t.TempDir())
	watch := o.show("--data", data, "runs", "watch", id)
	if said := watch.until("can't continue here"); !strings.Contains(said, "ANTHROPIC_API_KEY") || watch.end() != console.CodeNoProvider {
		t.Errorf("watch says %q", said)
	}
	server := o.serve(data, "127.0.0.1:0")
	var ready client.ServerHealth
	status, body := ask(t, server.url+"/api/ready")
	decodeText(t, body, &ready)
	if status != 200 || len(ready.NoCarrier) != 1 || ready.NoCarrier[0].RunID != id {
		t.Errorf("ready: %d %s", status, body)
	}
	o.output(&now, data, "run", script, "--project", "other") // which goes on with what is left
	server.stop(syscall.SIGTERM)
	if o.output(&now, data, "runs", "show", id); now.LastSeq != before.LastSeq || now.Status != run.Waiting ||
		len(now.Needs) == 0 || len(o.sim.Calls()) != calls {
		t.Errorf("%s, %d events and %d calls more", now.Status, now.LastSeq-before.LastSeq, len(o.sim.Calls())-calls)
	}

	config := filepath.Join(t.TempDir(), "cineforge.yaml")
	text := fmt.Sprintf("providers: {work: {dialect: anthropic, base_url: %q, key_env: WORK_KEY}}\n", url)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o.env = append(os.Environ(), "CINEFORGE_CONFIG="+config, "WORK_KEY=simulated")
	o.output(&now, data, "runs", "watch", id)
	if asked := now.AskedProviders(); now.Status != run.RunDone || strings.Contains(fmt.Sprint(asked), "offline") {
		t.Errorf("%s by %v: %s", now.Status, asked, now.Error)
	}
	o.env = keys
}

// The same command in two shells at once is one run, which both show.
func TestRunCmd_TwoShells(t *testing.T) {
	o := newOrdeal(t, scenario.Pace{FirstEvent: 300 * time.Millisecond, TokensPerSecond: 400})
	data, script := t.TempDir(), longScript(t, 12)
	first, second := o.start(data, "run", script), o.start(data, "run", script)
	<-first.ended
	<-second.ended
	if a, b := first.ProcessState.ExitCode(), second.ProcessState.ExitCode(); a != console.CodeOK || b != console.CodeOK {
		t.Errorf("they ended with %d and %d:\n%s\n%s", a, b, first.stderr, second.stderr)
	}
	if ids, calls := o.runs(data), len(o.sim.Calls()); len(ids) != 1 || calls != 13 {
		t.Errorf("runs %v, %d calls", ids, calls)
	}
	if n := strings.Count(first.stderr.String()+second.stderr.String(), "under way already"); n != 1 {
		t.Errorf("%d of them say that it is under way:\n%s\n%s", n, first.stderr, second.stderr)
	}
}

// decodeText decodes what a server said.
func decodeText(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}
