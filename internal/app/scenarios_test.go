package app_test

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/resilience/limit"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/stage"
)

// faultScenario is one row of the fault scenarios.
type faultScenario struct {
	id     string
	wants  string   // in words, for the report
	only   []string // providers that it is about; all four if it is not given
	play   play
	checks func(o outcome, p *problems)
	lives  func(w *world) outcome // if given, what happens in place of the play: processes die, operators act
	// without, if given, takes away what the scenario is there to show, and has to make it fail.
	without func(*play)
}

func (s faultScenario) targets() []string {
	if s.only != nil {
		return s.only
	}
	return []string{"anthropic", "openai", "google", "local"}
}

// row is a line of the report.
type row struct {
	id, target, wants string
	problems          problems
	calls             string
	took, longest     time.Duration
	wasted            int
}

// TestScenarios plays the fault scenarios through the shipped recipe, in each wire
// format in which they can occur, and prints what came of them.
func TestScenarios(t *testing.T) {
	var mu sync.Mutex
	var rows []row
	t.Run("play", func(t *testing.T) {
		for _, s := range slices.Concat(faultScenarios(t), callScenarios(t), lifeScenarios(t)) {
			targets := s.targets()
			switch { // without the race detector all are played
			case raceOn && strings.HasPrefix(s.id, "S21 "): // the same herd as in S21
				continue
			case raceOn: // the formats differ below what could race
				targets = targets[:1]
			}
			for _, target := range targets {
				t.Run(s.id+"/"+target, func(t *testing.T) {
					r := s.on(t, target)
					for _, p := range r.problems {
						t.Error(p)
					}
					mu.Lock()
					defer mu.Unlock()
					rows = append(rows, r)
				})
			}
			if s.without != nil && !raceOn {
				t.Run(s.id+"/without", func(t *testing.T) {
					s.without(&s.play)
					if r := s.on(t, s.targets()[0]); len(r.problems) == 0 {
						t.Error("it passes without what it is to show")
					}
				})
			}
		}
	})
	report := table(rows)
	t.Log("\n" + report)
	if name := os.Getenv("CINEFORGE_SCENARIOS"); name != "" {
		if err := os.WriteFile(name, []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (s faultScenario) on(t *testing.T, target string) (r row) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := s.play
		p.target = target
		if p.scenario.ID == "" && p.scenario.Rules == nil {
			scenario, err := simulator.Find(s.id[:3])
			if err != nil {
				t.Fatal(err)
			}
			p.scenario = scenario
		}
		var o outcome
		if s.lives != nil {
			w := newWorld(t, p)
			began := time.Now()
			o = s.lives(w)
			o.began, o.took = began, time.Since(began)
		} else {
			o = p.on(t)
		}
		r = row{id: s.id, target: target + " (" + formats[target] + ")", wants: s.wants, took: o.took, longest: o.longest(), wasted: o.wasted()}
		s.checks(o, &r.problems)
		o.invariants(&r.problems)
		var seen []string
		for _, who := range []string{"anthropic", "openai", "google", "local"} {
			if n := o.at(who); n > 0 {
				seen = append(seen, fmt.Sprintf("%s %d", who, n))
			}
		}
		r.calls = strings.Join(seen, ", ")
	})
	return r
}

// longest returns the longest time that one question took to be answered.
func (o outcome) longest() (longest time.Duration) {
	for _, list := range o.units() {
		if last := list[len(list)-1]; last.Status == "success" {
			longest = max(longest, end(last).Sub(list[0].StartedAt.Time))
		}
	}
	return longest
}

func table(rows []row) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SCENARIO\tFAILS\tPASS\tCALLS SEEN BY EACH\tRUN\tLONGEST ANSWER\tWASTED TOKENS\tWANTED")
	passed := 0
	for _, r := range rows {
		pass := "yes"
		if len(r.problems) > 0 {
			pass = "NO"
		} else {
			passed++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%v\t%v\t%d\t%s\n", r.id, r.target, pass, r.calls, r.took.Round(100*time.Millisecond), r.longest.Round(100*time.Millisecond), r.wasted, r.wants)
	}
	if err := w.Flush(); err != nil {
		return err.Error()
	}
	return b.String() + fmt.Sprintf("\n%d of %d pass. Times are virtual.\n", passed, len(rows))
}

