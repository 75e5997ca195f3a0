package api_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// incidentSite is a server at a simulator, at 13:58 of the first day of virtual time.
func incidentSite(t *testing.T, s scenario.Scenario, but ...string) (*site, client.RunRequest) {
	t.Helper()
	time.Sleep(13*time.Hour + 58*time.Minute)
	m := models(simulator.New(s, simulator.Options{}))
	for i := range m.Providers {
		if slices.Contains(but, m.Providers[i].Name) {
			m.Providers[i].Key = ""
		}
	}
	on := open(t, api.Options{}, m)
	return on, on.given("tide", "night_bus.txt")
}

func (s *site) incident(query string) health.Incident {
	s.Helper()
	return into[health.Incident](s.get("/api/incident" + query).is(200))
}

// same wants the counts of an incident to be those of the events of runs.
func (s *site) same(in health.Incident, ids ...string) {
	s.Helper()
	want := s.counts(ids...)
	answered, failed := 0, 0
	for _, p := range in.Providers {
		w := want[p.Provider]
		if w == nil {
			w = &counted{}
		}
		answered += w.answered
		failed += w.failed
		n := 0
		for _, f := range p.Faults {
			if n += f.Attempts; f.Attempts != w.byClass[f.Class] {
				s.Errorf("%s: %d attempts failed with %s, want %d", p.Provider, f.Attempts, f.Class, w.byClass[f.Class])
			}
		}
		if p.Answered != w.answered || p.Failed != w.failed || p.Canceled != w.canceled || n != w.failed {
			s.Errorf("%s: %d answered, %d failed (%d by class), %d canceled, want %+v", p.Provider, p.Answered, p.Failed, n, p.Canceled, *w)
		}
	}
	if in.Attempts.Answered != answered || in.Attempts.Failed != failed {
		s.Errorf("in all %d answered, %d failed, want %d, %d", in.Attempts.Answered, in.Attempts.Failed, answered, failed)
	}
}

func (s *site) says(in health.Incident, want string) {
	s.Helper()
	if in.Message != want {
		s.Errorf("%s\nwant: %s", in.Message, want)
	}
}

func TestIncident_OneProviderIsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := incidentSite(t, outage("anthropic", "overloaded", 20*time.Minute))
		in := s.incident("")
		s.says(in, "All is well: 3 providers can be asked and no run waits. Since 1999-12-31 13:58 UTC no attempt was made.")
		if !in.Well || len(in.Next) != 0 || in.FirstAt != nil || len(in.Providers) != 3 {
			t.Errorf("%+v", in)
		}
		first := s.start(b)
		s.rests(first)
		time.Sleep(time.Second)
		b.InputFile = into[client.Uploaded](s.upload(b.ProjectID, "b.md", read(t, "lighthouse.md")).is(201)).StoredPath
		second := s.start(b)
		s.rests(second)
		in = s.incident("")
		s.says(in, "Anthropic has refused new work since 13:58 UTC (529 overloaded): 2 runs went to OpenAI.")
		s.same(in, first, second)
		p := in.Providers[0]
		if in.Well || p.Provider != "anthropic" || p.State != health.StateOut || p.Class != failure.Overloaded || p.Person ||
			p.Last == nil || p.Last.RunID != first || !p.Since.Equal(*in.FirstAt) || !in.Since.Equal(*in.FirstAt) {
			t.Errorf("%+v, %+v", p, in)
		}
		if in.Runs.FallenOverTotal != 2 || in.Runs.FallenOver[0].RunID != second || in.Runs.FallenOver[1].RunID != first {
			t.Fatalf("%+v", in.Runs)
		}
		for _, r := range in.Runs.FallenOver {
			want := s.counts(r.RunID)["openai"].answered
			if r.From != "anthropic" || r.To != "openai" || r.Answers != want || r.ProjectID != "tide" {
				t.Errorf("%+v, want %d answers", r, want)
			}
		}
		if len(in.Next) != 1 || in.Next[0].What != health.NextProbe || !in.Next[0].At.Equal(*p.Until) ||
			!strings.HasPrefix(in.Next[0].Message, "Anthropic is probed at 13:58:") {
			t.Errorf("%+v", in.Next)
		}
		time.Sleep(10 * time.Minute)
		s.says(s.incident(""), "Anthropic failed at 13:58 UTC (529 overloaded) and has not been asked since: 2 runs went to OpenAI.")
	})
}

