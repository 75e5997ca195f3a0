package storagetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// entries reads the whole log.
func (s store) entries(t *testing.T, of run.EventFilter) []run.LogEntry {
	t.Helper()
	all, err := s.Feed.Entries(t.Context(), of, 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// names returns the names of events, with the fields that say what they are about.
func names(entries []run.LogEntry) (all []string) {
	for _, e := range entries {
		all = append(all, strings.TrimSpace(fmt.Sprint(e.Body.EventName(), " ", e.ProjectID)))
	}
	return all
}

// changes makes a change of each kind, in the name of an actor.
func (s store) changes(t *testing.T) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := event.WithActor(t.Context(), event.Actor{Channel: event.ByPage, Name: new("ada")})
	must(s.Projects.CreateProject(ctx, project.Project{ID: "tide", Name: "Tide", Created: time.Now().UTC()}))
	for range 2 { // the second time nothing changes
		_, err := s.Projects.ChangeProject(ctx, "tide", func(p *project.Project) {
			p.Preferences = map[string]json.RawMessage{"dark": json.RawMessage(`true`)}
		})
		must(err)
	}
	in := project.Input{Name: "1_a.txt", Original: "a.txt", Digest: artifact.DigestOf([]byte("text")), Size: 4, Created: time.Now().UTC()}
	for range 2 {
		_, _, err := s.Inputs.AddInput(ctx, "tide", in, []byte("text"))
		must(err)
	}
	s.save(t, s.create(t, run.NewRun{ID: "a", ProjectID: "tide"}), draft("scene_001", `{"n":1}`))
	for range 2 {
		_, err := s.Artifacts.Change(ctx, "tide", edit(`{"n":2}`))
		must(err)
		_, err = s.Chat.Post(ctx, "tide", project.Message{ID: "m", Time: time.Now(), Content: []byte(`"secret"`)})
		must(err)
	}
	s.transitions(t)
}

// transitions saves what operators and breakers do at a provider.
func (s store) transitions(t *testing.T) {
	t.Helper()
	ctx := event.WithActor(t.Context(), event.Actor{Channel: event.ByPage, Name: new("ada")})
	for _, to := range []breaker.State{health.DidHold, health.DidRelease, health.DidProbe, breaker.Open} {
		err := s.Health.Save(ctx, nil, []health.Transition{{Endpoint: "anthropic@https://a", Model: "m",
			Transition: breaker.Transition{From: breaker.Closed, To: to, At: time.Now(), Evidence: "why"}}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func areInOneLog(t *testing.T, s store) {
	s.changes(t)
	all := s.entries(t, run.EventFilter{})
	want := []string{
		"project_created tide", "project_changed tide", "input_added tide", "pipeline_started tide", "unit_done tide", "artifact_edited tide",
		"chat_posted tide", "provider_held", "provider_released", "provider_probed", "breaker_changed",
	}
	if got := names(all); !slices.Equal(got, want) {
		t.Fatalf("the log is %v\nwant %v", got, want)
	}
	for i, e := range all {
		if i > 0 && e.Position != all[i-1].Position+1 {
			t.Errorf("position %d follows %d", e.Position, all[i-1].Position)
		}
		data, err := json.Marshal(e.Event)
		if err != nil {
			t.Fatal(err)
		}
		_, alone := e.Body.(event.Standalone)
		if actor := strings.Contains(string(data), `"actor":{"channel":"page","name":"ada"}`); alone != (e.Seq == 0) ||
			alone != strings.Contains(string(data), `"run_id":null`) || actor != (alone && e.Body.EventName() != "breaker_changed") {
			t.Errorf("%s", data)
		}
		if strings.Contains(string(data), "secret") {
			t.Errorf("the log has what was posted: %s", data)
		}
	}
	if head, err := s.Feed.Head(t.Context()); err != nil || head != all[len(all)-1].Position {
		t.Errorf("the head is %d (%v)", head, err)
	}
	behind, err := s.Feed.Entries(t.Context(), run.EventFilter{}, all[2].Position, 3)
	if err != nil || !slices.Equal(names(behind), want[3:6]) {
		t.Errorf("behind the third: %v (%v)", names(behind), err)
	}
}

// Whatever a filter means to a store, it means to those that match events one by one.
func meansTheSame(t *testing.T, s store) {
	s.changes(t)
	s.save(t, s.create(t, run.NewRun{ID: "b", ProjectID: "other"}), draft("scene_001", `{}`))
	s.commit(t, s.create(t, run.NewRun{ID: "c"}), event.ArtifactSaved{}, event.UnitDone{})
	all := s.entries(t, run.EventFilter{})
	for _, f := range []run.EventFilter{
		{OfRuns: true}, {ProjectID: "tide"}, {ProjectID: "none"}, {Runs: []string{"a", "c"}}, {Runs: []string{"a"}, ProjectID: "other"},
		{Topics: []event.Topic{event.TopicRuns}}, {Topics: []event.Topic{event.TopicArtifacts}},
		{Topics: []event.Topic{event.TopicProviders, event.TopicChat}}, {Topics: []event.Topic{event.TopicProjects}, ProjectID: "tide"},
		{Topics: event.Topics()}, {Kinds: []string{"unit_done", "input_added"}},
		{Topics: []event.Topic{event.TopicInputs, event.TopicArtifacts}, Kinds: []string{"artifact_saved", "input_added", "unit_done"}},
		{OfRuns: true, Topics: []event.Topic{event.TopicArtifacts}},
	} {
		var want []run.LogEntry
		for _, e := range all {
			if f.Match(&e) {
				want = append(want, e)
			}
		}
		if got := s.entries(t, f); !slices.Equal(names(got), names(want)) {
			t.Errorf("%+v: %v\nwant %v", f, names(got), names(want))
		}
	}
	artifacts := s.entries(t, run.EventFilter{Topics: []event.Topic{event.TopicArtifacts}})
	if got := names(artifacts); !slices.Equal(got, []string{"artifact_edited tide", "artifact_saved p"}) {
		t.Errorf("the topic artifacts has %v", got)
	}
}

func leavesNone(t *testing.T, s store) {
	s.create(t, run.NewRun{ID: "a"})
	before := len(s.entries(t, run.EventFilter{}))
	if err := s.Projects.CreateProject(t.Context(), project.Project{ID: "p"}); !errors.Is(err, project.ErrExists) {
		t.Fatal(err)
	}
	if err := s.Log.Create(t.Context(), run.NewRun{ID: "a", ProjectID: "new"}); !errors.Is(err, run.ErrExists) {
		t.Fatal(err)
	}
	if _, err := s.Artifacts.Change(t.Context(), "new", edit(`{}`)); !errors.Is(err, artifact.ErrNotFound) {
		t.Fatal(err)
	}
	if got := s.entries(t, run.EventFilter{}); len(got) != before {
		t.Errorf("the log has %v", names(got))
	}
}

// Writers of both kinds of events, all at once: positions grow in the order in which what they
// stand for can be read.
func areInCommitOrder(t *testing.T, s store) {
	var all sync.WaitGroup
	for i := range 4 {
		c := s.create(t, run.NewRun{ID: fmt.Sprint("r", i)})
		all.Go(func() {
			for range 20 {
				s.commit(t, c, event.UnitDone{}, event.UnitDone{})
			}
		})
		all.Go(func() {
			for n := range 20 {
				m := project.Message{ID: fmt.Sprint(i, ".", n), Content: []byte(`1`)}
				if _, err := s.Chat.Post(t.Context(), "p", m); err != nil {
					t.Error(err)
				}
			}
		})
	}
	const total = 4*41 + 4*20 + 1 // with the project
	var got []run.LogEntry
	for after := int64(0); len(got) < total; {
		if err := s.Feed.Await(t.Context(), after); err != nil {
			t.Fatal(err)
		}
		entries, err := s.Feed.Entries(t.Context(), run.EventFilter{}, after, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Position != after+1 {
				t.Fatalf("position %d follows %d", e.Position, after)
			}
			after = e.Position
		}
		got = append(got, entries...)
	}
	all.Wait()
	if again := s.entries(t, run.EventFilter{}); !slices.Equal(names(again), names(got)) {
		t.Errorf("what came is not what is stored:\n%v\n%v", names(got), names(again))
	}
}

// A cooldown has an event when it begins, gets another end, and ends before its time.
func coolsDown(t *testing.T, s store) {
	until := time.Now().Add(time.Minute).UTC().Truncate(time.Millisecond)
	stored := failure.Store(failure.New(failure.RateLimited, "too many", ""))
	save := func(version int64, until time.Time, set bool) {
		t.Helper()
		r := map[string]any{"until": until, "set": time.Now(), "times": 1, "cause": nil}
		if set {
			r["cause"] = map[string]any{"provider": "anthropic", "model": "m", "class": stored.Class, "message": stored.Message}
		}
		data, err := json.Marshal(r)
		if err == nil {
			err = s.Health.Save(t.Context(), []health.Record{
				{Endpoint: "anthropic", Name: "gate/ANTHROPIC_API_KEY#1/m", Version: version, Data: data},
				{Endpoint: "anthropic", Name: "breaker/m", Version: version, Data: []byte(`{}`)},
			}, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	save(1, until, true)
	save(2, until, true) // nothing new
	save(1, until.Add(time.Hour), true)
	save(3, until.Add(time.Second), true)
	save(4, until, false)
	save(5, until, false)
	save(6, until, true)
	time.Sleep(time.Hour)
	save(7, until, false) // it was over
	var got []string
	for _, e := range s.entries(t, run.EventFilter{Topics: []event.Topic{event.TopicProviders}}) {
		data, err := json.Marshal(e.Body)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Body.EventName()+string(data))
	}
	of := `{"actor":null,"provider":"anthropic","endpoint":"anthropic","model":"m","key":"ANTHROPIC_API_KEY"`
	began := func(until time.Time) string {
		return fmt.Sprintf(`cooldown_started%s,"until":%q,"error_class":"rate_limited","needs_person":false}`, of, until.Format(event.TimeFormat))
	}
	want := []string{began(until), began(until.Add(time.Second)), "cooldown_ended" + of + "}", began(until)}
	if !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}