// invariants hold of every outcome.
func (o outcome) invariants(p *problems) {
	byRequest := map[string]simulator.Call{}
	for _, c := range o.calls {
		p.check(c.Ended, "a call is still under way: %+v", c)
		p.check(c.Problem == "", "the provider found fault with a request: %s", c.Problem)
		byRequest[c.RequestID] = c
	}
	made := 0 // those that were given up may not have got anywhere
	for _, a := range o.attempts() {
		if a.ErrorClass != failure.Canceled {
			made++
		}
	}
	p.check(made <= len(o.calls) && len(o.calls) <= len(o.attempts()), "%d attempts are told, the providers saw %d calls", len(o.attempts()), len(o.calls))
	for i, s := range o.states {
		terminal := 0
		for n, e := range o.events[i] {
			p.check(e.Seq == int64(n+1), "event %d has seq %d", n+1, e.Seq)
			if event.Terminal(e.Body) {
				terminal++
			}
			wellPut(p, e.Body)
		}
		p.check(terminal == 1 == s.Status.Ended(), "run %s is %s with %d terminal events", s.RunID, s.Status, terminal)
		cost := 0.0
		for _, st := range s.Stages {
			for _, a := range st.Attempts {
				if a.CostUSD != nil {
					cost += *a.CostUSD
				}
				if a.Status == "success" && a.RequestID != nil {
					c, ok := byRequest[*a.RequestID]
					same := a.Estimated || c.InputTokens == a.InputTokens && c.OutputTokens == a.OutputTokens
					p.check(!ok || c.Complete && c.Model == a.Model && same, "%s: the provider saw %+v", tries([]run.AttemptState{a}), c)
				}
			}
		}
		p.check(math.Abs(cost-s.TotalCostUSD) < 1e-9, "run %s cost %v, its attempts %v", s.RunID, s.TotalCostUSD, cost)
		announced(o.events[i], s.Status, p)
	}
}

// announced wants what the log announces to be what is done: each try that is announced is
// made, if the run is not ended or left from outside, and no wait ends with a failure that
// was not announced with it.
func announced(events []event.Event, status run.Status, p *problems) {
	type of struct{ stage, unit, role string }
	coming, waits := map[of]event.StageRetrying{}, map[of]event.StageWaiting{}
	for _, e := range events {
		switch b := e.Body.(type) {
		case event.StageRetrying:
			coming[of{b.StageID, b.Unit, b.Role}] = b
			delete(waits, of{b.StageID, b.Unit, b.Role})
			p.check(b.ErrorClass != "", "a further try without what failed: %+v", b)
		case event.StageWaiting:
			waits[of{b.StageID, b.Unit, b.Role}] = b
		case event.AttemptStarted:
			key := of{b.StageID, b.Unit, b.Role}
			if r, ok := coming[key]; ok {
				p.check(r.Attempt == b.Attempt.Attempt, "%v: try %d is announced, %d is made", key, r.Attempt, b.Attempt.Attempt)
			}
			delete(coming, key)
			delete(waits, key)
		case event.UnitReused:
			delete(coming, of{b.StageID, b.Unit, b.Role})
			delete(waits, of{b.StageID, b.Unit, b.Role})
		case event.StageFailed:
			for key, w := range waits {
				late := w.GivesUp || !w.Until.After(e.Time)
				p.check(key.stage != b.StageID || key.unit != b.Unit || late, "%v was to wait until %v, and failed at %v", key, w.Until, e.Time)
			}
			for key, r := range coming {
				p.check(key.stage != b.StageID || key.unit != b.Unit, "%v: try %d was announced, and not made", key, r.Attempt)
			}
		case event.RunResumed:
			clear(coming)
			clear(waits)
		}
	}
	if status == run.RunDone {
		p.check(len(coming) == 0, "announced, and not made: %v", coming)
	}
}

// failedAs lists how the attempts at a provider failed, each class once. Those that were
// given up for a faster one did not fail.
func (o outcome) failedAs(provider string) []string {
	classes := map[string]bool{}
	for _, a := range o.attempts() {
		if a.Provider == provider && a.Status == "failed" && a.ErrorClass != failure.Canceled {
			classes[string(a.ErrorClass)] = true
		}
	}
	return slices.Sorted(maps.Keys(classes))
}

