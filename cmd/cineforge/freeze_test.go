//go:build unix

package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// eventually waits until something is so, which is seen from outside only by looking.
func (o *ordeal) eventually(what string, p *process, so func() bool) {
	o.Helper()
	for range 1200 {
		if so() {
			return
		}
		select {
		case <-p.ended:
			if !so() {
				o.Fatalf("a process ended before %s:\n%s", what, p.stderr)
			}
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	o.Fatalf("in vain: %s", what)
}

// Two processes that begin at once on a data directory which is not there yet, and one
// that looks on, do not get in each other's way.
func TestRunCmd_TwoProcessesSideBySide(t *testing.T) {
	pace := scenario.Pace{FirstEvent: 30 * time.Millisecond, TokensPerSecond: 4000}
	o := newOrdeal(t, pace)
	o.undisturbed(mainScript)
	o.undisturbed(otherScript)
	// None is done before all three are there.
	o.sim.SetScenario(scenario.Scenario{ID: "slow", Name: "slow", Pace: scenario.Pace{FirstEvent: 5 * time.Second}})
	data, before := t.TempDir(), len(o.sim.Calls())
	first, second := o.start(data, "run", mainScript), o.start(data, "run", otherScript)
	o.eventually("there are two runs", first, func() bool { return len(o.runs(data)) == 2 })
	third := o.start(data, "runs", "watch", o.runs(data)[0])
	o.sim.SetScenario(scenario.Scenario{ID: "healthy", Name: "healthy", Pace: pace})
	for _, p := range []*process{first, second, third} {
		<-p.ended
		if !p.ProcessState.Success() {
			t.Errorf("%v ended with %v:\n%s", p.Args[3:], p.ProcessState, p.stderr)
		}
	}
	for _, events := range o.check(data, before) {
		for _, e := range events {
			if r, ok := e.Body.(event.RunResumed); ok {
				t.Errorf("a run under way was taken over: %+v", r)
			}
		}
	}
	if o.repeated > 0 {
		t.Errorf("%d calls were repeated", o.repeated)
	}
}

// A process that is stopped for longer than its claim lives loses its run to another
// one, and can write nothing when it goes on.
func TestRunCmd_AFrozenProcessIsFencedOff(t *testing.T) {
	slow := scenario.Pace{FirstEvent: 3 * time.Second}
	o := newOrdeal(t, scenario.Pace{})
	// The stopped process may take its calls for too late, so that the provider is left
	// alone for a while: no other process may answer meanwhile.
	o.env = append(o.env, "OPENAI_API_KEY=", "GEMINI_API_KEY=")
	o.undisturbed(mainScript)
	o.sim.SetScenario(scenario.Scenario{ID: "slow", Name: "slow", Pace: slow})
	data, before := t.TempDir(), len(o.sim.Calls())
	calls := func() []simulator.Call { return o.sim.Calls()[before:] }

	first := o.start(data, "run", mainScript)
	o.eventually("the second round of calls", first, func() bool { return len(calls()) == 2*atATime })
	id := o.runs(data)[0]
	// It has recorded all there is until an answer comes: a process that is stopped while it writes
	// keeps all others from it.
	o.eventually("the first round is recorded", first, func() bool { return o.named(data, id, "unit_done") == atATime })
	send(t, first, syscall.SIGSTOP)
	stopped := time.Now()

	second := o.start(data, "runs", "watch", id)
	o.eventually("the second process asks in its turn", second, func() bool { return len(calls()) > 2*atATime })
	t.Logf("the run of a stopped process went on elsewhere after %v", time.Since(stopped).Round(100*time.Millisecond))
	send(t, first, syscall.SIGCONT) // the answers to its calls have come meanwhile
	<-first.ended
	if first.ProcessState.Success() {
		t.Errorf("the process that lost its run ended well:\n%s", first.stderr)
	}
	t.Logf("the process that lost its run ended with %v: %s", first.ProcessState, lastLine(first.stderr.String()))
	o.sim.SetScenario(scenario.Scenario{ID: "healthy", Name: "healthy"})
	<-second.ended
	if !second.ProcessState.Success() {
		t.Errorf("the process that took over ended with %v:\n%s", second.ProcessState, second.stderr)
	}
	all := o.check(data, before)
	late := map[string]bool{} // the answers that came while the first process was stopped
	for _, c := range calls()[atATime : 2*atATime] {
		late[c.RequestID] = true
	}
	for _, e := range all[0] {
		if a, ok := e.Body.(event.AttemptFinished); ok && late[*a.RequestID] {
			t.Errorf("event %d is of the process that had lost the run", e.Seq)
		}
	}
	if o.repeated != atATime {
		t.Errorf("%d calls were repeated, want the %d that were under way", o.repeated, atATime)
	}
}

// named counts the events of a name in a run.
func (o *ordeal) named(data, id, name string) (n int) {
	o.Helper()
	for _, e := range o.events(data, id) {
		if e.Body.EventName() == name {
			n++
		}
	}
	return n
}

func send(t *testing.T, p *process, s syscall.Signal) {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndex(s, "\n")+1:]
}
