package systemtest_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// callScenarios are about what calls do that is none of the usual errors: about answers of
// no known server, servers that take their time, and models that fail while their sisters don't.
func callScenarios(t *testing.T) []faultScenario {
	return slices.Concat(strangeScenarios(), slowScenarios(t), sisterScenarios(t), mendedScenarios(t))
}

// strangeScenarios are about failures that look like something else.
func strangeScenarios() []faultScenario {
	return []faultScenario{
		{id: "S31", wants: "nobody's cancellation: tries as for an overload, then elsewhere", play: play{options: fixed},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.elsewhere(p)
				o.as(p, o.target, "server_error")
				o.spared(p)
				o.most(p, 2)
				p.check(o.at(o.target) <= 12, "%d calls", o.at(o.target))
			}},
		{id: "S31 alone", wants: "with that key alone it waits, and never more than 20 tries a minute of a question",
			play: play{options: fixed, alone: true, scenario: closed(10 * time.Minute)}, checks: func(o outcome, p *problems) {
				o.done(p)
				o.here(p)
				o.waits(p, 10*time.Minute)
				o.bounded(p)
				p.check(o.at(o.target) <= 120, "%d calls", o.at(o.target))
			}, without: func(p *play) { p.settings = map[string]string{"max_wait_seconds": "0"} }},
		{id: "S33", wants: "asked once more after a pause; everything is answered there",
			play: play{options: fixed, settings: map[string]string{"concurrency": "1"}}, checks: func(o outcome, p *problems) {
				o.done(p)
				o.here(p)
				o.as(p, o.target, "server_error")
				p.check(o.named("attempt_failed") == 3 && o.named("stage_fallback") == 0, "%d failures, %d fallbacks", o.named("attempt_failed"),
					o.named("stage_fallback"))
				for key, list := range o.units() {
					p.check(len(list) == 1 || list[1].StartedAt.After(end(list[0])), "%s: no pause: %s", key, tries(list))
				}
			}},
		{id: "S33 alone", wants: "the same with many questions at a time and nobody else", play: play{options: fixed, alone: true},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.here(p)
				// Two of them in a row open a breaker for 10 s.
				p.check(o.named("attempt_failed") == 3 && o.took < 15*time.Second, "%d failures in %v", o.named("attempt_failed"), o.took)
			}},
		{id: "S47", wants: "bounded in memory and time; nothing raw, no key; elsewhere", play: play{options: fixed},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.sane(p)
				o.bounded(p)
				p.check(o.longest() <= 6*time.Minute, "the longest took %v", o.longest())
				o.shows(p)
			}},
		{id: "S59", wants: "each question within 15 s", only: []string{"anthropic", "openai", "google"},
			play: play{options: chain.Options{Health: health.Options{Random: spread()}}, settings: map[string]string{"concurrency": "8"}},
			checks: func(o outcome, p *problems) {
				o.done(p)
				hung := 0
				for _, a := range o.attempts() {
					if a.ErrorClass == failure.Timeout {
						hung++
					}
				}
				p.check(hung > 0, "none of the calls hung")
				p.check(o.longest() <= 15*time.Second, "the longest took %v", o.longest())
			}},
	}
}

// closed is status 499 for a time.
func closed(until time.Duration) scenario.Scenario {
	return scenario.Scenario{ID: "S31b", Name: "s31b", Rules: []scenario.Rule{{Name: "499",
		When:  scenario.When{Provider: scenario.Globs{"target"}, Until: until},
		Fault: scenario.Fault{Status: 499, Body: `{"error":"Client closed request"}`}}}}
}

// bounded wants no more than 20 failed attempts of a question in a minute.
func (o outcome) bounded(p *problems) {
	for key, list := range o.units() {
		var failed []time.Time
		for _, a := range list {
			if a.Status != "success" {
				failed = append(failed, a.StartedAt.Time)
			}
		}
		for i := range failed {
			within := failed[i].Sub(failed[max(i-20, 0)])
			p.check(i < 20 || within >= time.Minute, "%s: 21 failed within %v: %s", key, within, tries(list))
		}
	}
}

// sane wants what is told of usage to be what can be.
func (o outcome) sane(p *problems) {
	for _, a := range o.attempts() {
		if a.Status == "success" && a.Provider == o.target {
			p.check(a.InputTokens+a.OutputTokens < 100_000, "%s was answered by %s with %d tokens", a.Unit, a.Provider, a.InputTokens+a.OutputTokens)
		}
	}
	p.check(o.states[0].TotalCostUSD < 10, "it cost $%v", o.states[0].TotalCostUSD)
}

