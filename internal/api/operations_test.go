package api_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
)

// failed makes a server at a simulator in which a run has failed.
func failed(t *testing.T) (s *site, sim *simulator.Simulator, id string) {
	t.Helper()
	sim = simulator.New(failing(), simulator.Options{})
	s = open(t, api.Options{}, models(sim))
	id = s.start(s.given("tide", "night_bus.txt"))
	if st := s.rests(id).State; st.Status != run.RunFailed {
		t.Fatal(st.Status)
	}
	return s, sim, id
}

// recovers lets everybody answer, when a wrong key is tried again.
func recovers(sim *simulator.Simulator) {
	sim.SetScenario(healthy)
	time.Sleep(time.Hour)
}

func TestStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		begun := into[client.Started](s.post("/api/runs/start", b).is(200))
		if begun.StateURL != "/api/runs/"+begun.RunID+"/state" || begun.EventsURL != "/api/runs/"+begun.RunID+"/events" || begun.Existing {
			t.Errorf("%+v", begun)
		}
		s.rests(begun.RunID)
		with := func(change func(*client.RunRequest)) answer {
			c := b
			change(&c)
			return s.post("/api/runs/start", c)
		}
		with(func(c *client.RunRequest) { c.ProjectID = "nobodys" }).fails(404, "project_not_opened")
		with(func(c *client.RunRequest) { c.InputFile = "/etc/passwd" }).fails(404, "input_not_found")
		with(func(c *client.RunRequest) { c.ConfigFile = "../../etc/passwd" }).fails(404, "input_not_found")
		with(func(c *client.RunRequest) { c.RecipeID = "none" }).fails(404, "recipe_not_found")
		with(func(c *client.RunRequest) { c.RecipeID = "../../recipes/mvp_ingest" }).fails(404, "recipe_not_found")
		with(func(c *client.RunRequest) { c.StartFrom = "none" }).fails(422, "invalid_request")
		with(func(c *client.RunRequest) { c.EndAt = "none" }).fails(422, "invalid_request")
		with(func(c *client.RunRequest) { c.Drill = "none" }).fails(422, "invalid_request")
		with(func(c *client.RunRequest) { c.RunID = "../../x" }).fails(422, "invalid_run_id")
		with(func(c *client.RunRequest) { c.RunID = begun.RunID }).fails(409, "run_exists")
		with(func(c *client.RunRequest) { c.RunID = "my.run_1" }).is(200)
		with(func(c *client.RunRequest) { c.RetryOf = "none" }).fails(404, "run_state_not_found")
		with(func(c *client.RunRequest) { c.RetryOf = begun.RunID }).fails(400, "no_failed_stage")
		s.post("/api/runs/start", `{"project_id":"tide"}`).fails(422, "invalid_request")
		s.post("/api/runs/start", `{"project_id":`).fails(400, "invalid_request")
		s.post("/api/runs/start", nil).is(400)

		id := into[client.Started](with(func(c *client.RunRequest) { c.DryRun = true }).is(200)).RunID
		if st := s.rests(id).State; !st.DryRun || st.Status != run.RunDone {
			t.Errorf("%+v", st)
		}
		// The project configuration waits to be confirmed unless the client says otherwise.
		id = into[client.Started](with(func(c *client.RunRequest) { c.AcceptConfig = false; c.Force = true }).is(200)).RunID
		if st := s.rests(id).State; st.Status != run.Paused || st.Stages["project_config"].PauseReason != event.AwaitingConfirmation {
			t.Errorf("%s", st.Status)
		}
		s.post("/api/runs/"+id+"/try-now", nil).fails(409, "run_paused")
		s.post("/api/runs/"+id+"/resume", nil).is(200)
		if st := s.rests(id).State; st.Status != run.RunDone {
			t.Errorf("%s: %s", st.Status, st.Error)
		}
		s.post("/api/runs/"+id+"/resume", nil).fails(400, "not_paused")
		s.post("/api/runs/none/resume", nil).fails(404, "run_state_not_found")
	})
}