// as wants the attempts at a provider to have failed in these ways only.
func (o outcome) as(p *problems, provider string, classes ...string) {
	got := o.failedAs(provider)
	p.check(slices.Equal(got, classes), "%s failed as %v, want %v", provider, got, classes)
}

// most wants no question to have been tried more often than n times at any model of
// the target.
func (o outcome) most(p *problems, n int) {
	for key, list := range o.units() {
		count := map[string]int{}
		for _, a := range list {
			if a.Provider == o.target {
				count[a.Model]++
			}
		}
		for model, got := range count {
			p.check(got <= n, "%s: %d tries at %s, want at most %d", key, got, model, n)
		}
	}
}

// elsewhere wants every answer to come from another provider than the target.
func (o outcome) elsewhere(p *problems) {
	for _, a := range o.attempts() {
		p.check(a.Status != "success" || a.Provider != o.target, "%s was answered by %s", a.Unit, a.Provider)
	}
}

// here wants every answer to come from the target.
func (o outcome) here(p *problems) {
	for _, a := range o.attempts() {
		p.check(a.Provider == o.target, "%s: an attempt at %s", a.Unit, a.Provider)
	}
}

// spared wants no call to begin at a provider whose breaker is open, apart from probes.
// A call that was let through before may be told of at the same instant after it.
func (o outcome) spared(p *problems) {
	for _, events := range o.events {
		open := map[string]time.Time{}
		for _, e := range events {
			switch b := e.Body.(type) {
			case event.BreakerOpened:
				if b.Model == "" {
					open[b.Provider] = e.Time
				}
			case event.BreakerClosed:
				delete(open, b.Provider)
			case event.AttemptStarted:
				since, is := open[b.Provider]
				p.check(!is || b.Decision.Probe || !e.Time.After(since), "%s is asked although its breaker is open", b.Provider)
			}
		}
	}
}

// turns wants breakers to have opened, or not.
func (o outcome) turns(p *problems, opened bool) {
	if n := o.named("breaker_opened"); (n > 0) != opened {
		p.add("%d breakers opened", n)
	}
}

// account wants what a run tells to agree with what the providers saw, call by call.
func (o outcome) account(p *problems) {
	var input, output int
	for _, c := range o.calls {
		input += c.InputTokens
		output += c.OutputTokens
	}
	told := run.Tokens{}
	for _, s := range o.states {
		told.Input += s.Tokens.Input
		told.Output += s.Tokens.Output
	}
	// Who breaks off says nothing of what it took; that is estimated.
	near := func(a, b int) bool { return math.Abs(float64(a-b)) <= 0.05*float64(b) }
	p.check(near(told.Output, output) && near(told.Input, input), "told %+v, the providers saw %d and %d", told, input, output)
}

// longProse is a text whose questions have more than a thousand tokens.
func longProse(t *testing.T) stage.File {
	f := sample(t, "the_well.txt")
	return stage.File{Name: f.Name, Data: bytes.Repeat(append(f.Data, '\n'), 4)}
}

func twoScenes() stage.File {
	return stage.File{Name: "one.fountain", Data: []byte("INT. ROOM - DAY\n\nA lamp.\n\nANNA\nIt is late.\n\nEXT. STREET - NIGHT\n\nRain.\n")}
}

func oneScene() stage.File {
	return stage.File{Name: "one.fountain", Data: []byte("INT. ROOM - DAY\n\nA lamp.\n\nANNA\nIt is late.\n")}
}

// fixed makes chance the same in each play.
var fixed = chain.Options{Random: func() float64 { return 0.5 }}

// early is with a breaker that looks after six seconds whether somebody is well again,
// and believes the first answer.
var early = chain.Options{Random: fixed.Random, Provider: breaker.Options{FirstOpen: 5 * time.Second, CloseAfter: 1}}

// blind is a breaker that keeps nobody out for long.
var blind = breaker.Options{FirstOpen: 1, MaxOpen: 1, MaxStated: 1, CloseAfter: 1, Leases: 100}

// crowd is one with room for many calls at a time.
var crowd = chain.Options{Random: spread(), Limit: limit.Options{Start: 256, Max: 256}}

// spread returns chance that is spread evenly.
func spread() func() float64 {
	var mu sync.Mutex
	x := 0.0
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		if x += 0.618034; x >= 1 {
			x--
		}
		return x
	}
}

