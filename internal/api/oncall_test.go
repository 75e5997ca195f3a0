package api_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// outage is a scenario in which a provider fails for a time.
func outage(provider, fault string, until time.Duration) scenario.Scenario {
	return scenario.Scenario{ID: "out", Name: "out", Rules: []scenario.Rule{{Name: "outage",
		When: scenario.When{Provider: scenario.Globs{provider}, Until: until}, Fault: scenario.Fault{Error: fault}}}}
}

// counted is what the events of runs say of the attempts at a provider.
type counted struct {
	answered, failed, canceled int
	byClass                    map[failure.Class]int
	input, output              int64
	usd, wasted, simulated     float64
}

// counts adds up the events of runs by provider.
func (s *site) counts(ids ...string) map[string]*counted {
	s.Helper()
	all := map[string]*counted{}
	of := func(name string) *counted {
		if all[name] == nil {
			all[name] = &counted{byClass: map[failure.Class]int{}}
		}
		return all[name]
	}
	for _, id := range ids {
		for e, err := range s.store.Log.Events(s.Context(), id, 0) {
			if err != nil {
				s.Fatal(err)
			}
			switch b := e.Body.(type) {
			case event.AttemptFinished:
				c := of(b.Provider)
				c.answered++
				c.input += int64(b.InputTokens)
				c.output += int64(b.OutputTokens)
				if b.CostUSD != nil {
					c.usd += *b.CostUSD
				}
				if b.SimulatedCostUSD != nil {
					c.simulated += *b.SimulatedCostUSD
				}
			case event.AttemptFailed:
				c := of(b.Provider)
				if b.ErrorClass == failure.Canceled {
					c.canceled++
				} else {
					c.failed++
					c.byClass[b.ErrorClass]++
				}
				c.input += int64(b.InputTokens)
				c.output += int64(b.OutputTokens)
				if b.CostUSD != nil {
					c.usd += *b.CostUSD
					c.wasted += *b.CostUSD
				}
			}
		}
	}
	return all
}

// What a history counts is what the events say, whether a run is a drill or not.
func TestProvidersHistory_IsWhatTheEventsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(outage("anthropic", "overloaded", 20*time.Minute), simulator.Options{})))
		b := s.given("tide", "the_tide_clock.fountain")
		real := s.start(b)
		if st := s.rests(real).State; st.Status != run.RunDone {
			t.Fatal(st.Status, st.Error)
		}
		b.Drill, b.RunID = "healthy", "no-word-of-it"
		drill := s.start(b)
		if st := s.rests(drill).State; st.Status != run.RunDone {
			t.Fatal(st.Status, st.Error)
		}
		for query, id := range map[string]string{"": real, "?drill=true&window=24h&bucket=1h": drill} {
			h := into[health.History](s.get("/api/providers/history" + query).is(200))
			want := s.counts(id)
			if len(h.Providers) != 3 || h.Drill != (id == drill) || !h.Until.After(time.Now()) {
				t.Fatalf("%+v", h)
			}
			for _, p := range h.Providers {
				w := want[p.Provider]
				if w == nil {
					w = &counted{}
				}
				s.sumsUp(query, p, w, h.BucketSeconds)
			}
		}
		one := into[health.History](s.get("/api/providers/anthropic/history?window=2h").is(200))
		if len(one.Providers) != 1 || one.Providers[0].Total.Failed == 0 || one.BucketSeconds != 120 {
			t.Fatalf("%+v", one)
		}
		p := one.Providers[0]
		if p.Fault.Theirs != p.Total.Failed || len(p.Faults) != 1 || p.Faults[0].Class != failure.Overloaded || p.Faults[0].Title == "" {
			t.Errorf("%+v, %+v", p.Fault, p.Faults)
		}
		if len(p.Intervals) == 0 || p.Intervals[0].Kind != health.WasOut || p.Intervals[0].Reason == "" {
			t.Errorf("%+v", p.Intervals)
		}
		for _, odd := range []string{
			"window=1h&bucket=1s", "window=745h", "bucket=2h", "window=abc", "window=-1h", "bucket=1.5s", "drill=perhaps",
		} {
			s.get("/api/providers/history?"+odd).fails(422, "invalid_request")
			s.get("/api/providers/anthropic/history?"+odd).fails(422, "invalid_request")
		}
		s.get("/api/providers/nobody/history").fails(404, "provider_not_found")
	})
}

// sumsUp wants a history's total, its buckets and its models to be the same, and as counted.
func (s *site) sumsUp(query string, p health.ProviderHistory, w *counted, bucketSeconds int) {
	s.Helper()
	parts := []health.Figures{}
	for i, b := range p.Buckets {
		parts = append(parts, b.Figures)
		if i > 0 && b.At.Sub(p.Buckets[i-1].At) < time.Duration(bucketSeconds)*time.Second {
			s.Errorf("%s: buckets at %v and %v", query, p.Buckets[i-1].At, b.At)
		}
	}
	models := []health.Figures{}
	for _, m := range p.Models {
		models = append(models, m.Total)
	}
	for name, list := range map[string][]health.Figures{"total": {p.Total}, "buckets": parts, "models": models} {
		got := counted{byClass: map[failure.Class]int{}}
		for _, f := range list {
			got.answered += f.Answered
			got.failed += f.Failed
			got.canceled += f.Canceled
			got.input += f.InputTokens
			got.output += f.OutputTokens
			got.usd += f.CostUSD
			got.wasted += f.WastedCostUSD
			got.simulated += f.SimulatedCostUSD
			for c, n := range f.ByClass {
				got.byClass[c] += n
			}
			if f.LatencyN != f.Answered || (f.LatencyP50MS == nil) != (f.Answered < 5) || (f.LatencyP95MS == nil) != (f.Answered < 20) {
				s.Errorf("%s %s: %+v", query, name, f)
			}
		}
		near := func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
		if got.answered != w.answered || got.failed != w.failed || got.canceled != w.canceled ||
			got.input != w.input || got.output != w.output ||
			!near(got.usd, w.usd) || !near(got.wasted, w.wasted) || !near(got.simulated, w.simulated) || len(got.byClass) != len(w.byClass) {
			s.Errorf("%s %s of %s: %+v, want %+v", query, name, p.Provider, got, *w)
		}
	}
}