func TestRetriesHandler_ResumeOfARunOfAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		stop := s.works()
		b := s.given("tide", "night_bus.txt")
		b.AcceptConfig = false
		id := s.start(b)
		s.rests(id)
		stop()
		if _, err := s.store.Journal.Claim(t.Context(), id, 5*time.Minute); err != nil {
			t.Fatal(err)
		}
		s.post("/api/runs/"+id+"/resume", nil).fails(409, "run_busy")
	})
}

// A second resume of the same run is refused at once.
func TestRetriesHandler_ManyResumeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		b.AcceptConfig = false
		id := s.start(b)
		s.rests(id)
		began := time.Now()
		well := 0
		for _, got := range atOnce(10, func() string {
			a := s.post("/api/runs/"+id+"/resume", nil)
			if a.status == 200 {
				return "well"
			}
			return a.fails(400, "not_paused").Code
		}) {
			if got == "well" {
				well++
			}
		}
		if took := time.Since(began); well == 0 || took > 5*time.Second {
			t.Errorf("%d have resumed it, after %s", well, took)
		}
		if st := s.rests(id).State; st.Status != run.RunDone {
			t.Error(st.Status)
		}
	})
}

// What a run is like before anything of it has happened, and when it failed before any
// of its stages.
func TestRunsHandler_EarlyStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id := s.start(s.given("tide", "night_bus.txt"))
		early := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200))
		if early.State.Status != run.Queued || early.State.RecipeID != "mvp_ingest" || early.State.FinishedAt != nil ||
			len(early.State.Stages) != 4 || early.BackgroundError != nil {
			t.Errorf("%+v", early.State)
		}
		if e := into[client.RunEvents](s.get("/api/runs/" + id + "/events").is(200)).Events; len(e) != 1 {
			t.Errorf("%+v", e)
		}
		s.post("/api/runs/"+id+"/retry-failed-stage", nil).fails(400, "no_failed_stage")
		s.post("/api/runs/"+id+"/retry", nil).fails(409, "run_not_over")
		s.get("/api/runs/"+id+"/retry-plan").fails(409, "run_not_over")
		s.post("/api/runs/"+id+"/try-now", nil).is(200)
		s.post("/api/runs/"+id+"/cancel", nil).is(200)
		s.post("/api/runs/"+id+"/cancel", nil).fails(409, "run_over")
		s.post("/api/runs/"+id+"/try-now", nil).fails(409, "run_over")
		s.post("/api/runs/none/cancel", nil).fails(404, "run_state_not_found")
		s.post("/api/runs/none/try-now", nil).fails(404, "run_state_not_found")
		if st := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State; st.Status != run.RunCancelled || st.FinishedAt == nil {
			t.Errorf("%+v", st)
		}
	})
}

func TestRetriesHandler_FailedStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sim, id := failed(t)
		state := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200))
		if state.BackgroundError == nil || state.State.Success == nil || *state.State.Success {
			t.Errorf("%+v", state)
		}
		s.post("/api/runs/none/retry-failed-stage", nil).fails(404, "run_state_not_found")
		recovers(sim)
		next := into[client.Started](s.post("/api/runs/"+id+"/retry-failed-stage", nil).is(200))
		if next.Existing || next.StateURL != "/api/runs/"+next.RunID+"/state" {
			t.Errorf("%+v", next)
		}
		st := s.rests(next.RunID).State
		if st.Status != run.RunDone || *st.ParentRunID != id || st.Stages["ingest"].Status != run.StageReused {
			t.Errorf("%s of %v: %s", st.Status, st.ParentRunID, st.Error)
		}
		s.post("/api/runs/"+next.RunID+"/retry-failed-stage", nil).fails(400, "no_failed_stage")
	})
}

