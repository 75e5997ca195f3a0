package storagetest

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/resilience/breaker"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// of identifies an attempt at a model.
func of(provider, model string) event.Attempt {
	return event.Attempt{StageID: "s", Unit: "u", Role: "work", Attempt: 1, Provider: provider, Model: model}
}

// drill makes a run that is a drill, under an id that does not say so.
func (s store) drill(t *testing.T, id string, bodies ...event.Body) {
	t.Helper()
	first := event.PipelineStarted{RecipeID: "r"}
	first.Drill = "S17"
	s.commit(t, s.create(t, run.NewRun{ID: id, First: []event.Body{first}}), bodies...)
}

// since is the window from a time up to now.
func since(from time.Time) storage.Window {
	return storage.Window{From: from, Until: time.Now().Add(time.Millisecond)}
}

// attempted makes an early attempt, and an hour later those that are counted: of two runs, and
// of a drill. It returns when those began.
func (s store) attempted(t *testing.T) time.Time {
	t.Helper()
	at := of("anthropic", "m")
	s.commit(t, s.create(t, run.NewRun{ID: "early"}), event.AttemptFinished{Attempt: at})
	time.Sleep(time.Hour)
	from := time.Now()
	s.commit(t, s.create(t, run.NewRun{ID: "a"}), event.AttemptFinished{Attempt: at},
		event.AttemptFailed{Attempt: at, ErrorClass: failure.Overloaded},
		event.AttemptFailed{Attempt: at, ErrorClass: failure.Canceled})
	time.Sleep(time.Second)
	s.commit(t, s.create(t, run.NewRun{ID: "drill-but-real"}), event.AttemptFinished{Attempt: of("google", "g")})
	s.drill(t, "mine", event.AttemptFinished{Attempt: at}, event.AttemptFailed{Attempt: at, ErrorClass: failure.Auth})
	return from
}