// shows wants no control character and no key in what is told of failures.
func (o outcome) shows(p *problems) {
	for _, a := range o.attempts() {
		for _, text := range []string{a.Error, a.Hint, a.ServedModel, text(a.RequestID), text(a.ErrorCode)} {
			raw := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 })
			p.check(raw < 0 && len(text) <= 2000 && !strings.Contains(text, "key-for-the-test"), "shown raw: %.300q", text)
		}
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// slowScenarios are about servers that take their time, and a machine that does.
func slowScenarios(t *testing.T) []faultScenario {
	return []faultScenario{
		{id: "S34", wants: "answered at the first try", only: []string{"local"},
			play: play{options: fixed, alone: true, settings: map[string]string{"concurrency": "1"}}, checks: func(o outcome, p *problems) {
				o.done(p)
				o.here(p)
				p.check(o.named("attempt_failed") == 0 && o.took >= 195*time.Second, "%d failures in %v: %v", o.named("attempt_failed"), o.took,
					tries(o.attempts()))
			}, without: func(p *play) { p.limits = asVendor }},
		{id: "S35", wants: "never cut", play: play{options: fixed, settings: map[string]string{"concurrency": "1"}},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.here(p)
				p.check(o.named("attempt_failed") == 0 && o.took >= 19*time.Minute, "%d failures in %v: %v", o.named("attempt_failed"), o.took,
					tries(o.attempts()))
			}},
		{id: "S44", wants: "cut at 30 s", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.as(p, o.target, "timeout")
			for _, a := range o.attempts() {
				p.check(a.Status == "success" || a.DurationSeconds <= 32, "%s: cut after %.0f s", a.Unit, a.DurationSeconds)
			}
			p.check(o.longest() <= 70*time.Second, "the longest took %v", o.longest())
		}},
		{id: "S60", wants: "in mid-stream: no false end, no hot loop; goes on within 5 s",
			play: play{file: sample(t, "the_tide_clock.fountain"), alone: true}, lives: sleeps(3*time.Second, false), checks: awakes},
		{id: "S60 whose calls are dead", wants: "the same", play: play{file: sample(t, "the_tide_clock.fountain"), alone: true},
			lives: sleeps(3*time.Second, true), checks: awakes},
		{id: "S60 in a wait", wants: "the same", play: play{file: sample(t, "the_tide_clock.fountain"), alone: true, scenario: untilWoken()},
			lives: sleeps(40*time.Second, false), checks: func(o outcome, p *problems) {
				o.done(p)
				o.here(p)
				o.bounded(p)
				back := time.Time{}
				for _, a := range o.attempts() {
					if back.IsZero() && a.StartedAt.Sub(o.began) >= 40*time.Second {
						back = a.StartedAt.Time
					}
				}
				p.check(back.Sub(o.began) <= 45*time.Second, "it went on after %v", back.Sub(o.began))
			}},
	}
}

// untilWoken is an account that is asked too often for 20 minutes, which a machine sleeps away.
func untilWoken() scenario.Scenario {
	return scenario.Scenario{ID: "S60b", Name: "s60b", Rules: []scenario.Rule{{Name: "limited",
		When:  scenario.When{Provider: scenario.Globs{"target"}, Until: 30 * time.Second},
		Fault: scenario.Fault{Error: "rate_limit", RetryAfter: 20 * time.Minute}}}}
}

// sleeps lets the machine sleep for 20 minutes after a time: the clock of timers, which is
// the bubble's, stands still then. Calls that were under way may be dead after that.
func sleeps(after time.Duration, dead bool) func(w *world) outcome {
	return func(w *world) outcome {
		var slept atomic.Int64
		w.play.options = chain.Options{Health: health.Options{Random: fixed.Health.Random,
			Wall: func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }}}
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{Queue: true})
		stop := w.works(a)
		defer stop()
		time.Sleep(after)
		if dead {
			w.line.kill()
		}
		slept.Add(int64(20 * time.Minute))
		w.over(id, time.Hour)
		return w.outcome(id)
	}
}

// line is the way to the providers. What is under way on it can die without a sign of it.
type line struct {
	http.RoundTripper
	mu   sync.Mutex
	dead chan struct{} // closed when what is under way now is dead
}

func newLine(to http.RoundTripper) *line { return &line{RoundTripper: to, dead: make(chan struct{})} }

func (w *line) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.dead)
	w.dead = make(chan struct{})
}

// RoundTrip implements [http.RoundTripper].
func (w *line) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	dead := w.dead
	w.mu.Unlock()
	resp, err := w.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = &mute{ReadCloser: resp.Body, dead: dead, closed: make(chan struct{})}
	}
	return resp, err
}

// mute is a body that says nothing more when it is dead.
type mute struct {
	io.ReadCloser
	dead, closed chan struct{}
	once         sync.Once
}