// The old way to ask for a retry: all else has to be there, and is left out of account.
func TestRunsHandler_StartAsRetryIgnoresTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sim, id := failed(t)
		recovers(sim)
		next := into[client.Started](s.post("/api/runs/start",
			map[string]any{"project_id": "junk", "input_file": "/junk", "default_model": "junk", "recipe_id": "junk",
				"start_from": "junk", "run_id": "../junk", "config_file": "/etc/passwd", "retry_failed_stage_for_run_id": id}).is(200))
		if st := s.rests(next.RunID).State; st.Status != run.RunDone || *st.ParentRunID != id {
			t.Errorf("%s: %s", st.Status, st.Error)
		}
		s.post("/api/runs/start", `{"retry_failed_stage_for_run_id":"`+id+`"}`).fails(422, "invalid_request")
	})
}

func TestRetriesHandler_RetryByPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sim, id := failed(t)
		plan := s.get("/api/runs/" + id + "/retry-plan").is(200)
		if p := into[pipeline.RetryPlan](plan); p.ParentRunID != id || p.Mode != event.RetryFailed || len(p.Kept) == 0 {
			t.Errorf("%+v", p)
		}
		tag := plan.header.Get("Etag")
		s.get("/api/runs/none/retry-plan").fails(404, "run_state_not_found")
		s.get("/api/runs/"+id+"/retry-plan?from=none").fails(422, "unknown_stage")
		s.post("/api/runs/"+id+"/retry", client.RetryRequest{From: "none"}).fails(422, "unknown_stage")
		s.post("/api/runs/none/retry", nil).fails(404, "run_state_not_found")
		// The plan of another retry has another tag.
		s.post("/api/runs/"+id+"/retry", client.RetryRequest{Full: true}, "If-Match: "+tag).fails(412, "plan_changed")
		s.post("/api/runs/"+id+"/retry", nil, `If-Match: "x"`).fails(412, "plan_changed")
		recovers(sim)
		next := into[client.Started](s.post("/api/runs/"+id+"/retry", nil, "If-Match: "+tag).is(200))
		if st := s.rests(next.RunID).State; st.Status != run.RunDone {
			t.Errorf("%s: %s", st.Status, st.Error)
		}
		s.get("/api/runs/"+next.RunID+"/retry-plan").fails(400, "no_failed_stage")
		s.post("/api/runs/"+next.RunID+"/retry", nil).fails(400, "no_failed_stage")
		full := into[client.Started](s.post("/api/runs/"+next.RunID+"/retry", client.RetryRequest{Full: true}).is(200))
		if st := s.rests(full.RunID).State; st.Status != run.RunDone || st.RootRunID != id {
			t.Errorf("%s: %s", st.Status, st.Error)
		}
		from := into[client.Started](s.post("/api/runs/"+next.RunID+"/retry", client.RetryRequest{From: "project_config"}).is(200))
		if st := s.rests(from.RunID).State; st.Status != run.RunDone || st.Stages["extract_scenes"].Status != run.StageReused {
			t.Errorf("%s: %s", st.Status, st.Error)
		}
	})
}

// What other runs spend and answer changes the estimate of a plan, but not what the retry does.
func TestPlanTag_OtherRunsDontChangeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(failing(), simulator.Options{})
		m := models(sim)
		var err error
		if m.Catalog, err = catalog.Shipped(); err != nil { // which has the prices
			t.Fatal(err)
		}
		s := open(t, api.Options{}, m)
		id := s.start(s.given("tide", "night_bus.txt"))
		s.rests(id)
		plan := s.get("/api/runs/" + id + "/retry-plan").is(200)
		recovers(sim)
		other := s.start(s.given("lighthouse", "lighthouse.md"))
		if st := s.rests(other).State; st.Status != run.RunDone {
			t.Fatalf("%s for %v: %s", st.Status, st.TotalCostUSD, st.Error)
		}
		now := s.get("/api/runs/" + id + "/retry-plan").is(200)
		before, after := into[run.RetryPlan](plan).EstimatedCostUSD, into[run.RetryPlan](now).EstimatedCostUSD
		if after == nil || before != nil && *before == *after {
			t.Fatal("the other run does not change the estimate")
		}
		if plan.header.Get("Etag") != now.header.Get("Etag") {
			t.Error("another run changes the tag of the plan")
		}
		s.post("/api/runs/"+id+"/retry", nil, "If-Match: "+plan.header.Get("Etag")).is(200)
	})
}