func TestIncident_AllAreOutAndRecover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := incidentSite(t, outage("*", "unavailable", 5*time.Minute))
		var ids []string
		for range 2 {
			ids = append(ids, s.start(b))
		}
		for _, id := range ids {
			if st := s.rests(id).State; st.Status != run.Waiting {
				t.Fatal(st.Status)
			}
		}
		in := s.incident("")
		s.same(in, ids...)
		s.says(in, "Anthropic, OpenAI and Google have refused new work since 13:58 UTC (503 overloaded): 2 runs wait.")
		if in.Runs.WaitingTotal != 2 || in.Runs.FallenOverTotal != 0 || len(in.Runs.Waiting) != 2 {
			t.Fatalf("%+v", in.Runs)
		}
		for _, r := range in.Runs.Waiting {
			if !slices.Contains(ids, r.RunID) || r.Since == nil || r.Since.After(in.At) || r.Until == nil || len(r.WaitsFor) != 3 ||
				r.ProjectID != "tide" || r.Status != run.Waiting {
				t.Errorf("%+v", r)
			}
		}
		last := in.Next[len(in.Next)-1]
		if i := slices.IndexFunc(in.Next, func(n health.Upcoming) bool { return n.What == health.NextRunLooks }); i < 0 || last.At == nil {
			t.Errorf("%+v", in.Next)
		}
		for _, p := range into[[]health.Provider](s.get("/api/providers").is(200)) {
			if p.Waiting != 2 || len(p.WaitingList) != 2 || p.WaitingList[0].Since == nil || p.WaitingList[0].ProjectID != "tide" ||
				p.Last == nil || !slices.Contains(ids, p.Last.RunID) || p.Last.At == nil || p.Last.StageID == "" || p.Last.Unit == "" ||
				p.KeyVariable == "" || p.Window != "24h" {
				t.Errorf("%+v", p)
			}
		}
		time.Sleep(7 * time.Minute)
		for _, id := range ids {
			for s.rests(id).State.Status == run.Waiting {
				time.Sleep(10 * time.Second)
			}
		}
		time.Sleep(time.Minute)
		in = s.incident("")
		s.same(in, ids...)
		if len(in.Earlier) == 0 || !slices.ContainsFunc(in.Earlier, func(text string) bool {
			return strings.Contains(text, " was out from 13:58:00 to 14:0")
		}) {
			t.Errorf("%s %q", in.Message, in.Earlier)
		}
	})
}

func TestIncident_AKeyIsRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := incidentSite(t, outage("anthropic", "auth", time.Hour))
		id := s.start(b)
		s.rests(id)
		in := s.incident("")
		s.says(in, "Anthropic has rejected the key since 13:58 UTC (401 auth): 1 run went to OpenAI.")
		s.same(in, id)
		p := in.Providers[0]
		i := slices.IndexFunc(in.Next, func(n health.Upcoming) bool { return n.What == health.NextPerson })
		if p.State != health.StateKeyRejected || !p.Person || p.Help == "" || p.Faults[0].Fault != failure.Yours || i < 0 ||
			in.Next[i].At != nil {
			t.Errorf("%+v, %+v", p, in.Next)
		}
	})
}