func areCounted(t *testing.T, s store) {
	from := s.attempted(t)
	hour := func(w storage.Window) storage.Window {
		w.From = from
		w.Until = from.Add(time.Hour)
		return w
	}
	for name, tt := range map[string]struct {
		w    storage.Window
		want []storage.AttemptCount
	}{
		"real runs": {hour(storage.Window{}), []storage.AttemptCount{
			{Provider: "anthropic", Model: "m", Answered: 1, Failed: 1}, {Provider: "google", Model: "g", Answered: 1},
		}},
		"drills": {hour(storage.Window{Drills: true}), []storage.AttemptCount{
			{Provider: "anthropic", Model: "m", Answered: 1, Failed: 1},
		}},
		"one provider": {hour(storage.Window{Provider: "google"}), []storage.AttemptCount{{Provider: "google", Model: "g", Answered: 1}}},
		"the end is not within": {storage.Window{Until: from}, []storage.AttemptCount{
			{Provider: "anthropic", Model: "m", Answered: 1},
		}},
	} {
		got, err := s.Attempts.CountAttempts(t.Context(), tt.w)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}

func haveWhatSumsNeed(t *testing.T, s store) {
	from := time.Now().UTC()
	answered := event.AttemptFinished{Attempt: of("anthropic", "m"), InputTokens: 10, OutputTokens: 20, CostUSD: new(0.5), LatencyMS: 1200,
		FirstEventMS: new(int64(300))}
	failed := event.AttemptFailed{Attempt: of("openai", "o"), ErrorClass: failure.Timeout, InputTokens: 7, CostUSD: new(0.25),
		WastedCostUSD: new(0.25), LatencyMS: 30_000}
	s.commit(t, s.create(t, run.NewRun{ID: "a"}), answered, failed)
	time.Sleep(time.Second)
	s.commit(t, s.create(t, run.NewRun{ID: "b"}), event.AttemptFinished{Attempt: of("own", "free")})
	s.drill(t, "c", event.AttemptFinished{Attempt: of("anthropic", "m"), CostUSD: new(0.0), SimulatedCostUSD: new(0.75)})
	want := []storage.EndedAttempt{
		{RunID: "a", Provider: "anthropic", Model: "m", Answered: true, InputTokens: 10, OutputTokens: 20, CostUSD: new(0.5),
			LatencyMS: 1200, FirstByteMS: new(int64(300)), At: from},
		{RunID: "a", Provider: "openai", Model: "o", Class: failure.Timeout, InputTokens: 7, CostUSD: new(0.25), WastedUSD: new(0.25),
			LatencyMS: 30_000, At: from},
		{RunID: "b", Provider: "own", Model: "free", Answered: true, At: from.Add(time.Second)},
	}
	byProvider := func(a, b storage.EndedAttempt) int { // of one moment, in any order
		if d := a.At.Compare(b.At); d != 0 {
			return d
		}
		return strings.Compare(a.Provider, b.Provider)
	}
	got := s.ended(t, since(from))
	slices.SortFunc(got, byProvider)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	drills := s.ended(t, storage.Window{From: from, Until: time.Now().Add(time.Second), Drills: true})
	if len(drills) != 1 || drills[0].RunID != "c" || *drills[0].CostUSD != 0 || *drills[0].SimulatedUSD != 0.75 {
		t.Errorf("%+v", drills)
	}
	for a, err := range s.Attempts.Ended(t.Context(), since(from)) { // a reader may stop
		if a.RunID != "a" || err != nil {
			t.Errorf("%+v %v", a, err)
		}
		break
	}
}

func (s store) ended(t *testing.T, w storage.Window) (all []storage.EndedAttempt) {
	t.Helper()
	for a, err := range s.Attempts.Ended(t.Context(), w) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

func lastFailureIsFound(t *testing.T, s store) {
	from := s.attempted(t)
	e, err := s.Attempts.LastFailed(t.Context(), "anthropic", time.Now().Add(time.Second))
	if b, ok := e.Body.(event.AttemptFailed); err != nil || !ok || b.ErrorClass != failure.Overloaded || e.RunID != "a" || b.Unit != "u" ||
		e.Time.Before(from.Truncate(time.Millisecond)) {
		t.Errorf("%+v %v", e, err)
	}
	for name, none := range map[string]struct {
		provider string
		before   time.Time
	}{"one that only answered": {"google", time.Now().Add(time.Second)}, "before it failed": {"anthropic", from}} {
		if e, err := s.Attempts.LastFailed(t.Context(), none.provider, none.before); err != nil || e.Body != nil {
			t.Errorf("%s: %+v %v", name, e, err)
		}
	}
}

func fallbacksAreCounted(t *testing.T, s store) {
	from := time.Now().UTC()
	move := func(a, b string) event.StageFallback { return event.StageFallback{FromProvider: a, ToProvider: b} }
	c := s.create(t, run.NewRun{ID: "a"})
	s.commit(t, c, move("anthropic", "anthropic"), move("anthropic", "openai"))
	s.drill(t, "mine", move("anthropic", "google"))
	time.Sleep(time.Second)
	s.commit(t, c, move("anthropic", "openai"), move("openai", "google"))
	got, err := s.Attempts.Fallbacks(t.Context(), since(from))
	want := []storage.FallbackCount{
		{RunID: "a", ProjectID: "p", From: "anthropic", To: "openai", Requests: 2, First: from, Last: from.Add(time.Second)},
		{RunID: "a", ProjectID: "p", From: "openai", To: "google", Requests: 1, First: from.Add(time.Second), Last: from.Add(time.Second)},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v %v", got, err)
	}
}

func failedStages(t *testing.T, s store) {
	from := time.Now()
	for _, id := range []string{"a", "b", "c"} {
		s.commit(t, s.create(t, run.NewRun{ID: id}), event.StageFailed{StageID: id, ErrorClass: failure.Auth})
		time.Sleep(time.Second)
	}
	s.commit(t, s.create(t, run.NewRun{ID: "d"}), event.StageFailed{StageID: "d", ErrorClass: failure.Canceled})
	s.drill(t, "mine", event.StageFailed{StageID: "e", ErrorClass: failure.Auth})
	got, err := s.Attempts.StageFailures(t.Context(), since(from), 2)
	if err != nil || len(got) != 2 || got[0].RunID != "c" || got[1].RunID != "b" || got[1].ProjectID != "p" ||
		got[1].Body.(event.StageFailed).StageID != "b" {
		t.Errorf("%+v %v", got, err)
	}
}

func providerEventsAreSelected(t *testing.T, s store) {
	change := func(endpoint string, to breaker.State) {
		t.Helper()
		err := s.Health.Save(t.Context(), nil, []health.Transition{{Endpoint: endpoint, Transition: breaker.Transition{To: to, At: time.Now()}}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
	}
	begun := time.Now()
	if err := s.Projects.CreateProject(t.Context(), project.Project{ID: "p"}); err != nil { // which is about no provider
		t.Fatal(err)
	}
	change("anthropic", breaker.Open)
	change("openai@http://a", breaker.Open)
	change("anthropic", health.DidHold)
	change("anthropic", breaker.Closed)
	selected := func(f storage.ProviderEvents) (names []string, positions []int64) {
		t.Helper()
		f.Limit = cmp.Or(f.Limit, 10)
		all, err := s.Attempts.ProviderEvents(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			name := e.Body.EventName()
			if b, ok := e.Body.(event.BreakerChanged); ok {
				name = b.Provider + " " + string(b.To)
			}
			names = append(names, name)
			positions = append(positions, e.Position)
		}
		return names, positions
	}
	all, at := selected(storage.ProviderEvents{})
	if want := []string{"anthropic closed", "provider_held", "openai open", "anthropic open"}; !slices.Equal(all, want) {
		t.Fatal(all)
	}
	for name, tt := range map[string]struct {
		f    storage.ProviderEvents
		want []string
	}{
		"a page":     {storage.ProviderEvents{Limit: 2}, all[:2]},
		"the next":   {storage.ProviderEvents{Before: at[1]}, all[2:]},
		"what's new": {storage.ProviderEvents{After: at[2]}, all[:2]},
		"a provider": {storage.ProviderEvents{Provider: "openai"}, all[2:3]},
		"a kind":     {storage.ProviderEvents{Kinds: []string{"provider_held"}}, all[1:2]},
		"a time":     {storage.ProviderEvents{From: begun.Add(time.Minute), Until: begun.Add(3 * time.Minute)}, all[1:3]},
		"none":       {storage.ProviderEvents{Provider: "google"}, nil},
	} {
		if got, _ := selected(tt.f); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