func (m *mute) Read(b []byte) (int, error) {
	n, err := m.ReadCloser.Read(b)
	select {
	case <-m.dead:
		<-m.closed
		return 0, net.ErrClosed
	default:
		return n, err
	}
}

func (m *mute) Close() error {
	m.once.Do(func() { close(m.closed) })
	return m.ReadCloser.Close()
}

// awakes wants a run to have gone on soon after the machine slept, as if it had not.
func awakes(o outcome, p *problems) {
	o.done(p)
	o.here(p)
	for key, list := range o.units() {
		for i, a := range list {
			p.check(a.Status == "success" || a.ErrorClass == failure.Canceled, "%s failed as %s: %s", key, a.ErrorClass, a.Error)
			p.check(i == 0 || a.StartedAt.Sub(end(list[i-1])) < time.Second, "%s: %s", key, tries(list))
		}
		p.check(len(list) <= 2, "%s: %s", key, tries(list))
	}
	p.check(o.named("stage_waiting") == 0, "it waited")
	o.turns(p, false)
}

// sisterScenarios are about models that fail while others of their provider are well.
func sisterScenarios(t *testing.T) []faultScenario {
	var all []faultScenario
	for _, s := range []struct {
		id      string
		class   string
		longest time.Duration // of an answer
	}{
		{"S62", "overloaded", time.Second},
		{"S62b", "timeout", 20 * time.Second}, // one silence is waited out
		{"S62c", "connection", 2 * time.Second},
	} {
		for _, units := range []int{1, 4} {
			scenario, err := simulator.Find(s.id)
			if err != nil {
				t.Fatal(err)
			}
			id := s.id + fmt.Sprintf(" %d at a time", units)
			all = append(all, faultScenario{id: id, wants: "the next model answers; few calls to the first; nobody waits",
				play: play{options: fixed, alone: true, scenario: scenario, limits: asVendor,
					settings: map[string]string{"concurrency": fmt.Sprint(units)}}, checks: func(o outcome, p *problems) {
					o.done(p)
					o.here(p)
					o.as(p, o.target, s.class)
					first := 0
					_, model, _ := strings.Cut(sisters[o.target][0], ":")
					for _, c := range o.calls {
						if c.Model == model {
							first++
						}
					}
					p.check(first <= 2+units, "%d calls to the first model", first)
					p.check(o.named("stage_waiting") == 0, "%d waits are told", o.named("stage_waiting"))
					p.check(o.longest() <= s.longest, "the longest took %v", o.longest())
				}, without: func(p *play) { p.single = true }})
		}
	}
	return append(all, faultScenario{id: "S63", wants: "the provider's breaker stays closed",
		play: play{options: fixed, alone: true, settings: map[string]string{"concurrency": "1"}}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.here(p)
			for _, e := range o.events[0] {
				if b, ok := e.Body.(event.BreakerOpened); ok {
					p.check(b.Model != "", "the provider's breaker opened: %s", b.Evidence)
				}
			}
			p.check(o.named("attempt_failed") >= 3, "%d failures", o.named("attempt_failed"))
		}})
}

// mendedScenarios are about what a person mends.
func mendedScenarios(t *testing.T) []faultScenario {
	script := sample(t, "the_tide_clock.fountain")
	var all []faultScenario
	for _, how := range []string{"retry", "retry by serve", "new run", "resume"} {
		p := play{file: script, alone: how != "resume", scenario: healthy, options: fixed}
		if how == "resume" {
			p.settings = map[string]string{"on_exhausted": "pause", "max_wait_seconds": "60"}
		}
		all = append(all, faultScenario{id: "S32 " + how, wants: "goes on within 1 s; one call first; no stored answer repeated",
			play: p, lives: mends(how), checks: func(o outcome, p *problems) {
				mended := slices.IndexFunc(o.states, func(s run.State) bool { return s.RunID == o.next })
				p.check(o.states[mended].Status == run.RunDone, "the run is %s: %s", o.states[mended].Status, o.states[mended].Error)
				o.mended(p, o.states[mended])
				o.paidOnce(p)
			}})
	}
	return append(all, faultScenario{id: "S46", wants: "a retry with a recipe that names another model goes on; stored answers are kept",
		play: play{file: script, alone: true, single: true, scenario: healthy, options: fixed}, lives: retires,
		checks: func(o outcome, p *problems) {
			p.check(o.states[0].Status == run.RunFailed, "the run is %s", o.states[0].Status)
			o.as(p, o.target, "not_found")
			p.check(o.states[1].Status == run.RunDone && o.states[1].Stages["ingest"].Status == run.StageReused, "its retry is %s",
				o.states[1].Status)
			o.here(p)
			o.paidOnce(p)
		}})
}

