//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

const mainScript, otherScript = "../../samples/the_tide_clock.fountain", "../../samples/night_bus.txt"

// ordeal is what the built program goes through: signals, beside providers that
// outlive it.
type ordeal struct {
	*testing.T
	bin  string
	env  []string
	sim  *simulator.Simulator
	want map[string]map[string]string // by input: what an undisturbed run makes, by file

	calls, repeated int // all calls, and those that asked what an earlier one was at when its process ended
}

// newOrdeal builds the program and starts providers that answer at a pace.
func newOrdeal(t *testing.T, pace scenario.Pace) *ordeal {
	t.Helper()
	o := &ordeal{T: t, bin: build(t), want: map[string]map[string]string{}}
	o.sim = simulator.New(scenario.Scenario{ID: "healthy", Name: "healthy", Pace: pace}, simulator.Options{})
	server := httptest.NewServer(o.sim)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	o.env = append(os.Environ(), "ANTHROPIC_API_KEY=simulated", "OPENAI_API_KEY=simulated", "GEMINI_API_KEY=simulated")
	for _, v := range simulator.BaseURLs(server.URL) {
		o.env = append(o.env, v.Name+"="+v.Value)
	}
	return o
}

// process is the program under way.
type process struct {
	*exec.Cmd
	began  time.Time
	stderr *bytes.Buffer // to be read when it has ended
	ended  chan struct{} // closed when it has
}

// start starts the program on a data directory.
func (o *ordeal) start(data string, args ...string) *process {
	o.Helper()
	p := &process{Cmd: exec.Command(o.bin, append([]string{"--data", data}, args...)...), began: time.Now(), stderr: &bytes.Buffer{},
		ended: make(chan struct{})}
	p.Env, p.Stderr = o.env, p.stderr
	if err := p.Start(); err != nil {
		o.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		p.Wait() //nolint:errcheck // its state tells
	}()
	return p
}

