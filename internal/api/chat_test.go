package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
)

// chunks reads an answer of the chat, which ends with a chunk that says so.
func chunks(t *testing.T, a answer) (text string, actions []client.Action) {
	t.Helper()
	var last client.ChatChunk
	for line := range bytes.Lines(a.is(200).body) {
		data, ok := bytes.CutPrefix(line, []byte("data: "))
		if !ok {
			continue
		}
		last = client.ChatChunk{}
		if err := json.Unmarshal(data, &last); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		text += last.Content
		actions = append(actions, last.Actions...)
	}
	if last.Type != "done" || text == "" || a.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%v: %s", a.header, a.body)
	}
	return text, actions
}

// What the chat answers says where the latest run stands, whatever is asked.
func TestAPI_ChatStreamSaysWhereTheRunStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sim, id := failed(t)
		both := func() (text string, actions []client.Action) {
			text, actions = chunks(t, s.post("/api/projects/tide/chat/stream", client.ChatRequest{Message: "what happened?",
				History: []map[string]any{{"type": "user_message", "content": "hello"}}}))
			insight, same := chunks(t, s.post("/api/projects/tide/chat/insight", client.InsightRequest{Trigger: "run_completed",
				Context: map[string]any{"recipe_id": "mvp_ingest"}}))
			if insight != text || len(same) != len(actions) {
				t.Errorf("%q, and %q", text, insight)
			}
			return text, actions
		}
		text, actions := both()
		for _, part := range []string{id, "failed. Finding the scenes: ", "does not accept the key", "et a valid ", "_API_KEY, then retry",
			"\n- Retry Failed Stage", "Reading the script: done"} {
			if !strings.Contains(text, part) {
				t.Errorf("%q lacks %q", text, part)
			}
		}
		retry := actions[0].Confirm
		if retry.Type != "start_run" || retry.Endpoint != "/api/runs/"+id+"/retry-failed-stage" {
			t.Fatalf("%+v", retry)
		}
		recovers(sim)
		next := into[client.Started](s.post(retry.Endpoint, retry.Payload).is(200)).RunID // as a page does it
		s.rests(next)
		if text, actions = both(); !strings.Contains(text, "is done.") || !strings.Contains(text, "scenes") || len(actions) != 1 ||
			actions[0].Route != "runs/"+next {
			t.Errorf("%q %+v", text, actions)
		}
		s.post("/api/projects/new", client.NewProject{Slug: "empty", DisplayName: "Empty"}).is(201)
		if text, _ := chunks(t, s.post("/api/projects/empty/chat/stream",
			client.ChatRequest{Message: "hello"})); !strings.Contains(text, "Upload a screenplay") {
			t.Errorf("%q", text)
		}
		s.post("/api/projects/empty/chat/stream", `{"message":""}`).fails(422, "invalid_request")
		s.post("/api/projects/nobodys/chat/insight", client.InsightRequest{Trigger: "x"}).fails(404, "project_not_opened")
	})
}

// What is said of a run in each state.
func TestAPI_ChatStreamInEachState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		b.AcceptConfig = false
		id := s.start(b)
		said := func() string {
			text, _ := chunks(t, s.post("/api/projects/tide/chat/stream", client.ChatRequest{Message: "and now?"}))
			return text
		}
		if text := said(); !strings.Contains(text, "is queued") {
			t.Errorf("%q", text)
		}
		s.works()
		s.rests(id)
		if text := said(); !strings.Contains(text, "is paused. Proposing the project's settings: check the results") ||
			!strings.Contains(text, "\n- Resume") {
			t.Errorf("%q", text)
		}
		s.post("/api/runs/"+id+"/cancel", nil).is(200)
		if text := said(); !strings.Contains(text, "was cancelled") {
			t.Errorf("%q", text)
		}
	})
}

// Clients of the first system call what confirm_action says: each is a POST as it stands.
func TestAPI_ChatActionsCanBeConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := failed(t)
		n := 0
		for _, m := range into[[]client.Message](s.get("/api/projects/tide/chat").is(200)) {
			for _, a := range m.Actions {
				if a.Route != "" {
					continue
				}
				if n++; a.Confirm == nil || a.Confirm.Type != "start_run" || a.Confirm.Endpoint != a.Endpoint ||
					a.Confirm.Payload == nil || a.Variant == "" {
					t.Errorf("%+v", a)
				}
			}
		}
		if n == 0 {
			t.Error("nothing can be done")
		}
	})
}

