//go:build unix

package main

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// How often the program is killed: as the variable says, else a few times.
const (
	killsVar  = "CINEFORGE_KILLS"
	seedVar   = "CINEFORGE_SEED"
	fewKills  = 20
	mostKills = 3 // of one run: a stage at which a process dies 5 times in a row is set aside
)

// TestKilledAtRandom kills the program at random instants of its life, and lets
// another process go on.
func TestKilledAtRandom(t *testing.T) {
	o := newOrdeal(t, scenario.Pace{FirstEvent: 30 * time.Millisecond, TokensPerSecond: 4000})
	kills, seed := number(t, killsVar, fewKills), number(t, seedVar, int(time.Now().UnixNano()%1e6))
	t.Logf("%s=%d %s=%d", killsVar, kills, seedVar, seed)
	d := deaths{ordeal: o, rng: rand.New(rand.NewPCG(uint64(seed), 0))}
	o.undisturbed(otherScript)
	d.span = o.undisturbed(mainScript)
	lines := 0
	for ; d.killed < kills && !t.Failed(); lines++ {
		d.line(min(mostKills, kills-d.killed))
	}
	slices.Sort(d.takeovers)
	if n := len(d.takeovers); n > 0 {
		t.Logf("%d kills over %d data directories, %d of them before there was a run; %d calls, %d of them repeated what was in flight when a process ended; taken over %d times, %v after the start of the next process (median; %v at most)",
			d.killed, lines, d.early, o.calls, o.repeated, n, d.takeovers[n/2], d.takeovers[n-1])
	}
}

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := ofTests[name]
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// deaths are the kills of one test.
type deaths struct {
	*ordeal
	rng  *rand.Rand
	span time.Duration // how long an undisturbed run takes

	killed, early int
	takeovers     []time.Duration
}

// line runs a script in a data directory of its own, kills the process that works on it up to
// n times, and looks at what came of it.
func (d *deaths) line(n int) {
	d.Helper()
	data, before := d.TempDir(), len(d.sim.Calls())
	var began []time.Time // of the processes that found a run to go on with
	other := false
	for range n {
		args, ids := []string{"run", mainScript}, d.runs(data)
		switch {
		case len(ids) == 0:
		case !other && d.rng.IntN(3) == 0: // another run goes on with what was left unfinished
			args, other = []string{"run", otherScript}, true
			began = append(began, time.Now())
		default:
			args = []string{"runs", "watch", ids[d.rng.IntN(len(ids))]}
			began = append(began, time.Now())
		}
		if !d.kill(d.start(data, args...)) {
			break
		}
		d.killed++
		if len(d.runs(data)) == 0 {
			d.early++
		}
	}
	if len(d.runs(data)) == 0 {
		var state run.State
		d.output(&state, data, "run", mainScript)
	}
	began = append(began, time.Now())
	d.resumed(began, d.check(data, before))
}

// kill kills a process at a random instant, unless it ends before.
func (d *deaths) kill(p *process) bool {
	d.Helper()
	died := false
	select {
	case <-p.ended:
	case <-time.After(time.Duration(d.rng.Int64N(int64(d.span)))):
		died = p.Process.Kill() == nil
		<-p.ended
	}
	// A dead process is known to be dead: no process waits for the end of its claim.
	if strings.Contains(p.stderr.String(), "Another process works on this run") {
		d.Errorf("%v took the process before it for alive:\n%s", p.Args, p.stderr)
	}
	return died && !p.ProcessState.Exited()
}

// resumed notes how long after the start of a process it went on with a run.
func (d *deaths) resumed(began []time.Time, runs [][]event.Event) {
	for _, events := range runs {
		for _, e := range events {
			if _, ok := e.Body.(event.RunResumed); !ok {
				continue
			}
			i, _ := slices.BinarySearchFunc(began, e.Time, time.Time.Compare)
			if i > 0 {
				d.takeovers = append(d.takeovers, e.Time.Sub(began[i-1]))
			}
		}
	}
}