// output runs the program to its end, and decodes what it prints.
func (o *ordeal) output(v any, data string, args ...string) {
	o.Helper()
	cmd := exec.Command(o.bin, append([]string{"--data", data, "--json"}, args...)...)
	cmd.Env = o.env
	out, err := cmd.Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			o.Fatalf("%v: %v\n%s", args, err, failed.Stderr)
		}
		o.Fatalf("%v: %v", args, err)
	}
	if err := json.Unmarshal(out, v); err != nil {
		o.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// runs lists the ids of the runs of a data directory, newest first.
func (o *ordeal) runs(data string) (ids []string) {
	o.Helper()
	var list []run.Overview
	o.output(&list, data, "runs", "list")
	for _, l := range list {
		ids = append(ids, l.RunID)
	}
	return ids
}

// undisturbed runs a script without disturbance, and keeps what it makes.
func (o *ordeal) undisturbed(script string) (took time.Duration) {
	o.Helper()
	var state run.State
	data, began := o.TempDir(), time.Now()
	o.output(&state, data, "run", script)
	took = time.Since(began)
	o.want[filepath.Base(script)] = o.made(data, state.RunID)
	if n := len(o.want[filepath.Base(script)]); n < 6 {
		o.Fatalf("an undisturbed run of %s made %d artifacts", script, n)
	}
	return took
}

// made returns the data of all that a run made, by file.
func (o *ordeal) made(data, id string) map[string]string {
	o.Helper()
	dir := o.TempDir()
	var exported any
	o.output(&exported, data, "runs", "export", id, "--output", dir)
	made := map[string]string{}
	err := filepath.WalkDir(filepath.Join(dir, "artifacts"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var a struct{ Data json.RawMessage }
		if err := json.Unmarshal(content, &a); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		name, err := filepath.Rel(dir, path)
		made[name] = string(a.Data)
		return err
	})
	if err != nil {
		o.Fatal(err)
	}
	return made
}

// events returns the events of a run.
func (o *ordeal) events(data, id string) (events []event.Event) {
	o.Helper()
	out, err := exec.Command(o.bin, "--data", data, "runs", "events", id).Output()
	if err != nil {
		o.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		var e event.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			o.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

// check lets all runs of a data directory go on to their ends, and looks at what came
// of them. The simulator has seen some calls before the directory was made.
func (o *ordeal) check(data string, before int) (all [][]event.Event) {
	o.Helper()
	for _, id := range o.runs(data) {
		var state run.State
		o.output(&state, data, "runs", "watch", id)
		if state.Status != run.RunDone {
			o.Errorf("run %s is %s: %s", id, state.Status, state.Error)
		}
		events := o.events(data, id)
		o.checkLog(id, events)
		all = append(all, events)
		if diff := cmp.Diff(o.want[state.InputName], o.made(data, id)); diff != "" {
			o.Errorf("run %s made something else than an undisturbed run:\n%s", id, diff)
		}
	}
	o.paidOnce(all, o.sim.Calls()[before:])
	if o.Failed() {
		o.Logf("the data are kept in %s", keep(o.T, data))
	}
	return all
}

// keep saves a data directory from being removed at the end of the test.
func keep(t *testing.T, data string) string {
	t.Helper()
	kept, err := os.MkdirTemp("", "cineforge-ordeal-")
	if err == nil {
		err = os.CopyFS(filepath.Join(kept, "data"), os.DirFS(data))
	}
	if err != nil {
		t.Log(err)
	}
	return kept
}

// checkLog wants the numbers of the events without gap, and one end.
func (o *ordeal) checkLog(id string, events []event.Event) {
	o.Helper()
	ends := 0
	for i, e := range events {
		if e.Seq != int64(i+1) {
			o.Errorf("run %s: event %d has seq %d", id, i+1, e.Seq)
		}
		if event.Terminal(e.Body) {
			ends++
		}
	}
	if n := len(events); ends != 1 || n == 0 || !event.Terminal(events[n-1].Body) {
		o.Errorf("run %s has %d ends among %d events", id, ends, n)
	}
}

// paidOnce wants no question asked again whose answer was stored.
func (o *ordeal) paidOnce(runs [][]event.Event, calls []simulator.Call) {
	o.Helper()
	stored := map[string]time.Time{} // by request id: when the answer was stored, to the millisecond
	stops := 0
	for _, events := range runs {
		for _, e := range events {
			switch b := e.Body.(type) {
			case event.AttemptFinished:
				stored[*b.RequestID] = e.Time
			case event.RunResumed:
				stops++
			}
		}
	}
	answered, asked := map[string]time.Time{}, map[string]int{} // by question
	for _, c := range calls {
		asked[c.Prompt]++
		if at, ok := stored[c.RequestID]; ok {
			if _, twice := answered[c.Prompt]; twice {
				o.Errorf("call %d answered a question whose answer was stored already", c.Number)
			}
			answered[c.Prompt] = at
			delete(stored, c.RequestID)
		}
	}
	if len(stored) > 0 {
		o.Errorf("answers are stored that nobody gave: %v", stored)
	}
	for _, c := range calls {
		if at, ok := answered[c.Prompt]; !ok {
			o.Errorf("call %d asked something whose answer was never stored", c.Number)
		} else if c.Time.After(at.Add(time.Millisecond)) { // the event's time is cut to that
			o.Errorf("call %d at %v repeats a question whose answer was stored at %v", c.Number, c.Time, at)
		}
	}
	repeated := 0
	for _, n := range asked {
		repeated += n - 1
	}
	if most := atATime * stops; repeated > most {
		o.Errorf("%d calls were repeated, more than the %d that can have been under way at %d stops", repeated, most, stops)
	}
	o.calls, o.repeated = o.calls+len(calls), o.repeated+repeated
}

// atATime is how many calls a run has under way at the most.
const atATime = 4
