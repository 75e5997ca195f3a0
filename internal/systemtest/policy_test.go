package systemtest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// always is a scenario in which the target fails in a way until a time.
func always(fault string, until time.Duration) scenario.Scenario {
	return scenario.Scenario{ID: "P", Name: "p", Rules: []scenario.Rule{{Name: "fault",
		When: scenario.When{Provider: scenario.Globs{"target"}, Until: until}, Fault: scenario.Fault{Error: fault}}}}
}

// firstTwo returns how long after the first try of a question failed the second began.
func firstTwo(o outcome) time.Duration {
	for _, list := range o.units() {
		if len(list) > 1 {
			return list[1].StartedAt.Sub(end(list[0])).Round(10 * time.Millisecond)
		}
	}
	return -1
}

// tried wants each question to have been tried n times.
func (o outcome) tried(p *problems, n int) {
	for key, list := range o.units() {
		p.check(len(list) == n, "%s: %s, want %d", key, tries(list), n)
	}
}

// ended wants the stage that asks to have failed in a way, after a time.
func (o outcome) ended(p *problems, after time.Duration, why event.TerminalReason, class failure.Class) {
	st := o.states[0].Stages["extract_scenes"]
	p.check(st.Status == run.StageFailed && st.TerminalReason == why && st.FinalErrorClass != nil && *st.FinalErrorClass == class,
		"%s, %s, %v", st.Status, st.TerminalReason, st.FinalErrorClass)
	p.check(o.took >= after && o.took < after+time.Second, "it took %v, want %v", o.took, after)
}

// Each key of a recipe's resilience block does what it says, through the whole program.
func TestPolicy_EachKeyOfTheResilienceBlockCounts(t *testing.T) {
	down, once := always("server_error", 24*time.Hour), always("server_error", time.Millisecond)
	for name, tt := range map[string]struct {
		scenario scenario.Scenario
		settings map[string]string
		many     bool // scenes
		checks   func(o outcome, p *problems)
	}{
		"nothing": {down, map[string]string{"max_wait_seconds": "0"}, false, func(o outcome, p *problems) {
			o.tried(p, 3)
			p.check(firstTwo(o) == 500*time.Millisecond, "the pause is %v", firstTwo(o)) // half of 2 x 0.5 s
		}},
		"max_attempts_per_stage": {down, map[string]string{"max_wait_seconds": "0", "max_attempts_per_stage": "1"}, false,
			func(o outcome, p *problems) {
				o.tried(p, 1)
				o.ended(p, 0, event.RetriesSpent, failure.ServerError)
			}},
		"stage_max_attempts": {down, map[string]string{"max_wait_seconds": "0", "stage_max_attempts": "{extract_scenes: 2}"}, false,
			func(o outcome, p *problems) {
				o.tried(p, 2)
			}},
		"retry_base_delay_seconds": {once, map[string]string{"retry_base_delay_seconds": "8"}, false, func(o outcome, p *problems) {
			p.check(firstTwo(o) == 8*time.Second, "the pause is %v", firstTwo(o))
		}},
		"retry_jitter_ratio": {once, map[string]string{"retry_base_delay_seconds": "8", "retry_jitter_ratio": "0.25"}, false,
			func(o outcome, p *problems) {
				p.check(firstTwo(o) == 18*time.Second, "the pause is %v", firstTwo(o)) // 16 s, and half of a quarter
			}},
		"retry_jitter_ratio of 0": {once, map[string]string{"retry_base_delay_seconds": "8", "retry_jitter_ratio": "0"}, false,
			func(o outcome, p *problems) {
				p.check(firstTwo(o) == 16*time.Second, "the pause is %v", firstTwo(o))
			}},
		"max_wait_seconds": {down, map[string]string{"max_wait_seconds": "300"}, false, func(o outcome, p *problems) {
			o.ended(p, 5*time.Minute, event.WaitSpent, failure.ServerError)
		}},
		"max_stage_seconds": {down, map[string]string{"max_stage_seconds": "120"}, false, func(o outcome, p *problems) {
			o.ended(p, 2*time.Minute, event.WaitSpent, failure.ServerError)
		}},
		"max_cost_usd": {scenario.Scenario{ID: "P", Name: "p"}, map[string]string{"max_cost_usd": "0.03"}, true, func(o outcome, p *problems) {
			st := o.states[0].Stages["extract_scenes"]
			p.check(st.Status == run.StageFailed && st.TerminalReason == event.MoneySpent && *st.FinalErrorClass == failure.Budget, "%s by %v",
				st.Status, st.FinalErrorClass)
			p.check(o.states[0].TotalCostUSD > 0.015 && o.states[0].TotalCostUSD < 0.045, "it cost %v", o.states[0].TotalCostUSD)
		}},
		"on_exhausted": {down, map[string]string{"max_wait_seconds": "300", "on_exhausted": "pause"}, false, func(o outcome, p *problems) {
			st := o.states[0].Stages["extract_scenes"]
			p.check(o.states[0].Status == run.Paused && st.Status == run.StagePaused && st.PauseReason == event.Exhausted, "%s, %s for %s",
				o.states[0].Status, st.Status, st.PauseReason)
		}},
		"degrade": {down, map[string]string{"max_wait_seconds": "0", "degrade": "offline"}, false, func(o outcome, p *problems) {
			o.done(p)
		}},
		"concurrency": {scenario.Scenario{ID: "P", Name: "p", Pace: scenario.Pace{FirstEvent: time.Second}},
			map[string]string{"concurrency": "2"}, true, func(o outcome, p *problems) {
				o.done(p)
				most := 0
				for _, c := range o.calls {
					beside := 0
					for _, other := range o.calls {
						if !other.Time.After(c.Time) && other.Time.Add(other.Duration).After(c.Time) {
							beside++
						}
					}
					most = max(most, beside)
				}
				p.check(most == 2, "%d calls at a time", most)
			}},
		"stage_fallback_models": {always("server_error", 24*time.Hour),
			map[string]string{"max_wait_seconds": "0", "stage_fallback_models": `{extract_scenes: ["anthropic:claude-haiku-4-5"]}`}, false,
			func(o outcome, p *problems) {
				for _, a := range o.attempts() {
					p.check(a.Model == "claude-haiku-4-5", "%s is asked", a.Model)
				}
			}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := play{options: fixed, target: "anthropic", alone: true, single: name != "stage_fallback_models", scenario: tt.scenario,
					file: oneScene(), endAt: "extract_scenes", settings: tt.settings}
				if tt.many {
					q.file = sample(t, "the_tide_clock.fountain")
				}
				o := q.on(t)
				var wrong problems
				wrong.check(o.named("attempt_started") > 0, "nobody is asked")
				tt.checks(o, &wrong)
				if name != "degrade" { // the offline model answers then
					o.invariants(&wrong)
				}
				for _, w := range wrong {
					t.Error(w)
				}
			})
		})
	}
}
