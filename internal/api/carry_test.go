package api_test

import (
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
)

// A run that the server can't go on with says so wherever it is shown, and goes on with
// today's line-up at a person's word.
func TestResume_WithCandidatesOfToday(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(healthy, simulator.Options{})
		all := models(sim)
		begun := idle(t, api.Options{}, app.Config{Providers: all.Providers[:1], Transport: sim.Transport()})
		id := begun.start(begun.given("tide", "night_bus.txt"))
		begun.store.Journal.Carry(nil)

		others := app.New(begun.store.Seams(), begun.dir, app.Config{Providers: all.Providers[1:], Transport: sim.Transport()})
		s := &site{T: t, app: others, store: begun.store, dir: begun.dir}
		s.api, s.watch = observed(others, api.Options{Version: "1.2.3"})
		s.background(s.watch.Run)
		state := into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State
		if state.Status != run.Waiting || *state.WaitReason != run.NoCarrier || state.Needs[0].Name != "anthropic" {
			t.Errorf("%s %v %v", state.Status, state.WaitReason, state.Needs)
		}
		if ready := into[client.ServerHealth](s.get("/api/ready").is(200)); len(ready.NoCarrier) != 1 ||
			ready.NoCarrier[0].RunID != id || len(ready.NoCarrier[0].Needs) == 0 {
			t.Errorf("%+v", ready)
		}
		if page := into[client.RunsPage](s.get("/api/runs?status=waiting").is(200)); len(page.Runs) != 1 || len(page.Runs[0].Needs) == 0 {
			t.Errorf("%+v", page)
		}
		s.post("/api/runs/"+id+"/resume", nil).fails(409, "no_carrier")
		s.post("/api/runs/"+id+"/resume", `{"candidates":"tomorrow"}`).fails(422, "invalid_request")
		s.post("/api/runs/"+id+"/resume", `{"candidates":"today"}`).is(200)
		if state = into[client.RunState](s.get("/api/runs/" + id + "/state").is(200)).State; len(state.Needs) > 0 {
			t.Errorf("%s %v", state.Status, state.Needs)
		}
		if ready := into[client.ServerHealth](s.get("/api/ready").is(200)); len(ready.NoCarrier) > 0 {
			t.Errorf("%+v", ready)
		}
	})
}

// Two starts of the same give one run, unless one asks for its own.
func TestStart_Twice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		b.New = nil
		first := into[client.Started](s.post("/api/runs/start", b).is(200))
		if second := into[client.Started](s.post("/api/runs/start", b).is(200)); first.Existing || !second.Existing ||
			second.RunID != first.RunID {
			t.Errorf("%+v %+v", first, second)
		}
		if own := into[client.Started](s.post("/api/runs/start", b, "Idempotency-Key: k").is(200)); own.Existing ||
			own.RunID == first.RunID {
			t.Errorf("%+v", own)
		}
		b.RunID = "mine"
		if own := into[client.Started](s.post("/api/runs/start", b).is(200)); own.Existing || own.RunID != "mine" {
			t.Errorf("%+v", own)
		}
		b.RunID, b.New = "", new(false)
		if same := into[client.Started](s.post("/api/runs/start", b, "Idempotency-Key: l").is(200)); !same.Existing {
			t.Errorf("%+v", same)
		}
	})
}
