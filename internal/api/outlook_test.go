package api_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// overloaded is a scenario in which no provider answers for a time.
func overloaded(d time.Duration) scenario.Scenario {
	return scenario.Scenario{ID: "O", Name: "overloaded", Rules: []scenario.Rule{{Name: "fault",
		When: scenario.When{Until: d}, Fault: scenario.Fault{Error: "overloaded"}}}}
}

// find returns what comes next of a kind, by a provider or any.
func find(t *testing.T, s run.State, what run.NextKind, provider string) run.Next {
	t.Helper()
	i := slices.IndexFunc(s.Next, func(n run.Next) bool { return n.What == what && (provider == "" || n.Provider == provider) })
	if i < 0 {
		t.Fatalf("%s of %q does not come next: %+v", what, provider, s.Next)
	}
	return s.Next[i]
}

// A state says what comes next, by what is known of the providers now, and its tag changes with that.
func TestState_SaysWhatComesNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(overloaded(24*time.Hour), simulator.Options{})
		s := open(t, api.Options{}, models(sim))
		id := s.start(s.given("tide", "night_bus.txt"))
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		got := s.get("/api/runs/" + id + "/state").is(200)
		state := into[client.RunState](got).State
		if state.Status != run.Waiting {
			t.Fatal(state.Status)
		}
		st := state.Stages["extract_scenes"]
		fails := find(t, state, run.NextFails, "")
		if want := st.ProgressAt.Add(6 * time.Hour); !fails.At.Equal(want) || fails.If != run.IfUnanswered || fails.StageID != "extract_scenes" {
			t.Errorf("%+v, want at %v", fails, want)
		}
		if look := find(t, state, run.NextLook, ""); !look.At.Equal(state.NextAttemptAt.Time) {
			t.Errorf("%+v, want at %v", look, state.NextAttemptAt)
		}
		if !slices.IsSortedFunc(state.Next, func(a, b run.Next) int { return a.At.Compare(b.At.Time) }) {
			t.Errorf("%+v", state.Next)
		}
		var names []string
		for _, p := range state.Providers {
			names = append(names, p.Name)
			if p.State != run.StateOut && p.State != run.StateProbing || p.Since == nil || time.Since(p.Since.Time) < 9*time.Minute {
				t.Errorf("%+v", p)
			}
			if p.State == run.StateOut {
				if probe := find(t, state, run.NextProbe, p.Name); !probe.At.Equal(p.Until.Time) || probe.If != run.IfStillOut {
					t.Errorf("%+v, %+v", probe, p)
				}
			}
		}
		if !slices.Equal(names, []string{"anthropic", "openai", "google"}) {
			t.Errorf("%v", names)
		}

		tag := got.header.Get("Etag")
		s.get("/api/runs/"+id+"/state", "If-None-Match: "+tag).is(304)
		s.post("/api/providers/openai/hold", `{"reason":"maintenance","seconds":7200}`).is(200)
		held := s.get("/api/runs/"+id+"/state", "If-None-Match: "+tag).is(200)
		state = into[client.RunState](held).State
		if hold := find(t, state, run.NextHold, "openai"); time.Until(hold.At.Time).Round(time.Minute) != 2*time.Hour {
			t.Errorf("%+v", hold)
		}
		s.post("/api/providers/openai/release", `{"reason":"over"}`).is(200)
		s.get("/api/runs/"+id+"/state", "If-None-Match: "+held.header.Get("Etag")).is(200)

		acts := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).Acts
		if len(acts) != 2 || acts[0].Endpoint != "/api/runs/"+id+"/try-now" || acts[1].Endpoint != "/api/runs/"+id+"/cancel" {
			t.Errorf("%+v", acts)
		}
		s.post("/api/runs/"+id+"/cancel", nil).is(200)
		state = into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State
		if state.Next == nil || len(state.Next) > 0 || state.Providers == nil || len(state.Providers) > 0 {
			t.Errorf("%+v %+v", state.Next, state.Providers)
		}
	})
}

// A drill says what comes next by its own events: it has providers of its own.
func TestState_SaysWhatComesNextInADrill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(healthy, simulator.Options{})))
		b := s.given("tide", "night_bus.txt")
		b.Drill = "S17:anthropic"
		id := s.start(b)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		state := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State
		if state.Status != run.Waiting || len(state.Providers) != 1 || state.Providers[0].Name != "anthropic" ||
			state.Providers[0].State == run.StateWell {
			t.Errorf("%s: %+v", state.Status, state.Providers)
		}
		find(t, state, run.NextLook, "")
		find(t, state, run.NextFails, "")
	})
}

