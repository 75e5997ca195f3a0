package api_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
)

// needing returns the ids of the runs that need a person, by the list that asks for them; what the
// other lists say has to be the same.
func (s *site) needing() []string {
	s.Helper()
	ids := []string{}
	for _, o := range into[client.RunsPage](s.get("/api/runs?needs_you=true").is(200)).Runs {
		ids = append(ids, o.RunID)
	}
	var all []string
	for _, o := range into[[]run.Overview](s.get("/api/projects/tide/runs").is(200)) {
		if o.NeedsYou != (o.NeedsYouReason != "") {
			s.Errorf("run %s needs a person: %v, for %q", o.RunID, o.NeedsYou, o.NeedsYouReason)
		}
		if o.NeedsYou {
			all = append(all, o.RunID)
		}
	}
	p := into[client.Project](s.get("/api/projects/tide").is(200))
	if recent := into[[]client.RecentProject](s.get("/api/projects/recent").is(200)); !slices.Equal(ids, all) || p.NeedsYou != len(all) ||
		recent[0].NeedsYou != len(all) {
		s.Errorf("listed are %v and %v; the project says %d, and %d in the list", ids, all, p.NeedsYou, recent[0].NeedsYou)
	}
	return ids
}

// A run needs a person until it is retried, done again with the same file, or acknowledged.
func TestList_WhatNeedsAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sim, id := failed(t)
		wants := func(when string, want ...string) {
			t.Helper()
			if got := s.needing(); !slices.Equal(got, append([]string{}, want...)) {
				t.Errorf("%s: %v, want %v", when, got, want)
			}
		}
		wants("failed", id)
		page := into[client.RunsPage](s.get("/api/runs?status=failed,paused").is(200)).Runs
		if len(page) != 1 {
			t.Fatalf("%+v", page)
		}
		o := page[0]
		if o.NeedsYouReason != run.NeedFailed || o.Stage == "" || o.StageTitle == "" || o.StagesTotal != 4 || o.StagesDone == 0 ||
			o.ErrorClass == "" || o.Hint == "" || o.DisplayName != "Night Ferry" || o.RootRunID != id || o.RetriedBy != nil {
			t.Errorf("%+v", o)
		}
		s.post("/api/runs/"+id+"/acknowledge", `{"reason":"known"}`).is(200)
		wants("acknowledged")
		o = into[client.RunsPage](s.get("/api/runs?status=failed").is(200)).Runs[0]
		if a := o.Acknowledged; a == nil || a.Reason != "known" || a.Actor == nil || a.Actor.Channel != event.ByAPI {
			t.Errorf("%+v", a)
		}
		if events := string(s.get("/api/runs/" + id + "/events").is(200).body); strings.Contains(events, "run_acknowledged") {
			t.Error("it is recorded in a run that is over")
		}

		next := into[client.Started](s.post("/api/runs/"+id+"/retry", nil).is(200)).RunID
		s.rests(next)
		wants("the retry failed", next)
		if o := into[client.RunsPage](s.get("/api/runs?limit=2").is(200)).Runs[1]; o.RetriedBy == nil || *o.RetriedBy != next {
			t.Errorf("retried by %v", o.RetriedBy)
		}

		recovers(sim)
		up := into[client.Uploaded](s.upload("tide", "the_tide_clock.fountain", read(t, "the_tide_clock.fountain")).is(201))
		b := client.RunRequest{ProjectID: "tide", InputFile: up.StoredPath, AcceptConfig: true}
		other := s.start(b)
		s.rests(other)
		wants("another file was done", next)
		up = into[client.Uploaded](s.upload("tide", "night_bus.txt", read(t, "night_bus.txt")).is(201))
		b.InputFile = up.StoredPath
		b.EndAt = "ingest"
		part := s.start(b)
		s.rests(part)
		wants("only the first stage was done", next)
		b.EndAt = ""
		again := s.start(b)
		if st := s.rests(again).State; st.Status != run.RunDone {
			t.Fatal(st.Status)
		}
		wants("the same file was done")
		if p := into[client.Project](s.get("/api/projects/tide").is(200)); p.LastRun == nil || p.LastRun.RunID != again ||
			p.LastRun.StagesDone != 4 || p.LastRun.Stage != "" {
			t.Errorf("%+v", p.LastRun)
		}
		s.post("/api/runs/"+again+"/acknowledge", nil).fails(409, "nothing_to_acknowledge")
		s.post("/api/runs/none/acknowledge", nil).fails(404, "run_state_not_found")
	})
}

// What is acknowledged of a paused run is as it stands: when it goes on and pauses again it needs a
// person again. One that can't go on here needs one too.
func TestList_APausedRunNeedsAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(healthy, simulator.Options{})
		all := models(sim)
		s := open(t, api.Options{}, all)
		b := s.given("tide", "night_bus.txt")
		b.AcceptConfig = false
		id := s.start(b)
		if st := s.rests(id).State; st.Status != run.Paused {
			t.Fatal(st.Status)
		}
		if got := s.needing(); !slices.Equal(got, []string{id}) {
			t.Errorf("paused: %v", got)
		}
		s.post("/api/runs/"+id+"/acknowledge", nil).is(200)
		if got := s.needing(); len(got) > 0 {
			t.Errorf("acknowledged: %v", got)
		}
		claim, err := s.store.Journal.Claim(t.Context(), id, time.Minute)
		if err == nil {
			err = s.store.Log.Commit(t.Context(), claim, run.Change{Events: func([]artifact.Artifact) []event.Body {
				return []event.Body{
					event.RunResumed{Cause: event.ResumedByOperator}, event.StagePaused{StageID: "project_config", Reason: event.Exhausted},
				}
			}})
		}
		if err == nil {
			err = s.store.Journal.Release(t.Context(), claim, local.Never)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := s.needing(); !slices.Equal(got, []string{id}) {
			t.Errorf("paused again: %v", got)
		}
		s.post("/api/runs/"+id+"/cancel", nil).is(200)
		if got := s.needing(); len(got) > 0 {
			t.Errorf("cancelled: %v", got)
		}
	})
}

