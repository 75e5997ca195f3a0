package simulator_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/simulator/scenario"
)

func TestEpoch_Limits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := rules(
			scenario.Rule{
				Name:  "limit",
				When:  scenario.When{Provider: scenario.Globs{"anthropic"}},
				Fault: scenario.Fault{Limit: &scenario.Limit{PerMinute: 3}},
			},
			scenario.Rule{
				Name:  "other",
				When:  scenario.When{Provider: scenario.Globs{"anthropic"}, Calls: scenario.Counts{{First: 2, Last: 2}}},
				Fault: scenario.Fault{ServedModel: "another"},
			},
		)
		a := apiNamed("messages")
		var statuses []int
		for range 5 {
			got := b.ask(t.Context(), a)
			statuses = append(statuses, got.status)
			if h := got.header; h.Get("anthropic-ratelimit-requests-limit") != "3" {
				t.Errorf("%v", h)
			}
			if got.status == 429 &&
				(got.header.Get("retry-after") == "" || got.header.Get("anthropic-ratelimit-requests-remaining") != "0") {
				t.Error(got.header)
			}
			time.Sleep(10 * time.Second)
		}
		if !slices.Equal(statuses, []int{200, 200, 200, 429, 429}) || b.sim.Calls()[1].Fault != "served_model:another" ||
			b.last(t).Fault != "limit" {
			t.Errorf("%v %+v", statuses, b.sim.Calls())
		}
		got := b.ask(t.Context(), a)
		wait, err := strconv.Atoi(got.header.Get("retry-after"))
		if got.status != 429 || err != nil || wait != 10 {
			t.Errorf("%d, retry-after %d: %v", got.status, wait, err)
		}
		time.Sleep(time.Duration(wait) * time.Second)
		if got := b.ask(t.Context(), a); got.status != 200 {
			t.Errorf("after the hint: %v", got)
		}
		if got := b.ask(t.Context(), apiNamed("chat")); got.status != 200 {
			t.Errorf("another provider: %v", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		b := inProcess(scenario.Scenario{Pace: scenario.Pace{FirstEvent: time.Second},
			Rules: []scenario.Rule{{Fault: scenario.Fault{Limit: &scenario.Limit{Concurrent: 2}}}}})
		statuses := make(chan int)
		for range 5 {
			go func() { statuses <- b.ask(t.Context(), apiNamed("chat stream")).status }()
		}
		fine := 0
		for range 5 {
			if <-statuses == 200 {
				fine++
			}
		}
		if fine != 2 {
			t.Errorf("%d calls passed at a time", fine)
		}
		if got := b.ask(t.Context(), apiNamed("chat")); got.status != 200 {
			t.Errorf("a slot was not given back: %v", got)
		}
		// Also not by a client that goes away.
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		for range 3 {
			b.ask(ctx, apiNamed("chat"))
		}
		synctest.Wait()
		if got := b.ask(t.Context(), apiNamed("chat")); got.status != 200 {
			t.Errorf("a slot was not given back: %v", got)
		}
	})
}