// The limits of a run are named with where they are from and what is used of them.
func TestState_SaysWhatIsUsedOfLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, id := failed(t)
		state := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State
		use := func(limit, stage string) run.LimitUse {
			i := slices.IndexFunc(state.LimitUse, func(u run.LimitUse) bool { return u.Limit == limit && u.StageID == stage })
			if i < 0 {
				t.Fatalf("no %s of %q: %+v", limit, stage, state.LimitUse)
			}
			return state.LimitUse[i]
		}
		if u := use("max_cost_usd", ""); u.Value != 10 || u.Used != state.SpentUSD() || u.Source != "default" {
			t.Errorf("%+v", u)
		}
		if u := use("max_attempts_per_stage", "extract_scenes"); u.Value != 4 || u.Used < 1 || u.Used > 4 {
			t.Errorf("%+v", u)
		}
		if u := use("max_wait_seconds", "extract_scenes"); u.Value != 6*3600 {
			t.Errorf("%+v", u)
		}
		if slices.ContainsFunc(state.LimitUse, func(u run.LimitUse) bool { return u.StageID == "ingest" }) {
			t.Error("limits of a stage that is done")
		}
		next := into[client.Started](s.post("/api/runs/"+id+"/retry", `{"max_wait_seconds":60}`).is(200)).RunID
		s.rests(next)
		state = into[client.RunState](s.get("/api/runs/" + next + "/state").is(200)).State
		if u := use("max_wait_seconds", "extract_scenes"); u.Value != 60 || u.Source != "run" {
			t.Errorf("%+v", u)
		}
	})
}

// Attempts have ids that are links, and come in pages; a brief state leaves them out.
func TestAttempts_ComeInPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, id := failed(t)
		all := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State
		var want []string
		for _, stage := range all.StageOrder {
			for _, a := range all.Stages[stage].Attempts {
				want = append(want, a.ID)
				if parts := strings.Split(a.ID, "/"); len(parts) != 4 || parts[0] != stage {
					t.Errorf("an attempt of stage %s has the id %q", stage, a.ID)
				}
			}
		}
		sorted := slices.Clone(want)
		slices.Sort(sorted)
		if len(want) < 3 || len(slices.Compact(sorted)) != len(want) {
			t.Fatalf("%q", want)
		}
		var got []string
		for cursor := ""; ; {
			page := into[client.AttemptsPage](s.get("/api/runs/" + id + "/attempts?limit=2&cursor=" + url.QueryEscape(cursor)).is(200))
			for _, a := range page.Attempts {
				got = append(got, a.ID)
			}
			if cursor = page.NextCursor; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		failed := into[client.AttemptsPage](s.get("/api/runs/" + id + "/attempts?status=failed&stage=extract_scenes").is(200)).Attempts
		if len(failed) == 0 || failed[0].StageID != "extract_scenes" || failed[0].Status != run.AttemptFailed {
			t.Errorf("%+v", failed)
		}
		if none := into[client.AttemptsPage](s.get("/api/runs/" + id + "/attempts?unit=none").is(200)).Attempts; none == nil || len(none) > 0 {
			t.Errorf("%+v", none)
		}
		s.get("/api/runs/"+id+"/attempts?cursor=none").fails(422, "invalid_cursor")
		s.get("/api/runs/none/attempts").fails(404, "run_state_not_found")

		brief := s.get("/api/runs/" + id + "/state?brief=true").is(200)
		for stage, st := range into[client.RunState](brief).State.Stages {
			if len(st.Attempts) > 0 || st.AttemptCount != all.Stages[stage].AttemptCount {
				t.Errorf("stage %s has %d of %d attempts", stage, len(st.Attempts), st.AttemptCount)
			}
		}
		s.get("/api/runs/"+id+"/state", "If-None-Match: "+brief.header.Get("Etag")).is(200)
		s.get("/api/runs/"+id+"/state?brief=true", "If-None-Match: "+brief.header.Get("Etag")).is(304)
	})
}

// What a retry costs is estimated also where the run and all like it have no answer, by what is asked
// and the price of the first model that can be asked.
func TestRetryPlan_EstimatesTheCostWithoutAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := models(simulator.New(failing(), simulator.Options{}))
		var err error
		if config.Catalog, err = catalog.Shipped(); err != nil {
			t.Fatal(err)
		}
		s := open(t, api.Options{}, config)
		id := s.start(s.given("tide", "night_bus.txt"))
		s.rests(id)
		plan := into[run.RetryPlan](s.get("/api/runs/" + id + "/retry-plan").is(200))
		if plan.EstimatedCostUSD == nil || *plan.EstimatedCostUSD <= 0 || plan.EstimatedSeconds == nil || *plan.EstimatedSeconds <= 0 {
			t.Errorf("%v USD, %v s: %+v", plan.EstimatedCostUSD, plan.EstimatedSeconds, plan.Forecast)
		}
	})
}