func faultScenarios(t *testing.T) []faultScenario {
	return slices.Concat(answeredScenarios(), brokenScenarios(), refusedScenarios(t), outageScenarios(t))
}

// answeredScenarios are about errors that come as an answer.
func answeredScenarios() []faultScenario {
	return []faultScenario{
		{id: "S01", wants: "one retry, not before 2 s, on the same model", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.here(p)
			o.as(p, o.target, "rate_limited")
			for key, list := range o.units() {
				if list[0].Status == "failed" {
					p.check(len(list) == 2 && list[1].Model == list[0].Model && list[1].StartedAt.Sub(end(list[0])) >= 2*time.Second, "%s: %s", key, tries(list))
				}
			}
		}},
		{id: "S02", wants: "falls back; no more than 2 tries of a question at each model; the rest is spared", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.most(p, 2)
			o.turns(p, false)
			p.check(o.at(o.target) <= 20, "%d calls", o.at(o.target))
		}},
		{id: "S03", wants: "one retry, on the same model", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.here(p)
			p.check(o.named("attempt_failed") == 1 && o.named("stage_retrying") == 1 && o.named("stage_fallback") == 0, "retries %d, fallbacks %d", o.named("stage_retrying"), o.named("stage_fallback"))
		}},
		{id: "S04", wants: "falls back; the provider is spared from the second failing model on", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.spared(p)
			o.turns(p, true)
			p.check(o.at(o.target) <= 8, "%d calls", o.at(o.target))
		}},
		{id: "S05", wants: "one retry, then another provider", play: play{options: fixed, file: oneScene(), endAt: "extract_scenes"}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.as(p, o.target, "connection")
			p.check(o.at(o.target) == 2, "%d calls", o.at(o.target))
		}},
		{id: "S05 a whole script", play: play{options: fixed}, wants: "the provider is spared", checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.spared(p)
			p.check(o.at(o.target) <= 8, "%d calls", o.at(o.target))
		}},
		{id: "S06", wants: "cut at the limit for the first event, no retry on the silent route, another provider", play: play{options: fixed, limits: asVendor}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.as(p, o.target, "timeout")
			o.silent(p)
			o.spared(p)
		}},
		{id: "S07", wants: "each answer within 15 s", play: play{options: fixed, limits: asVendor}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.silent(p)
			p.check(o.longest() <= 15*time.Second, "the longest took %v", o.longest())
		}},
	}
}

// asVendor is the time that a vendor's API is given to begin an answer.
var asVendor = wire.Limits{FirstByte: 12 * time.Second}

// silent wants each question to have been tried at most once at the silent target.
func (o outcome) silent(p *problems) {
	for key, list := range o.units() {
		n := 0
		for _, a := range list {
			if a.Provider == o.target && a.ErrorClass == failure.Timeout {
				n++
				p.check(a.DurationSeconds <= 13, "%s: %.1f s on a silent route", key, a.DurationSeconds)
			}
		}
		p.check(n <= 1, "%s: %d tries on a silent route", key, n)
	}
}

// brokenScenarios are about answers that break off or are none.
func brokenScenarios() []faultScenario {
	cut := func(classes ...string) func(o outcome, p *problems) {
		return func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.as(p, o.target, classes...)
			o.account(p)
			p.check(o.wasted() > 0, "nothing is told to be wasted")
		}
	}
	return []faultScenario{
		{id: "S08", wants: "nothing partial is used; asked anew elsewhere", play: play{options: fixed}, checks: cut("connection")},
		{id: "S09", wants: "cut at the idle limit, then as S08", play: play{options: fixed, limits: asVendor}, checks: cut("timeout")},
		{id: "S10", wants: "retried, never shown", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			p.check(o.named("attempt_failed") == 2, "%d failures", o.named("attempt_failed"))
			for _, class := range o.failedAs(o.target) {
				p.check(class == "bad_output" || class == "connection", "it is %s", class)
			}
		}},
		{id: "S11", wants: "taken as cut", play: play{options: fixed}, checks: cut("connection")},
		{id: "S16", wants: "each attempt, its models, tokens and cost are right, failed ones included", play: play{options: fixed, settings: map[string]string{"concurrency": "1"}}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.account(p)
			p.check(o.named("attempt_failed") == 2 && o.wasted() > 0, "%d failures, %d tokens wasted", o.named("attempt_failed"), o.wasted())
			other := 0
			for _, a := range o.attempts() {
				if a.Status == "success" && a.ServedModel == "simulated-other-model" {
					other++
				}
			}
			p.check(other == 1, "%d answers of another model than was asked", other)
		}},
		{id: "S18", wants: "as an overload", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.as(p, o.target, "overloaded")
			o.spared(p)
		}},
		{id: "S28", wants: "asked again with what was wrong; all artifacts are whole", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			for _, class := range o.failedAs(o.target) {
				p.check(class == "bad_output", "it is %s", class)
			}
			p.check(o.named("attempt_failed") >= 3, "%d failures", o.named("attempt_failed"))
			o.most(p, 2)
			o.turns(p, false)
		}},
	}
}