// Several statuses are one list, whose pages end where they should.
func TestList_SeveralStatuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		var queued, cancelled []string
		for range 3 {
			id := s.start(b)
			queued = append([]string{id}, queued...)
			id = s.start(b)
			cancelled = append([]string{id}, cancelled...)
			s.post("/api/runs/"+id+"/cancel", nil).is(200)
		}
		list := func(query string) (ids []string) {
			for cursor := ""; ; {
				page := into[client.RunsPage](s.get("/api/runs?limit=2&" + query + "&cursor=" + cursor).is(200))
				for _, o := range page.Runs {
					ids = append(ids, o.RunID)
				}
				if cursor = page.NextCursor; cursor == "" {
					return ids
				}
			}
		}
		for query, want := range map[string]int{
			"status=queued": len(queued), "status=cancelled": len(cancelled), "status=queued,cancelled": len(queued) + len(cancelled),
			"status=queued,done": len(queued), "status=failed,paused,waiting": 0, "needs_you=true": 0,
		} {
			if got := list(query); len(got) != want {
				t.Errorf("%s: %v", query, got)
			}
		}
		if got := list("status=queued"); !slices.Equal(got, queued) {
			t.Errorf("queued are %v, want %v", got, queued)
		}
		s.get("/api/runs?status=queued,odd").fails(422, "invalid_request")
		s.get("/api/runs?needs_you=maybe").fails(422, "invalid_request")
	})
}

// listedSite fills a store with runs of four stages and a hundred events, of which one in ten has
// failed, and serves it.
func listedSite(b *testing.B, n int) (*sqlite.Store, string) {
	b.Helper()
	dir := b.TempDir()
	store, err := sqlite.Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	stages := []string{"ingest", "normalize", "extract_scenes", "project_config"}
	for i := range n {
		id := seq("run", i)
		digest := artifact.DigestOf([]byte(id))
		err := store.Log.Create(b.Context(), run.NewRun{ID: id, ProjectID: fmt.Sprint("p", i%50), First: []event.Body{event.PipelineStarted{
			RecipeID: "mvp_ingest", InputName: "night_bus.txt", InputDigest: digest, StageIDs: stages, ProjectID: fmt.Sprint("p", i%50),
			RootRunID: id,
		}}})
		if err != nil {
			b.Fatal(err)
		}
		claim, err := store.Journal.Claim(b.Context(), id, time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		var bodies []event.Body
		for _, stage := range stages {
			bodies = append(bodies, event.StageStarted{StageID: stage})
			for u := range 8 {
				at := event.Attempt{StageID: stage, Unit: fmt.Sprintf("scene_%03d", u), Role: "work", Attempt: 1,
					Provider: "anthropic", Model: "claude-sonnet-4-6"}
				bodies = append(bodies, event.AttemptStarted{Attempt: at, Decision: &event.Decision{Round: 1, Others: []event.Verdict{
					{Provider: "openai", Model: "gpt-4.1", Reason: "behind"}, {Provider: "google", Model: "gemini-3-flash-preview", Reason: "behind"}}}},
					event.AttemptFinished{Attempt: at, InputTokens: 900, OutputTokens: 300, CostUSD: new(0.01)},
					event.UnitDone{StageID: stage, Unit: at.Unit, Done: u + 1, Total: 8})
			}
		}
		if i%10 == 0 {
			bodies = append(bodies, event.StageFailed{StageID: "project_config", ErrorClass: "overloaded", Error: "overloaded"},
				event.PipelineFinished{Outcome: event.Failed})
		} else {
			bodies = append(bodies, event.PipelineFinished{Success: true, Outcome: event.Succeeded})
		}
		if err := store.Log.Commit(b.Context(), claim, run.Change{Events: func([]artifact.Artifact) []event.Body { return bodies }}); err != nil {
			b.Fatal(err)
		}
	}
	return store, dir
}

// BenchmarkLists lists a thousand runs of four stages and a hundred events each: by a server that has
// listed them before, by one that has just begun, and those that need a person.
func BenchmarkLists(b *testing.B) {
	store, dir := listedSite(b, 1000)
	a := app.New(store.Seams(), dir, app.Config{})
	defer a.Close()
	h, _ := observed(a, api.Options{})
	ask := func(b *testing.B, path string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request(b.Context(), "GET", path, nil))
		if w.Code != 200 {
			b.Fatal(w.Code, w.Body.String())
		}
		b.ReportMetric(float64(w.Body.Len())/1000, "kB")
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			reader := runs.NewReader(runs.ReaderOptions{Store: a.Reader.Store, Candidates: a.Providers})
			if page, _, err := reader.List(b.Context(), runs.Filter{Limit: 1000}); err != nil || len(page) != 1000 {
				b.Fatal(len(page), err)
			}
		}
	})
	for name, path := range map[string]string{
		"warm": "/api/runs?limit=1000", "needs-you": "/api/runs?limit=1000&needs_you=true", "recent-projects": "/api/projects/recent?limit=100",
	} {
		b.Run(name, func(b *testing.B) {
			ask(b, path)
			for b.Loop() {
				ask(b, path)
			}
		})
	}
}