// BenchmarkState asks for the state of a run of 500 scenes, each of which was asked about twice, in
// full and in brief, and reports how large the answers are, plain and compressed.
func BenchmarkState(b *testing.B) {
	store, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	a := app.New(store.Seams(), b.TempDir(), app.Config{})
	defer a.Close()
	bodies := []event.Body{
		event.PipelineStarted{RecipeID: "mvp_ingest", StageIDs: []string{"extract_scenes"}}, event.StageStarted{StageID: "extract_scenes"},
	}
	for i := range 500 {
		for n, model := range []string{"claude-sonnet-4-6", "gpt-5.2"} {
			at := event.Attempt{StageID: "extract_scenes", Unit: fmt.Sprintf("scene_%03d", i), Role: "work", Attempt: n + 1,
				Provider: "p", Model: model}
			bodies = append(bodies, event.AttemptStarted{Attempt: at})
			if n == 0 {
				bodies = append(bodies, event.AttemptFailed{Attempt: at, ErrorClass: "overloaded", Error: "the provider is overloaded",
					RequestID: new(seq("req_0123456789abcdef", i)), LatencyMS: int64(900 + i)})
			} else {
				bodies = append(bodies, event.AttemptFinished{Attempt: at, ServedModel: model, RequestID: new(seq("resp_0123456789abcdef", i)),
					InputTokens: 900 + i, OutputTokens: 300 + i%7, CostUSD: new(0.01), LatencyMS: int64(3000 + 7*i)})
			}
		}
	}
	if err := store.Log.Create(b.Context(), run.NewRun{ID: "r", ProjectID: "p", First: bodies}); err != nil {
		b.Fatal(err)
	}
	h, _ := observed(a, api.Options{})
	for _, path := range []string{"/api/runs/r/state", "/api/runs/r/state?brief=true"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, request(b.Context(), http.MethodGet, path, nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body.String())
				}
				var small bytes.Buffer
				z := gzip.NewWriter(&small)
				z.Write(w.Body.Bytes()) //nolint:errcheck // it is in memory
				z.Close()               //nolint:errcheck // the same
				b.ReportMetric(float64(w.Body.Len())/1000, "kB")
				b.ReportMetric(float64(small.Len())/1000, "kB-gzip")
			}
		})
	}
}

// The plan of a retry says what it is likely to take, and whether it may stop again for the same.
func TestRetryPlan_SaysWhatItMayMeet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sim, id := failed(t)
		got := s.get("/api/runs/" + id + "/retry-plan").is(200)
		plan := into[run.RetryPlan](got)
		if risk := plan.StopsAgain; risk == nil || risk.StageID != "extract_scenes" || risk.ErrorClass != "auth" {
			t.Errorf("%+v", risk)
		}
		if plan.Forecast == nil || plan.EstimatedSeconds == nil || plan.CurrentRecipe == nil || plan.CurrentRecipe.Differs {
			t.Fatalf("%+v", plan.RetryOutlook)
		}
		for _, st := range plan.Forecast.Stages {
			kept := slices.Contains(plan.Kept, st.StageID)
			if (st.Action == run.ActionReuse) != kept {
				t.Errorf("stage %s: %s, kept: %v", st.StageID, st.Action, kept)
			}
			if st.StageID == "extract_scenes" && len(st.Chain) < 3 {
				t.Errorf("%+v", st.Chain)
			}
		}
		for _, r := range plan.Redone {
			if r.Artifacts == nil || r.Discarded != 0 {
				t.Errorf("%+v", r)
			}
		}
		recovers(sim)
		for _, name := range []string{"anthropic", "openai", "google"} {
			s.post("/api/providers/"+name+"/hold", `{"reason":"x"}`).is(200)
		}
		again := s.get("/api/runs/" + id + "/retry-plan").is(200)
		if risk := into[run.RetryPlan](again).StopsAgain; risk == nil || risk.Why != run.NoCandidate {
			t.Errorf("%+v", risk)
		}
		if got.header.Get("Etag") != again.header.Get("Etag") {
			t.Error("the tag of a plan depends on how providers are doing")
		}
		s.post("/api/runs/"+id+"/retry", nil, "If-Match: "+got.header.Get("Etag")).is(200)
	})
}