// refusedScenarios are about what time does not heal.
func refusedScenarios(t *testing.T) []faultScenario {
	return []faultScenario{
		{id: "S12", wants: "one call of a question to each model; another provider; no breaker turns", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.most(p, 1)
			o.as(p, o.target, "context_length")
			o.turns(p, false)
		}},
		{id: "S13", wants: "no retry on that model; another provider", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.most(p, 1)
			o.as(p, o.target, "content_policy")
			o.turns(p, false)
		}},
		{id: "S14", wants: "adapted, or the next one; never the end", only: []string{"anthropic"}, play: play{options: fixed, endAt: "extract_scenes"}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.as(p, "openai", "invalid_request")
			for _, a := range o.attempts() {
				p.check(a.Status != "success" || a.Provider == "google", "%s was answered by %s", a.Unit, a.Provider)
			}
		}},
		{id: "S19", wants: "never retried, the key is left alone, others answer, the operator is told", only: []string{"anthropic", "google", "local"}, play: play{options: fixed, endAt: "extract_scenes"}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.as(p, o.target, "quota_exhausted")
			o.most(p, 1)
			o.gated(p)
		}},
		{id: "S19 openai", wants: "the same for 429 insufficient_quota", only: []string{"openai"}, play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.as(p, o.target, "quota_exhausted")
			o.most(p, 1)
			o.gated(p)
		}},
		{id: "S19 alone", wants: "fails at once, and says what to do", play: play{options: fixed, alone: true}, only: []string{"anthropic", "openai"}, checks: func(o outcome, p *problems) {
			st := o.states[0].Stages["extract_scenes"]
			p.check(st.Status == run.StageFailed && st.TerminalReason == event.NonRetryableError && *st.FinalErrorClass == failure.QuotaExhausted && st.Hint != "", "%+v", st)
			p.check(o.took < time.Second && o.at(o.target) <= 4, "%d calls in %v", o.at(o.target), o.took)
		}},
		{id: "S20", wants: "gated, not slept on; elsewhere at once", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.most(p, 1)
			p.check(o.took < time.Second && o.at(o.target) <= 8, "%d calls in %v", o.at(o.target), o.took)
		}},
		{id: "S25", wants: "a clear error that names the need; nothing is cut down", only: []string{"anthropic"},
			play: play{options: fixed, file: longProse(t), settings: map[string]string{"max_wait_seconds": "600"}}, checks: func(o outcome, p *problems) {
				st := o.states[0].Stages["normalize"]
				p.check(st.Status == run.StageFailed, "it is %s", st.Status)
				p.check(strings.Contains(st.Error+st.Hint, "tokens") && strings.Contains(st.Hint, "larger window"), "%s; %s", st.Error, st.Hint)
				prompts := map[string]bool{}
				for _, c := range o.calls {
					prompts[c.Prompt] = true
				}
				p.check(len(prompts) <= len(o.units()), "%d prompts for %d questions", len(prompts), len(o.units()))
			}},
		{id: "S27", wants: "never retried; gated; goes on elsewhere; told which key", only: []string{"anthropic", "openai", "local"}, play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.as(p, o.target, "auth")
			o.most(p, 1)
			o.gated(p)
			o.turns(p, false)
		}},
		{id: "S27 model", wants: "a model that is not there is left alone for a day", only: []string{"google"}, play: play{options: fixed, scenario: simulator.Scenario{ID: "S27b", Name: "s27b",
			Rules: []simulator.Rule{{Name: "no such model", When: simulator.When{Provider: simulator.Globs{"google"}}, Fault: simulator.Fault{Error: "not_found"}}}}}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.as(p, o.target, "not_found")
			o.most(p, 1)
			o.gated(p)
		}},
	}
}