// retires has the only model of a recipe retired in the middle of a run, and a person name
// another one. Like all lives of a scenario it is lived in a bubble, in virtual time.
func retires(w *world) outcome {
	a, _ := w.boot(-1, false)
	id := w.start(a, runs.Request{Queue: true})
	stop := w.works(a)
	defer stop()
	time.Sleep(2 * time.Second)
	retired, err := simulator.Find("S46")
	if err != nil {
		w.t.Fatal(err)
	}
	retired.Target = w.play.target
	w.sim.SetScenario(retired)
	w.rests(id)
	both := w.play
	both.single = false
	next, _, err := a.Runs.Retry(w.t.Context(), id, runs.RetryRequest{Retry: given(w.t, string(both.recipe(w.t)))})
	if err != nil {
		w.t.Fatal(err)
	}
	w.execute(a, next)
	return w.outcome(id, next)
}

// healthy has nothing wrong, and takes its time.
var healthy = scenario.Scenario{ID: "ok", Name: "ok", Pace: scenario.Pace{FirstEvent: 500 * time.Millisecond, TokensPerSecond: 200}}

// mends lets an account run out of credit in the middle of a run, and a person mend that
// when everybody has long been told to keep away.
func mends(how string) func(w *world) outcome {
	return func(w *world) outcome {
		ctx := context.WithoutCancel(w.t.Context())
		a, _ := w.boot(-1, false)
		id := w.start(a, runs.Request{Queue: true})
		stop := w.works(a)
		defer stop()
		time.Sleep(2 * time.Second)
		w.sim.SetScenario(w.unpaid())
		w.rests(id)
		ids := []string{id}
		for range 3 { // others try in vain, so that the key is left alone for longer and longer
			time.Sleep(5 * time.Minute)
			other := w.start(a, runs.Request{Queue: true, File: oneScene()})
			w.rests(other)
			ids = append(ids, other)
		}
		time.Sleep(10 * time.Second)
		w.sim.SetScenario(healthy)
		w.play.mended = time.Now()
		next := id
		var err error
		operator, _ := w.boot(-1, false) // a process of its own
		switch how {
		case "retry":
			if next, _, err = operator.Runs.Retry(ctx, id, again); err == nil {
				err = operator.Runs.Execute(ctx, next, func() {})
			}
		case "retry by serve":
			next, _, err = operator.Runs.Retry(ctx, id, runs.RetryRequest{Retry: again.Retry, Queue: true})
		case "new run":
			next = w.start(operator, runs.Request{Queue: true})
		case "resume":
			err = operator.Runs.Resume(ctx, id, runs.Continuation{})
		}
		if err != nil {
			w.t.Fatal(err)
		}
		w.over(next, time.Hour)
		w.play.next = next
		if next != id {
			ids = append(ids, next)
		}
		return w.outcome(ids...)
	}
}

// unpaid is the target's account without credit, while no other provider answers.
func (w *world) unpaid() scenario.Scenario {
	s, err := simulator.Find("S32")
	if err != nil {
		w.t.Fatal(err)
	}
	s.Target = w.play.target
	s.Rules[0].When.Until = 0
	s.Rules = append(slices.Clone(s.Rules), scenario.Rule{Name: "down", Fault: scenario.Fault{Error: "overloaded"}})
	return s
}

// rests waits until no process works on a run any more.
func (w *world) rests(id string) {
	w.t.Helper()
	for range 600 {
		if s := w.state(id); s.Status.Ended() || s.Status == run.Paused {
			return
		}
		time.Sleep(time.Second)
	}
	w.t.Fatalf("the run is %s after ten minutes", w.state(id).Status)
}

// mended wants the first call after a person's word within a second, and no other at the
// target beside it.
func (o outcome) mended(p *problems, s run.State) {
	var first simulator.Call
	for _, c := range o.calls {
		if c.Provider == o.target && !c.Time.Before(o.play.mended) && (first.Number == 0 || c.Time.Before(first.Time)) {
			first = c
		}
	}
	p.check(first.Number > 0 && first.Time.Sub(o.play.mended) <= time.Second, "the first call is %v after the word",
		first.Time.Sub(o.play.mended))
	for _, c := range o.calls {
		beside := c.Provider == o.target && c.Number != first.Number && !c.Time.Before(first.Time) &&
			c.Time.Before(first.Time.Add(first.Duration))
		p.check(!beside, "call %d is made beside the first one", c.Number)
	}
	p.check(s.FinishedAt != nil && s.FinishedAt.Sub(o.play.mended) < 2*time.Minute, "the run ended at %v", s.FinishedAt)
}
