package event_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/run/event"
)

// golden returns the lines of the file that holds every event shape ever released.
func golden(t testing.TB) (lines [][]byte) {
	t.Helper()
	data, err := os.ReadFile("../testdata/events/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for sc := bufio.NewScanner(bytes.NewReader(data)); sc.Scan(); {
		lines = append(lines, bytes.Clone(sc.Bytes()))
	}
	return lines
}

func TestEvent_EveryReleasedOneKeepsItsShape(t *testing.T) {
	seen := map[string]bool{}
	for _, line := range golden(t) {
		var e event.Event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		seen[e.Body.EventName()] = true
		if _, unknown := e.Body.(event.Unknown); unknown != (e.Body.EventName() == "an_event_of_a_later_version") {
			t.Errorf("%s is decoded as %T", e.Body.EventName(), e.Body)
		}
		got, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(line), string(got)); diff != "" {
			t.Errorf("an event changed its shape:\n%s", diff)
		}
	}
	for _, b := range bodies {
		if !seen[b.EventName()] {
			t.Errorf("testdata/events has no %s", b.EventName())
		}
	}
}

// bodies holds one event of each kind.
var bodies = []event.Body{
	event.PipelineStarted{},
	event.StageStarted{},
	event.StageSkippedReused{},
	event.AttemptStarted{},
	event.AttemptProgress{},
	event.AttemptFinished{},
	event.AttemptFailed{},
	event.UnitDone{},
	event.ArtifactSaved{},
	event.StagePaused{},
	event.StageFinished{},
	event.StageFailed{},
	event.RunResumed{},
	event.PipelineFinished{},
	event.DryRunValidated{},
	event.StageRetrying{},
	event.StageFallback{},
	event.StageWaiting{},
	event.UnitsPlanned{},
	event.BreakerOpened{},
	event.BreakerProbing{},
	event.BreakerClosed{},
	event.BudgetExceeded{},
	event.ProjectCreated{},
	event.ProjectChanged{},
	event.ProjectDeleted{},
	event.InputAdded{},
	event.InputDeleted{},
	event.ArtifactEdited{},
	event.ChatPosted{},
	event.RunAcknowledged{},
	event.ProviderHeld{},
	event.ProviderReleased{},
	event.ProviderProbed{},
	event.BreakerChanged{},
	event.CooldownStarted{},
	event.CooldownEnded{},
	event.TryNowRequested{},
}

func TestUnknown_SurvivesStorage(t *testing.T) {
	lines := golden(t)
	var e, again event.Event
	for _, line := range lines {
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if _, unknown := e.Body.(event.Unknown); unknown {
			break
		}
	}
	stored, err := event.EncodeBody(e.Body)
	if err != nil {
		t.Fatal(err)
	}
	again = e
	if again.Body, err = event.DecodeBody(e.Body.EventName(), stored); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, again); diff != "" {
		t.Error(diff)
	}
}

// The members of pipeline_started keep their order: the digest of a request is taken over them.
func TestPipelineStarted_KeepsTheOrderOfItsMembers(t *testing.T) {
	free := map[string]any{"k": "v"}
	b := event.PipelineStarted{
		Selection:   event.Selection{RuntimeParams: free, DryRun: true, StartFrom: "x", EndAt: "x"},
		Notice:      "n",
		ParentRunID: "p",
		RootRunID:   "r",
		Options: event.Options{
			Force:    true,
			Drill:    "x",
			Limits:   event.Limits{MaxCostUSD: new(1.0), MaxWaitSeconds: new(1.0)},
			Settings: &event.Settings{File: "x", Digest: "x", FromFile: free, Overrides: free},
		},
		Candidates: map[string][]event.Candidate{},
	}
	got, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"recipe_id":"","recipe_digest":"","project_id":"","input_name":"","input_digest":"","stage_ids":null,` +
		`"runtime_params":{"k":"v"},"dry_run":true,"start_from":"x","end_at":"x","notice":"n","parent_run_id":"p","root_run_id":"r",` +
		`"force":true,"drill":"x","limits":{"max_cost_usd":1,"max_wait_seconds":1},` +
		`"settings":{"file":"x","digest":"x","from_file":{"k":"v"},"overrides":{"k":"v"}},"candidates":{}}`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// Events beside the runs stand in the same log: their run is null, and they have no number.
func TestEvent_WithoutARun(t *testing.T) {
	e := event.Event{
		Time: time.Date(2026, 11, 29, 10, 0, 0, 5e6, time.UTC),
		Body: event.Unknown{Name: "a_later_one", Fields: json.RawMessage(`{"project_id":"night-ferry"}`)},
	}
	const want = `{"ts":"2026-11-29T10:00:00.005Z","run_id":null,"event":"a_later_one","project_id":"night-ferry"}`
	data, err := json.Marshal(e)
	if err != nil || string(data) != want {
		t.Fatalf("%s, %v; want %s", data, err, want)
	}
	var again event.Event
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if again.RunID != "" || again.Seq != 0 || !again.Time.Equal(e.Time) || again.Body.EventName() != "a_later_one" {
		t.Errorf("%+v", again)
	}
	if twice, err := json.Marshal(again); err != nil || string(twice) != want {
		t.Errorf("%s, %v; want %s", twice, err, want)
	}
}

func TestWorded_MessageIsNoPartOfTheEvent(t *testing.T) {
	for _, plain := range []string{
		`{"seq":1,"ts":"2026-11-23T10:00:00.123Z","run_id":"run-1","event":"stage_started","stage_id":"a","module":"m"}`,
		`{"seq":2,"ts":"2026-11-23T10:00:00.123Z","run_id":"run-1","event":"dry_run_validated"}`,
		`{"seq":3,"ts":"2026-11-23T10:00:00.123Z","run_id":"run-1","event":"of_a_later_version","answer":42}`,
	} {
		var e event.Event
		if err := json.Unmarshal([]byte(plain), &e); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(event.Worded{Event: e, Message: `It said "x".`})
		if want := strings.TrimSuffix(plain, "}") + `,"message":"It said \"x\"."}`; err != nil || string(data) != want {
			t.Errorf("got %s, %v", data, err)
		}
		var back event.Worded
		if err := json.Unmarshal(data, &back); err != nil || back.Message != `It said "x".` {
			t.Errorf("%q, %v", back.Message, err)
		}
		if again, err := json.Marshal(back.Event); err != nil || string(again) != plain {
			t.Errorf("got %s, %v, want %s", again, err, plain)
		}
	}
}