// gated wants the target to have been left alone after its first failure: only the
// calls that were under way by then may have followed.
func (o outcome) gated(p *problems) {
	var first time.Time
	for _, a := range o.attempts() {
		if a.Provider == o.target && (first.IsZero() || end(a).Before(first)) {
			first = end(a)
		}
	}
	for _, a := range o.attempts() {
		p.check(a.Provider != o.target || !a.StartedAt.After(first), "%s is asked after it was gated", a.Provider)
		if a.Provider == o.target {
			p.check(a.Hint != "", "nothing says what to do: %+v", a)
		}
	}
	p.check(o.at(o.target) <= 8, "%d calls", o.at(o.target))
}

// outageScenarios are about providers that are down for a time.
func outageScenarios(t *testing.T) []faultScenario {
	return []faultScenario{
		{id: "S15", wants: "all served; at most 6 calls into the outage; back within 15 s of its end", play: play{options: fixed, file: oneScene(), endAt: "extract_scenes", runs: 25, apart: 4 * time.Second},
			checks: sparedOutage, without: func(p *play) { p.options.Provider, p.options.Model = blind, blind }},
		{id: "S15 errors 500", wants: "the same for internal errors", play: play{options: fixed, scenario: minute("server_error"), file: oneScene(), endAt: "extract_scenes", runs: 25, apart: 4 * time.Second}, checks: sparedOutage},
		{id: "S17", wants: "the incident: the shipped recipe finishes, the cause is kept", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.as(p, o.target, "overloaded")
			o.spared(p)
			p.check(o.at(o.target) <= 8 && o.took < time.Minute, "%d calls in %v", o.at(o.target), o.took)
			o.inOrder(p)
		}},
		{id: "S17 alone", wants: "with that key alone it waits, then finishes", play: play{options: fixed, alone: true}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.here(p)
			o.waits(p, 20*time.Minute)
			p.check(o.at(o.target) <= 120, "%d calls", o.at(o.target))
		}, without: func(p *play) { p.settings = map[string]string{"max_wait_seconds": "0"} }},
		{id: "S17 prose", wants: "the incident as it was: at normalize", play: play{options: fixed, file: sample(t, "the_well.txt")}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			p.check(o.states[0].Stages["normalize"].Fallbacks > 0, "normalize did not fall back")
		}},
		{id: "S52", wants: "no wait is announced that can't help: it fails at once", play: play{options: fixed,
			scenario: lasting(10 * time.Hour), alone: true, single: true,
			settings: map[string]string{"max_wait_seconds": "3600"}}, checks: func(o outcome, p *problems) {
			st := o.states[0].Stages["extract_scenes"]
			p.check(o.states[0].Status == run.RunFailed && st.TerminalReason == event.RetriesSpent, "it is %s (%s)",
				o.states[0].Status, st.TerminalReason)
			p.check(o.named("stage_waiting") == 0 && o.took < time.Minute, "%d waits, %v", o.named("stage_waiting"), o.took)
		}},
		{id: "S52 guess", wants: "a last wait says that it is the last", play: play{options: fixed, scenario: lasting(0),
			alone: true, single: true,
			settings: map[string]string{"max_wait_seconds": "600"}}, checks: func(o outcome, p *problems) {
			var last event.StageWaiting
			for _, e := range o.events[0] {
				if w, ok := e.Body.(event.StageWaiting); ok {
					last = w
				}
			}
			p.check(last.GivesUp && o.states[0].Stages["extract_scenes"].TerminalReason == event.WaitSpent, "%+v", last)
		}},
		{id: "S21", wants: "second tries spread over 3 s or more; retries within the bucket", play: play{options: crowd, scenario: burst(2 * time.Second), runs: 10, settings: map[string]string{"concurrency": "20"}}, checks: func(o outcome, p *problems) {
			o.done(p)
			var seconds []time.Time
			retried := 0
			for _, list := range o.units() {
				if list[0].Status == "failed" && len(list) > 1 {
					seconds = append(seconds, list[1].StartedAt.Time)
					if list[1].Provider == o.target {
						retried++
					}
				}
			}
			slices.SortFunc(seconds, time.Time.Compare)
			p.check(len(seconds) == 200 && seconds[199].Sub(seconds[0]) >= 3*time.Second, "%d second tries within %v", len(seconds), seconds[len(seconds)-1].Sub(seconds[0]))
			p.check(retried <= 21, "%d retries", retried) // what a full bucket holds, and a few seconds' worth
		}},
		{id: "S21 alone", wants: "the same with nobody else to go to: nobody before 2 s, spread", play: play{options: crowd, scenario: burst(2 * time.Second), alone: true, single: true, runs: 10, settings: map[string]string{"concurrency": "20"}}, checks: herd(2 * time.Second)},
		{id: "S21 for long", wants: "the same for a hint that is too long to be waited out within a round", play: play{options: crowd, scenario: burst(30 * time.Second), alone: true, single: true, runs: 10, settings: map[string]string{"concurrency": "20"}}, checks: herd(30 * time.Second)},
		{id: "S21 for an hour", wants: "the same for an hour", play: play{options: crowd, scenario: burst(time.Hour), alone: true, single: true, runs: 10, settings: map[string]string{"concurrency": "20"}}, checks: herd(time.Hour)},
		{id: "S22", wants: "at most the leased probes go out", play: play{options: crowd, alone: true, runs: 5, settings: map[string]string{"concurrency": "10"}}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.leased(p, 3)
		}, without: func(p *play) {
			all := breaker.Options{FirstLeases: 100, Leases: 100}
			p.options.Provider, p.options.Model = all, all
		}},
		{id: "S24", wants: "waits with a shown time, then finishes by itself", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.waits(p, 5*time.Minute)
			p.check(len(o.calls) <= 21+3*60, "%d calls", len(o.calls))
		}, without: func(p *play) { p.settings = map[string]string{"max_wait_seconds": "0"} }},
		{id: "S26", wants: "does not close the breaker", play: play{options: early, file: twoScenes(), alone: true, endAt: "extract_scenes", settings: map[string]string{"concurrency": "2"}}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.oldSuccess(p)
		}},
	}
}