// A run that failed is one even if it fell over before.
func TestIncident_AllKeysAreRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := incidentSite(t, outage("*", "auth", time.Hour), "google")
		id := s.start(b)
		if st := s.rests(id).State; st.Status != run.RunFailed {
			t.Fatal(st.Status)
		}
		in := s.incident("")
		s.says(in, "Anthropic and OpenAI have rejected the keys since 13:58 UTC (401 auth): 1 run failed.")
		s.same(in, id)
		if f := in.Runs.Failed; in.Runs.FailedTotal != 1 || f[0].RunID != id || f[0].Class != failure.Auth || f[0].ProjectID != "tide" ||
			f[0].Error == "" {
			t.Errorf("%+v", in.Runs)
		}
	})
}

func TestIncident_ALimitIsReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := scenario.Scenario{ID: "l", Name: "l", Rules: []scenario.Rule{{Name: "limit",
			Fault: scenario.Fault{Error: "rate_limit", RetryAfter: 10 * time.Minute}, When: scenario.When{Until: 10 * time.Minute}}}}
		s, b := incidentSite(t, limited, "openai", "google")
		id := s.start(b)
		if st := s.rests(id).State; st.Status != run.Waiting {
			t.Fatal(st.Status)
		}
		in := s.incident("")
		if !strings.HasPrefix(in.Message, "Anthropic claude-") ||
			!strings.HasSuffix(in.Message, " has limited requests since 13:58 UTC (429 rate limited): 1 run waits.") {
			t.Error(in.Message)
		}
		s.same(in, id)
		if p := in.Providers[0]; p.State != health.StateLimited || p.Until == nil || p.Until.Sub(in.At) < 9*time.Minute ||
			len(in.Providers) != 1 {
			t.Errorf("%+v", in.Providers)
		}
		if in.Next[0].What != health.NextLimit || in.Runs.Waiting[0].RunID != id ||
			!slices.Equal(in.Runs.Waiting[0].WaitsFor, []string{"anthropic"}) {
			t.Errorf("%+v %+v", in.Next, in.Runs)
		}
	})
}

// What operators do is part of an incident, and drills are not.
func TestIncident_ActsAndDrills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := incidentSite(t, healthy)
		id := s.start(b)
		s.rests(id)
		b.Drill, b.RunID = "all-down", "rehearsed"
		drill := s.start(b)
		if st := s.rests(drill).State; st.Status != run.Waiting {
			t.Fatal(st.Status)
		}
		in := s.incident("?since=1h")
		if !in.Well || in.Drills != 1 || in.Runs.WaitingTotal != 0 || !in.Since.Equal(in.At.Add(-time.Hour)) ||
			!strings.HasPrefix(in.Message, "All is well: 3 providers can be asked and no run waits. Since 12:58 UTC ") {
			t.Errorf("%+v", in)
		}
		s.same(in, id)
		for _, p := range into[[]health.Provider](s.get("/api/providers").is(200)) {
			if p.Waiting != 0 || len(p.WaitingList) != 0 || p.Last != nil {
				t.Errorf("%+v", p)
			}
		}
		time.Sleep(time.Minute)
		s.post("/api/providers/anthropic/hold", `{"reason":"maintenance","seconds":7200}`).is(200)
		in = s.incident("")
		s.says(in, "Anthropic is held by an operator until 15:59 UTC (maintenance): no run is affected.")
		if len(in.Acts) != 1 || in.Acts[0].Kind != health.EventHeld || in.Acts[0].Reason != "maintenance" || in.Acts[0].Actor == nil ||
			in.Acts[0].ID == 0 || in.Acts[0].Message == "" || !in.Since.Equal(in.Acts[0].At) || in.Next[0].What != health.NextHold {
			t.Errorf("%+v", in)
		}
		for _, odd := range []string{"2h3", "-1h", "2000-01-02T00:00:00Z", "1999-01-01T00:00:00Z", "%20"} {
			s.get("/api/incident?since="+odd).fails(422, "invalid_request")
		}
		s.get("/api/incident?since=2000-01-01T13:00:00Z").is(200)
	})
}