// One key is one run, however often, in whatever way and by how many at once it is sent.
func TestIdempotent_OneKeyIsOneRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sim, failed := failed(t)
		b := s.given("other", "lighthouse.md")
		started := func(path string, body any) string {
			return into[client.Started](s.post(path, body, "Idempotency-Key: one").is(200)).RunID
		}
		first := atOnce(10, func() string { return started("/api/runs/start", b) })
		if again := into[client.Started](s.post("/api/runs/start", b, "Idempotency-Key: one").is(200)); again.RunID != first[0] ||
			!again.Existing {
			t.Errorf("%+v", again)
		}
		other := b
		other.AcceptConfig = false
		if p := s.post("/api/runs/start", other, "Idempotency-Key: one").fails(409, "idempotency_key_reused"); p.RunID != first[0] {
			t.Errorf("%+v", p)
		}
		s.post("/api/runs/"+failed+"/retry", nil, "Idempotency-Key: one").fails(409, "idempotency_key_reused")
		s.post("/api/runs/"+failed+"/retry-failed-stage", nil, "Idempotency-Key: one").fails(409, "idempotency_key_reused")

		// Of a failed run there is one retry under way, with a key or without.
		s.rest()
		retries := atOnce(10, func() string {
			return into[client.Started](s.post("/api/runs/"+failed+"/retry-failed-stage", nil).is(200)).RunID
		})
		for _, ids := range [][]string{first, retries} {
			for _, id := range ids {
				if id != ids[0] {
					t.Errorf("%v", ids)
				}
			}
		}
		s.works()
		s.rests(retries[0])
		recovers(sim)
		one := into[client.Started](s.post("/api/runs/"+failed+"/retry", nil, "Idempotency-Key: two").is(200)).RunID
		s.rests(one)
		if again := into[client.Started](s.post("/api/runs/"+failed+"/retry-failed-stage", nil,
			"Idempotency-Key: two").is(200)); again.RunID != one || !again.Existing {
			t.Errorf("%+v, want %s", again, one)
		}
	})
}

// While a run is being retried, another kind of retry has to wait.
func TestRetriesHandler_TwoKindsOfRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, id := failed(t)
		s.rest()
		s.post("/api/runs/"+id+"/retry", nil).is(200)
		s.post("/api/runs/"+id+"/retry", client.RetryRequest{Full: true}).fails(409, "already_retried")
	})
}

// atOnce does something several times at once.
func atOnce(n int, do func() string) []string {
	all := make([]string, n)
	var together sync.WaitGroup
	for i := range all {
		together.Go(func() { all[i] = do() })
	}
	together.Wait()
	return all
}

// A run that waits says for which provider and until when, and goes on at a signal.
func TestRetriesHandler_AWaitingRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(always("overloaded"), simulator.Options{})
		s := open(t, api.Options{}, models(sim))
		id := s.start(s.given("tide", "night_bus.txt"))
		st := s.rests(id).State
		if st.Status != run.Waiting || st.NextAttemptAt == nil || !st.NextAttemptAt.After(time.Now()) || st.WaitReason == nil {
			t.Fatalf("%s until %v", st.Status, st.NextAttemptAt)
		}
		sim.SetScenario(healthy)
		asked := time.Now()
		s.post("/api/runs/"+id+"/try-now", nil).is(200)
		for {
			if st = s.rests(id).State; st.Status != run.Waiting {
				break
			}
			if err := s.store.Log.Wait(t.Context(), id, st.LastSeq); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(asked); st.Status != run.RunDone || took > time.Minute {
			t.Errorf("%s after %s", st.Status, took)
		}
		id = s.start(s.given("other", "lighthouse.md"))
		s.post("/api/runs/"+id+"/cancel", nil).is(200)
		if st := s.rests(id).State; st.Status != run.RunCancelled {
			t.Error(st.Status)
		}
		s.post("/api/runs/"+id+"/retry-failed-stage", nil).is(200)
	})
}