// burst is the burst of S21, with answers that take a moment, so that all ask before the first has one.
func burst(hint time.Duration) simulator.Scenario {
	return simulator.Scenario{ID: "S21b", Name: "s21b", Rules: []simulator.Rule{{Name: "burst",
		When:  simulator.When{Provider: simulator.Globs{"target"}, Calls: simulator.Counts{{First: 1, Last: 200}}},
		Fault: simulator.Fault{Error: "rate_limit", RetryAfter: hint, Delay: 300 * time.Millisecond}}}}
}

// lasting is a provider that is never well, and says when it may be; 0 says nothing.
func lasting(hint time.Duration) simulator.Scenario {
	fault := simulator.Fault{Error: "rate_limit", RetryAfter: hint}
	if hint == 0 {
		fault.Error = "overloaded"
	}
	return simulator.Scenario{ID: "S52", Name: "s52", Rules: []simulator.Rule{{Name: "never well",
		When: simulator.When{Provider: simulator.Globs{"target"}}, Fault: fault}}}
}

// herd wants those who were told the same to come back no sooner than they were told,
// over three seconds at least, and no more than 64 within any second.
func herd(hint time.Duration) func(o outcome, p *problems) {
	return func(o outcome, p *problems) {
		o.done(p)
		var back []time.Time
		for key, list := range o.units() {
			if list[0].Status == "failed" {
				at := list[1].StartedAt.Time
				p.check(at.Sub(end(list[0])) >= hint, "%s came back after %v", key, at.Sub(end(list[0])))
				back = append(back, at)
			}
		}
		slices.SortFunc(back, time.Time.Compare)
		p.check(len(back) == 200 && back[199].Sub(back[0]) >= 3*time.Second, "%d came back within %v", len(back), back[len(back)-1].Sub(back[0]))
		for i := range back[:len(back)-64] {
			p.check(back[i+64].Sub(back[i]) > time.Second, "65 came back within %v", back[i+64].Sub(back[i]))
		}
	}
}

// minute is an outage of a minute.
func minute(fault string) simulator.Scenario {
	return simulator.Scenario{ID: "S15b", Name: "s15b", Rules: []simulator.Rule{{Name: "outage",
		When: simulator.When{Provider: simulator.Globs{"target"}, Until: time.Minute}, Fault: simulator.Fault{Error: fault}}}}
}