// Messages stand in the order of the times that they state, whatever the order in which
// they came; of the same time, in that order.
func TestAPI_ChatMessagesAreInTimeOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		s.done("tide", "night_bus.txt")
		now := time.Now().UnixMilli()
		for i, ago := range []int{0, 5, 5, -3, 100_000_000} {
			s.post("/api/projects/tide/chat", fmt.Sprintf(`{"id":"m%d","type":"user","content":"","timestamp":%d.5}`, i, now-int64(ago))).is(200)
		}
		list := into[[]client.Message](s.get("/api/projects/tide/chat").is(200))
		var posted []string
		for i, m := range list {
			if i > 0 && m.Timestamp < list[i-1].Timestamp {
				t.Errorf("%s comes after %s", m.ID, list[i-1].ID)
			}
			if strings.HasPrefix(m.ID, "m") {
				posted = append(posted, m.ID)
			}
		}
		if !slices.Equal(posted, []string{"m4", "m1", "m2", "m0", "m3"}) || len(list) < 7 {
			t.Errorf("%v of %d", posted, len(list))
		}
	})
}

// The page of the first system posts its own messages about runs. Those about what is told
// of anyway are there once, with the actions that work.
func TestAPI_ChatMessagesOfAPageAreThereOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, id := failed(t)
		fallback := ""
		for i, e := range into[client.RunEvents](s.get("/api/runs/" + id + "/events").is(200)).Events {
			if f, ok := e.Body.(event.StageFallback); ok && fallback == "" {
				fallback = fmt.Sprintf("progress_%s_%s_fallback_%d", id, f.StageID, i)
			}
		}
		ids := []string{"run_started_" + id, "progress_" + id + "_extract_scenes_fail", "progress_" + id + "_extract_scenes_start", fallback}
		for _, name := range ids {
			s.post("/api/projects/tide/chat", client.Message{ID: name, Type: "ai_suggestion", Content: "as a page says it",
				Timestamp: float64(time.Now().UnixMilli())}).is(200)
		}
		count := map[string]int{}
		for _, m := range into[[]client.Message](s.get("/api/projects/tide/chat").is(200)) {
			count[m.ID]++
			if own := m.ID == ids[2]; (m.Content == "as a page says it") != own {
				t.Errorf("%+v", m)
			}
		}
		for _, name := range ids {
			if count[name] != 1 {
				t.Errorf("%s is there %d times: %v", name, count[name], count)
			}
		}
	})
}

// The end of a run has the id that a page gives it, and says what became of the run.
func TestAPI_ChatAtTheEndOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		_, id := s.done("tide", "night_bus.txt")
		b := s.given("other", "the_tide_clock.fountain")
		b.AcceptConfig = false
		paused := s.start(b)
		s.rests(paused)
		s.post("/api/runs/"+paused+"/cancel", nil).is(200)
		s.post("/api/projects/other/chat", client.Message{ID: "progress_" + paused + "_complete", Type: "ai_suggestion",
			Content: "Analysis complete!", Timestamp: 1}).is(200)
		for project, want := range map[string]string{"tide": "The run is done", "other": "The run was cancelled."} {
			list := into[[]client.Message](s.get("/api/projects/" + project + "/chat").is(200))
			last := list[len(list)-1]
			if last.ID != "progress_"+map[string]string{"tide": id, "other": paused}[project]+"_complete" || !strings.HasPrefix(last.Content, want) {
				t.Errorf("%+v", last)
			}
		}
	})
}

// What a command reads from a file, a page can't ask for.
func TestAPI_ChatNamesNoMissingRecipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(always("not_found"), simulator.Options{})))
		s.rests(s.start(s.given("tide", "night_bus.txt")))
		list := into[[]client.Message](s.get("/api/projects/tide/chat").is(200))
		last := list[len(list)-1]
		if len(last.Actions) != 3 || last.Actions[0].ID != "retry-failed-stage" || last.Actions[1].ID != "retry-full" ||
			!strings.HasSuffix(last.ID, "_fail") {
			t.Errorf("%+v", last)
		}
	})
}