// Holds, cooldowns and open breakers are intervals, which end when what they are of ends.
func TestProvidersHistory_Intervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(outage("openai", "auth", time.Hour), simulator.Options{})
		s := open(t, api.Options{}, models(sim))
		hold := func(name, seconds string) {
			s.post("/api/providers/"+name+"/hold", `{"reason":"maintenance","seconds":`+seconds+`}`).is(200)
		}
		begun := time.Now().UTC()
		hold("anthropic", "60")
		hold("google", "3600")
		time.Sleep(30 * time.Second)
		s.post("/api/providers/google/release", `{"reason":"over"}`).is(200)
		b := s.given("tide", "night_bus.txt")
		s.rests(s.start(b)) // OpenAI refuses the key
		time.Sleep(5 * time.Minute)
		intervals := map[string][]health.Interval{}
		for _, p := range into[health.History](s.get("/api/providers/history?window=15m").is(200)).Providers {
			intervals[p.Provider] = p.Intervals
		}
		at := func(d time.Duration) *time.Time { return new(begun.Add(d)) }
		held := intervals["anthropic"]
		if len(held) != 1 || held[0].Kind != health.WasHeld || !held[0].Since.Equal(begun) || !held[0].Until.Equal(*at(time.Minute)) ||
			held[0].Reason != "maintenance" || held[0].EndsAt != nil {
			t.Errorf("a hold that ended by itself: %+v", held)
		}
		if held = intervals["google"]; len(held) != 1 || !held[0].Until.Equal(*at(30 * time.Second)) {
			t.Errorf("a hold that was released: %+v", held)
		}
		i := slices.IndexFunc(intervals["openai"], func(i health.Interval) bool { return i.Kind == health.WasCooling })
		if i < 0 || intervals["openai"][i].Class != failure.Auth || intervals["openai"][i].Key != "OPENAI_API_KEY" {
			t.Errorf("a refused key: %+v", intervals["openai"])
		}
		time.Sleep(time.Hour)
		for _, p := range into[health.History](s.get("/api/providers/history?window=10m").is(200)).Providers {
			if len(p.Intervals) != 0 {
				t.Errorf("long after: %+v", p.Intervals)
			}
		}
	})
}

// The list of what happened to providers has ids that stay, pages that neither repeat nor leave
// out anything, and says who did what.
func TestProvidersHandler_Events(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(outage("anthropic", "overloaded", 20*time.Minute), simulator.Options{})
		s := open(t, api.Options{Tokens: []guard.Token{{Name: "ada", Secret: token}}}, models(sim))
		s.token = token
		s.rests(s.start(s.given("tide", "night_bus.txt")))
		s.post("/api/providers/openai/hold", `{"reason":"maintenance","seconds":60}`, "Cineforge-Client: cli").is(200)
		time.Sleep(time.Second)
		s.post("/api/providers/OPENAI_API_KEY/release", `{"reason":"over"}`).is(200)
		s.post("/api/providers/anthropic/probe", `{"reason":"look"}`).is(200)
		list := func(query string) []health.ProviderEvent {
			return into[[]health.ProviderEvent](s.get("/api/providers/events" + query).is(200))
		}
		all := list("")
		kinds := map[health.EventKind]health.ProviderEvent{}
		for i, e := range all {
			if e.ID == 0 || e.Message == "" || e.From == "" || e.To == "" || i > 0 && e.ID >= all[i-1].ID {
				t.Errorf("%+v", e)
			}
			kinds[e.Kind] = e
		}
		held := kinds[health.EventHeld]
		if held.Provider != "openai" || held.To != "held" || held.Reason != "maintenance" || held.Evidence != "maintenance" ||
			held.Until == nil || held.Actor == nil || held.Actor.Channel != event.ByCommand || *held.Actor.Name != "ada" {
			t.Errorf("%+v", held)
		}
		if r := kinds[health.EventReleased]; r.Key != "OPENAI_API_KEY" || r.Reason != "over" || r.Actor.Channel != event.ByAPI {
			t.Errorf("%+v", r)
		}
		if kinds[health.EventProbed].To != "probe_wanted" || kinds[health.EventTransition].Actor != nil {
			t.Errorf("%+v", kinds)
		}
		var paged []health.ProviderEvent
		for before := int64(0); ; before = paged[len(paged)-1].ID {
			page := list(fmt.Sprintf("?limit=2&before=%d", before))
			if paged = append(paged, page...); len(page) < 2 {
				break
			}
		}
		if diff := cmp.Diff(all, paged); diff != "" {
			t.Errorf("in pages (-all +pages):\n%s", diff)
		}
		if diff := cmp.Diff(all[:2], list(fmt.Sprintf("?after=%d", all[2].ID))); diff != "" {
			t.Error(diff)
		}
		for _, e := range list("?provider=openai") {
			if e.Provider != "openai" {
				t.Errorf("%+v", e)
			}
		}
		for _, odd := range []string{"before=-1", "after=x", "limit=501"} {
			s.get("/api/providers/events?"+odd).fails(422, "invalid_request")
		}
	})
}