func sparedOutage(o outcome, p *problems) {
	o.done(p)
	into, back := 0, time.Time{}
	for _, a := range o.attempts() {
		switch {
		case a.Provider == o.target && a.StartedAt.Sub(o.began) < time.Minute:
			into++
		case a.Provider == o.target && a.Status == "success" && back.IsZero():
			back = a.StartedAt.Time
		}
	}
	p.check(into <= 6, "%d calls into the outage", into)
	p.check(!back.IsZero() && back.Sub(o.began) <= 75*time.Second, "back after %v", back.Sub(o.began))
	p.check(o.longest() <= 5*time.Second, "the longest took %v", o.longest())
}

// waits wants a run to have waited for as long as an outage lasts, with the time of
// the next look told throughout, and to have gone on soon after.
func (o outcome) waits(p *problems, outage time.Duration) {
	p.check(o.named("stage_waiting") > 0, "no wait is told")
	p.check(o.took >= outage && o.took <= outage+2*time.Minute, "it took %v", o.took)
	state := run.NewState()
	for _, e := range o.events[0] {
		if err := state.Apply(e); err != nil {
			p.add("%v", err)
			return
		}
		if w, ok := e.Body.(event.StageWaiting); ok {
			p.check(w.Until.After(e.Time) && w.Reason != "" && w.ErrorClass != "", "%+v", w)
		}
		if state.Status == run.Waiting {
			p.check(state.NextAttemptAt != nil && state.WaitReason != nil, "it waits, and nobody knows for what")
		}
	}
}

// inOrder wants the events of the first question that failed in the order of the story.
func (o outcome) inOrder(p *problems) {
	var names []string
	unit := ""
	for _, e := range o.events[0] {
		name, of := e.Body.EventName(), ""
		switch b := e.Body.(type) {
		case event.AttemptFailed:
			if unit == "" {
				unit = b.Unit
				p.check(b.ErrorCode != nil && (b.RequestID != nil || o.target == "local" || o.target == "google"), "the cause is %+v", b)
			}
			of = b.Unit
		case event.AttemptStarted:
			of = b.Unit
		case event.StageRetrying:
			of = b.Unit
			p.check(b.Attempt > 1 && b.ErrorClass == failure.Overloaded && len(b.Decision.Others) >= 3, "%+v", b)
		case event.StageFallback:
			of = b.Unit
			p.check(b.FromModel != b.ToModel && b.ErrorClass == failure.Overloaded, "%s to %s: %s", b.FromModel, b.ToModel, b.ErrorClass)
		case event.AttemptFinished:
			of = b.Unit
		}
		if of != "" && of == unit {
			names = append(names, name)
		}
	}
	told := strings.Join(names, " ")
	p.check(strings.HasPrefix(told, "attempt_failed stage_retrying stage_fallback") && strings.HasSuffix(told, "attempt_started attempt_finished"), "the story is %s", told)
}

// leased wants no more than n calls under way while a breaker is half open.
func (o outcome) leased(p *problems, n int) {
	for _, c := range o.calls {
		at := c.Time.Sub(o.began)
		if at < 10*time.Second || at > 29*time.Second {
			continue // before the first probe, or when it is well again
		}
		beside := 0
		for _, other := range o.calls {
			if !other.Time.After(c.Time) && other.Time.Add(other.Duration).After(c.Time) || other.Time.Equal(c.Time) {
				beside++
			}
		}
		p.check(beside <= n, "%d calls at a time after %v", beside, at)
	}
	closed := false
	for _, a := range o.attempts() {
		closed = closed || a.Status == "success"
	}
	p.check(closed, "it never healed")
}

// oldSuccess wants the success from before the trip to have come after it, and no
// breaker to have closed before the outage was over.
func (o outcome) oldSuccess(p *problems) {
	opened, answered := time.Time{}, time.Time{}
	for _, e := range o.events[0] {
		switch b := e.Body.(type) {
		case event.BreakerOpened:
			if opened.IsZero() {
				opened = e.Time
			}
		case event.AttemptFinished:
			if answered.IsZero() {
				answered = e.Time
			}
		case event.BreakerClosed:
			p.check(e.Time.Sub(o.began) >= time.Minute, "%s closed after %v", b.Provider, e.Time.Sub(o.began))
		}
	}
	p.check(!opened.IsZero() && answered.After(opened), "opened at %v, answered at %v", opened.Sub(o.began), answered.Sub(o.began))
}
