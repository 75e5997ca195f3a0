//go:build unix

package main

import (
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// stopped starts a command, sends it signals as soon as so many calls were made in all, and
// returns its exit code and how long it took to end.
func (o *ordeal) stopped(data string, calls int, signals []os.Signal, args ...string) (code int, took time.Duration, stderr string) {
	o.Helper()
	p := o.start(data, args...)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for len(o.sim.Calls()) < calls {
		select {
		case <-p.ended:
			o.Fatalf("%v ended by itself:\n%s", args, p.stderr)
		case <-tick.C:
		}
	}
	asked := time.Now()
	for _, s := range signals {
		if err := p.Process.Signal(s); err != nil {
			o.Fatal(err)
		}
		<-tick.C // two of the same at once are one
	}
	<-p.ended
	return p.ProcessState.ExitCode(), time.Since(asked), p.stderr.String()
}

// A run that is stopped politely again and again, whatever carries it, asks nothing twice;
// a second signal ends what is under way, and at most that is asked again.
func TestStopper_NothingIsAskedTwice(t *testing.T) {
	o := newOrdeal(t, scenario.Pace{FirstEvent: 300 * time.Millisecond, TokensPerSecond: 400})
	script := longScript(t, 12)
	var whole run.State
	o.output(&whole, t.TempDir(), "run", script)
	base := len(o.sim.Calls())
	if whole.Status != run.RunDone || base != 13 {
		t.Fatal(whole.Status, base)
	}
	const atATime = 4
	for name, tt := range map[string]struct {
		signals []os.Signal
		most    int // calls that are made again at each stop
	}{
		"once":  {[]os.Signal{syscall.SIGTERM}, 0},
		"twice": {[]os.Signal{syscall.SIGINT, syscall.SIGINT}, atATime},
	} {
		before, data := len(o.sim.Calls()), t.TempDir()
		stop := func(calls int, want int, args ...string) {
			t.Helper()
			code, took, said := o.stopped(data, before+calls, tt.signals, args...)
			if code != want || took > 20*time.Second {
				t.Errorf("%s: %v ended with %d after %v:\n%s", name, args, code, took, said)
			}
			if told := strings.Contains(said, "under way: let come to an end"); !told {
				t.Errorf("%s: %v does not say what it waits for:\n%s", name, args, said)
			}
		}
		stop(2, console.CodeInterrupted, "run", script)
		id := o.runs(data)[0]
		again := 4 + tt.most // calls that an earlier stop has let end, and those that it has not
		stop(again+1, console.CodeInterrupted, "retry", id)
		stop(2*again+1, console.CodeInterrupted, "runs", "watch", id)
		o.output(&whole, data, "runs", "watch", id)
		if calls := len(o.sim.Calls()) - before; whole.Status != run.RunDone || calls < base || calls > base+3*tt.most {
			t.Errorf("%s: %s after %d calls, want %d and at most %d at each of 3 stops", name, whole.Status, calls, base, tt.most)
		}
	}
}

// A server that is stopped lets another one begin at once on its address, which goes on with
// the run when the calls under way have ended.
func TestStopper_AnotherServerBeginsAtOnce(t *testing.T) {
	o := newOrdeal(t, scenario.Pace{FirstEvent: time.Second, TokensPerSecond: 1000})
	data, script := t.TempDir(), longScript(t, 6)
	first := o.serve(data, "127.0.0.1:0")
	detach := exec.Command(o.bin, "--data", data, "run", script, "--detach")
	detach.Env = o.env
	if out, err := detach.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	id := o.runs(data)[0]
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for len(o.sim.Calls()) < 4 {
		<-tick.C
	}
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(first.url, "http://")
	for {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			break // it listens no more
		}
		conn.Close()
		<-tick.C
	}
	if done := o.sim.Calls(); slices.ContainsFunc(done, func(c simulator.Call) bool { return c.Ended }) {
		t.Error("it listened until its calls had ended")
	}
	second := o.serve(data, address)
	var state run.State
	o.output(&state, data, "runs", "watch", id)
	if err := first.Wait(); err != nil {
		t.Error(err)
	}
	if calls := len(o.sim.Calls()); state.Status != run.RunDone || calls != 7 {
		t.Errorf("%s after %d calls", state.Status, calls)
	}
	second.stop(syscall.SIGTERM)
}
