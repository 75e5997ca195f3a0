package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// build builds the command line as users have it.
func build(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("not tested with -short: the built program, stopped and killed")
	}
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// built builds the program once for all tests, which find it in a folder of their own.
var built = sync.OnceValues(func() (bin string, err error) {
	dir, err := os.MkdirTemp("", "cineforge-built-*")
	if err != nil {
		return "", err
	}
	bin = filepath.Join(dir, "cineforge")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return bin, nil
})

// longScript writes a script whose scenes take long enough to be stopped among them.
func longScript(t *testing.T, scenes int) string {
	t.Helper()
	var text strings.Builder
	for i := range scenes {
		fmt.Fprintf(&text, "INT. ROOM %d - DAY\n\nSomebody is in room %d.\n\nANNA\nI am in room %d.\n\n", i+1, i+1, i+1)
	}
	path := filepath.Join(t.TempDir(), "long.fountain")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const manyScenes = 1500

// stopAmongScenes starts a run, gives the process the signal when the first scene
// is through, and returns its exit code.
func stopAmongScenes(t *testing.T, bin, data string, signal os.Signal) int {
	t.Helper()
	cmd := exec.Command(bin, "--data", data, "-v", "run", longScript(t, manyScenes))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := make([]byte, 0, 1<<16)
	buf := make([]byte, 4096)
	for !strings.Contains(string(seen), "scene_001") {
		n, err := stderr.Read(buf)
		if err != nil {
			t.Fatalf("the run ended too early: %s", seen)
		}
		seen = append(seen, buf[:n]...)
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = stderr.Read(buf)
	}
	err = cmd.Wait()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return console.CodeOK
}

// finish watches the only run to its end and returns its state and its events.
func finish(t *testing.T, bin, data string) (state run.State, names []string) {
	t.Helper()
	var list []run.Overview
	decode(t, &list, bin, "--data", data, "runs", "list", "--json")
	if len(list) != 1 {
		t.Fatalf("%d runs, want 1", len(list))
	}
	decode(t, &state, bin, "--data", data, "runs", "watch", list[0].RunID, "--json")
	out, err := exec.Command(bin, "--data", data, "runs", "events", list[0].RunID).Output()
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		var e event.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has seq %d", i+1, e.Seq)
		}
		names = append(names, e.Body.EventName())
	}
	return state, names
}

func decode(t *testing.T, v any, command ...string) {
	t.Helper()
	out, err := exec.Command(command[0], command[1:]...).Output()
	if err != nil {
		t.Fatalf("%v: %v", command, err)
	}
	if err := json.Unmarshal(out, v); err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
}

func checkFinished(t *testing.T, state run.State, names []string, cause event.ResumeCause) {
	t.Helper()
	if state.Status != run.RunDone || state.Stages["extract_scenes"].UnitsDone != manyScenes {
		t.Errorf("run %s, %d scenes", state.Status, state.Stages["extract_scenes"].UnitsDone)
	}
	counts := map[string]int{}
	for _, n := range names {
		counts[n]++
	}
	if counts["pipeline_finished"] != 1 || names[len(names)-1] != "pipeline_finished" || counts["run_resumed"] != 1 {
		t.Errorf("%s: %v, last %s", cause, counts, names[len(names)-1])
	}
	// ingest and normalize had ended before and were not done again.
	if counts["stage_started"] != 5 {
		t.Errorf("%d stage starts, want 5: extract_scenes twice", counts["stage_started"])
	}
}

func TestShowRun_ABrokenViewLosesNothing(t *testing.T) {
	bin, script := build(t), longScript(t, 20)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("NOT TESTED: a stderr that can't be written to, as there is no /dev/full")
	}
	defer full.Close()
	cmd := exec.Command(bin, "--data", t.TempDir(), "run", script, "--json")
	cmd.Stderr = full
	out, _ := cmd.Output()
	var state run.State
	if err := json.Unmarshal(out, &state); err != nil || state.Status != run.RunDone {
		t.Errorf("run %s: %v", state.Status, err)
	}
}

func TestShowRun_AReaderThatLeavesDoesNotStopTheRun(t *testing.T) {
	bin, data := build(t), t.TempDir()
	cmd := exec.Command(bin, "--data", data, "-v", "run", longScript(t, 200))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stderr.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	stderr.Close()
	cmd.Wait()
	var list []run.Overview
	decode(t, &list, bin, "--data", data, "runs", "list", "--json")
	if len(list) != 1 || list[0].Status != run.RunDone {
		t.Errorf("runs %+v", list)
	}
}

func TestRunCmd_AKilledRunIsTakenOver(t *testing.T) {
	bin, data := build(t), t.TempDir()
	if code := stopAmongScenes(t, bin, data, os.Kill); code != -1 {
		t.Fatalf("exit code %d of a killed process", code)
	}
	var list []run.Overview
	decode(t, &list, bin, "--data", data, "runs", "list", "--json")
	shown, err := exec.Command(bin, "--data", data, "runs", "show", list[0].RunID).Output()
	if err != nil || !strings.Contains(string(shown), "No process is working on this run.") {
		t.Errorf("a run whose process is gone is shown as\n%s%v", shown, err)
	}
	state, names := finish(t, bin, data)
	checkFinished(t, state, names, event.ResumedAfterCrash)
}

func TestRunCmd_CtrlCParksTheRun(t *testing.T) {
	bin, data := build(t), t.TempDir()
	if code := stopAmongScenes(t, bin, data, syscall.SIGINT); code != console.CodeInterrupted {
		t.Fatalf("exit code %d, want %d", code, console.CodeInterrupted)
	}
	state, names := finish(t, bin, data)
	checkFinished(t, state, names, event.ResumedByOperator)
}
