package systemtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// outageScenarios are about providers that are down for a time.
func outageScenarios(t *testing.T) []faultScenario {
	return []faultScenario{
		{id: "S15", wants: "all served; at most 6 calls into the outage; back within 15 s of its end",
			play:   play{options: fixed, file: oneScene(), endAt: "extract_scenes", runs: 25, apart: 4 * time.Second},
			checks: sparedOutage, without: func(p *play) { p.options.Health.Provider, p.options.Health.Model = blind, blind }},
		{id: "S15 errors 500", wants: "the same for internal errors",
			play: play{options: fixed, scenario: minute("server_error"), file: oneScene(), endAt: "extract_scenes", runs: 25,
				apart: 4 * time.Second}, checks: sparedOutage},
		{id: "S17", wants: "the incident: the shipped recipe finishes, the cause is kept", play: play{options: fixed},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.elsewhere(p)
				o.as(p, o.target, "overloaded")
				o.spared(p)
				p.check(o.at(o.target) <= 8 && o.took < time.Minute, "%d calls in %v", o.at(o.target), o.took)
				o.inOrder(p)
			}},
		{id: "S17 alone", wants: "with that key alone it waits, then finishes", play: play{options: fixed, alone: true},
			checks: func(o outcome, p *problems) {
				o.done(p)
				o.here(p)
				o.waits(p, 20*time.Minute)
				p.check(o.at(o.target) <= 120, "%d calls", o.at(o.target))
			}, without: func(p *play) { p.settings = map[string]string{"max_wait_seconds": "0"} }},
		{id: "S17 prose", wants: "the incident as it was: at normalize", play: play{options: fixed, file: sample(t, "the_well.txt")},
			checks: func(o outcome, p *problems) {
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
		{id: "S21", wants: "second tries spread over 3 s or more; retries within the bucket",
			play: play{options: crowd, scenario: burst(2 * time.Second), runs: 10, settings: map[string]string{"concurrency": "20"}},
			checks: func(o outcome, p *problems) {
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
				p.check(len(seconds) == 200 && seconds[199].Sub(seconds[0]) >= 3*time.Second, "%d second tries within %v", len(seconds),
					seconds[len(seconds)-1].Sub(seconds[0]))
				p.check(retried <= 21, "%d retries", retried) // what a full bucket holds, and a few seconds' worth
			}},
		{id: "S21 alone", wants: "the same with nobody else to go to: nobody before 2 s, spread",
			play: play{options: crowd, scenario: burst(2 * time.Second), alone: true, single: true, runs: 10,
				settings: map[string]string{"concurrency": "20"}}, checks: herd(2 * time.Second)},
		{id: "S21 for long", wants: "the same for a hint that is too long to be waited out within a round",
			play: play{options: crowd, scenario: burst(30 * time.Second), alone: true, single: true, runs: 10,
				settings: map[string]string{"concurrency": "20"}}, checks: herd(30 * time.Second)},
		{id: "S21 for an hour", wants: "the same for an hour", play: play{options: crowd, scenario: burst(time.Hour), alone: true, single: true,
			runs: 10, settings: map[string]string{"concurrency": "20"}}, checks: herd(time.Hour)},
		{id: "S22", wants: "at most the leased probes go out", play: play{options: crowd, alone: true, runs: 5,
			settings: map[string]string{"concurrency": "10"}}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.leased(p, 3)
		}, without: func(p *play) {
			all := breaker.Options{FirstLeases: 100, Leases: 100}
			p.options.Health.Provider, p.options.Health.Model = all, all
		}},
		{id: "S24", wants: "waits with a shown time, then finishes by itself", play: play{options: fixed}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.waits(p, 5*time.Minute)
			p.check(len(o.calls) <= 21+3*60, "%d calls", len(o.calls))
		}, without: func(p *play) { p.settings = map[string]string{"max_wait_seconds": "0"} }},
		{id: "S26", wants: "does not close the breaker", play: play{options: early, file: twoScenes(), alone: true, endAt: "extract_scenes",
			settings: map[string]string{"concurrency": "2"}}, checks: func(o outcome, p *problems) {
			o.done(p)
			o.oldSuccess(p)
		}},
	}
}

// burst is the burst of S21, with answers that take a moment, so that all ask before the first has one.
func burst(hint time.Duration) scenario.Scenario {
	return scenario.Scenario{ID: "S21b", Name: "s21b", Rules: []scenario.Rule{{Name: "burst",
		When:  scenario.When{Provider: scenario.Globs{"target"}, Calls: scenario.Counts{{First: 1, Last: 200}}},
		Fault: scenario.Fault{Error: "rate_limit", RetryAfter: hint, Delay: 300 * time.Millisecond}}}}
}

// lasting is a provider that is never well, and says when it may be; 0 says nothing.
func lasting(hint time.Duration) scenario.Scenario {
	fault := scenario.Fault{Error: "rate_limit", RetryAfter: hint}
	if hint == 0 {
		fault.Error = "overloaded"
	}
	return scenario.Scenario{ID: "S52", Name: "s52", Rules: []scenario.Rule{{Name: "never well",
		When: scenario.When{Provider: scenario.Globs{"target"}}, Fault: fault}}}
}

// herd wants callers with the same stated time to come back no sooner than that,
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
func minute(fault string) scenario.Scenario {
	return scenario.Scenario{ID: "S15b", Name: "s15b", Rules: []scenario.Rule{{Name: "outage",
		When: scenario.When{Provider: scenario.Globs{"target"}, Until: time.Minute}, Fault: scenario.Fault{Error: fault}}}}
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
	p.check(strings.HasPrefix(told, "attempt_failed stage_retrying stage_fallback") &&
		strings.HasSuffix(told, "attempt_started attempt_finished"), "the story is %s", told)
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
