package systemtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
)

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
					p.check(len(list) == 2 && list[1].Model == list[0].Model && list[1].StartedAt.Sub(end(list[0])) >= 2*time.Second, "%s: %s", key,
						tries(list))
				}
			}
		}},
		{id: "S02", wants: "falls back; no more than 2 tries of a question at each model; the rest is spared", play: play{options: fixed},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.elsewhere(p)
				o.most(p, 2)
				o.turns(p, false)
				p.check(o.at(o.target) <= 20, "%d calls", o.at(o.target))
			}},
		{id: "S03", wants: "one retry, on the same model", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.here(p)
			p.check(o.named("attempt_failed") == 1 && o.named("stage_retrying") == 1 && o.named("stage_fallback") == 0, "retries %d, fallbacks %d",
				o.named("stage_retrying"), o.named("stage_fallback"))
		}},
		{id: "S04", wants: "falls back; the provider is spared from the second failing model on", play: play{options: fixed},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.elsewhere(p)
				o.spared(p)
				o.turns(p, true)
				p.check(o.at(o.target) <= 8, "%d calls", o.at(o.target))
			}},
		{id: "S05", wants: "one retry, then another provider", play: play{options: fixed, file: oneScene(), endAt: "extract_scenes"},
			checks: func(o outcome, p *problems) {
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
		{id: "S06", wants: "cut at the limit for the first event, no retry on the silent route, another provider",
			play: play{options: fixed, limits: asVendor}, checks: func(o outcome, p *problems) {
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
var asVendor = wire.TimeLimits{FirstByte: 12 * time.Second}

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
		{id: "S16", wants: "each attempt, its models, tokens and cost are right, failed ones included",
			play: play{options: fixed, settings: map[string]string{"concurrency": "1"}}, checks: func(o outcome, p *problems) {
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
		{id: "S28", wants: "asked again with what was wrong; all artifacts are whole", play: play{options: fixed},
			checks: func(o outcome, p *problems) {
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
		{id: "S12", wants: "one call of a question to each model; another provider; no breaker turns", play: play{options: fixed},
			checks: func(o outcome, p *problems) {
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
		{id: "S14", wants: "adapted, or the next one; never the end", only: []string{"anthropic"},
			play: play{options: fixed, endAt: "extract_scenes"}, checks: func(o outcome, p *problems) {
				o.done(p)
				o.as(p, "openai", "invalid_request")
				for _, a := range o.attempts() {
					p.check(a.Status != "success" || a.Provider == "google", "%s was answered by %s", a.Unit, a.Provider)
				}
			}},
		{id: "S19", wants: "never retried, the key is left alone, others answer, the operator is told",
			only: []string{"anthropic", "google", "local"}, play: play{options: fixed, endAt: "extract_scenes"},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.elsewhere(p)
				o.as(p, o.target, "quota_exhausted")
				o.most(p, 1)
				o.gated(p)
			}},
		{id: "S19 openai", wants: "the same for 429 insufficient_quota", only: []string{"openai"}, play: play{options: fixed},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.elsewhere(p)
				o.as(p, o.target, "quota_exhausted")
				o.most(p, 1)
				o.gated(p)
			}},
		{id: "S19 alone", wants: "fails at once, and says what to do", play: play{options: fixed, alone: true},
			only: []string{"anthropic", "openai"}, checks: func(o outcome, p *problems) {
				st := o.states[0].Stages["extract_scenes"]
				p.check(st.Status == run.StageFailed && st.TerminalReason == event.NonRetryableError &&
					*st.FinalErrorClass == failure.QuotaExhausted && st.Hint != "", "%+v", st)
				p.check(o.took < time.Second && o.at(o.target) <= 4, "%d calls in %v", o.at(o.target), o.took)
			}},
		{id: "S20", wants: "gated, not slept on; elsewhere at once", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.elsewhere(p)
			o.most(p, 1)
			p.check(o.took < time.Second && o.at(o.target) <= 8, "%d calls in %v", o.at(o.target), o.took)
		}},
		{id: "S25", wants: "a clear error that names the need; nothing is cut down", only: []string{"anthropic"},
			play: play{options: fixed, file: longProse(t), settings: map[string]string{"max_wait_seconds": "600"}},
			checks: func(o outcome, p *problems) {
				st := o.states[0].Stages["normalize"]
				p.check(st.Status == run.StageFailed, "it is %s", st.Status)
				p.check(strings.Contains(st.Error+st.Hint, "tokens") && strings.Contains(st.Hint, "larger window"), "%s; %s", st.Error, st.Hint)
				prompts := map[string]bool{}
				for _, c := range o.calls {
					prompts[c.Prompt] = true
				}
				p.check(len(prompts) <= len(o.units()), "%d prompts for %d questions", len(prompts), len(o.units()))
			}},
		{id: "S27", wants: "never retried; gated; goes on elsewhere; told which key", only: []string{"anthropic", "openai", "local"},
			play: play{options: fixed}, checks: func(o outcome, p *problems) {
				o.done(p)
				o.elsewhere(p)
				o.as(p, o.target, "auth")
				o.most(p, 1)
				o.gated(p)
				o.turns(p, false)
			}},
		{id: "S27 model", wants: "a model that is not there is left alone for a day", only: []string{"google"},
			play: play{options: fixed, scenario: scenario.Scenario{ID: "S27b", Name: "s27b",
				Rules: []scenario.Rule{{Name: "no such model", When: scenario.When{Provider: scenario.Globs{"google"}},
					Fault: scenario.Fault{Error: "not_found"}}}}}, checks: func(o outcome, p *problems) {
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
