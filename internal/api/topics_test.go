package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator"
)

// frames takes what comes of a stream until nothing does.
func (l *listener) frames() (all []sseFrame) {
	for {
		f, ok := l.next(time.Second)
		if !ok {
			return all
		}
		all = append(all, f)
	}
}

// A stream of topics begins with a frame that tells the server's time, without an id; one
// without topics begins as it always did.
func TestStream_BeginsWithHello(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{Version: "1.2.3"}, app.Config{})
		_, tell := s.quiet("tide")
		head, err := s.app.Reader.Feed.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct{ target, last, begins string }{
			{"/api/events/stream?topics=runs", "", "retry: 2000\nHELLO\n\nid: HEAD\n\n"},
			{"/api/events/stream?topics=runs", "HEAD", "retry: 2000\nHELLO\n\n"},
			{"/api/events/stream?topics=chat", "99999", "retry: 2000\nHELLO\n\n"}, // of before a backup was put back
			{"/api/events/stream", "", "retry: 2000\nid: HEAD\n\n"},
			{"/api/events/stream", "HEAD", "retry: 2000\n\n"},
		} {
			last, err := s.app.Reader.Feed.Entries(t.Context(), run.EventFilter{}, head-1, 1)
			if err != nil {
				t.Fatal(err)
			}
			hello := fmt.Sprintf(`data: {"event":"hello","server_time":%q,"version":"1.2.3","position":%d,"head":%d,"position_ts":%q}`,
				time.Now().UTC().Format(event.TimeFormat), head, head, last[0].Time.Format(event.TimeFormat))
			fill := strings.NewReplacer("HELLO", hello, "HEAD", fmt.Sprint(head))
			test.last, test.begins = fill.Replace(test.last), fill.Replace(test.begins)
			l := listen(t, s.api, test.target, test.last)
			if begins := <-l.sent; begins != test.begins {
				t.Errorf("%s begins %q, want %q", test.target, begins, test.begins)
			}
			tell(1)
			head++
			if !strings.Contains(test.target, "chat") {
				if text := <-l.sent; !strings.HasPrefix(text, fmt.Sprintf("id: %d\ndata: {", head)) || strings.Contains(text, "event:") {
					t.Errorf("%s goes on %q", test.target, text)
				}
			}
			l.leave()
		}
	})
}

// acts does something of each topic, and returns how many events that makes besides those of runs.
func (s *site) acts(slug string) {
	s.Helper()
	id := s.start(s.given(slug, "night_bus.txt"))
	if st := s.rests(id).State; st.Status != run.RunDone {
		s.Fatal(st.Status)
	}
	s.call(http.MethodPatch, "/api/projects/"+slug+"/settings", client.ProjectSettings{DisplayName: new("The Night Bus")}).is(200)
	s.post("/api/projects/"+slug+"/chat", map[string]any{"id": "m1", "type": "user_message", "content": "SECRET", "timestamp": 1}).is(200)
	s.post("/api/providers/anthropic/hold", client.Hold{Reason: client.Reason{Reason: "no money"}, Seconds: 60}).is(200)
	s.post("/api/providers/anthropic/release", client.Reason{Reason: "money"}).is(200)
}

func TestStream_Topics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(healthy, simulator.Options{})))
		s.acts("tide")
		for query, want := range map[string]string{
			"topics=projects":               "project_created project_changed",
			"topics=inputs,chat":            "input_added chat_posted",
			"topics=providers":              "provider_held provider_released",
			"topics=providers&project=tide": "",
			"topics=projects,providers&kinds=provider_held,project_changed": "project_changed provider_held",
			"topics=artifacts&kinds=artifact_edited":                        "",
			"topics=runs&kinds=pipeline_finished":                           "pipeline_finished",
			"kinds=pipeline_finished":                                       "pipeline_finished",
			"kinds=project_created":                                         "", // without topics there are events of runs only
		} {
			l := listen(t, s.api, "/api/events/stream?after=0&"+query, "")
			got := l.events()
			l.leave()
			if got != want {
				t.Errorf("%s: %v, want %s", query, got, want)
			}
		}
		saved := listen(t, s.api, "/api/events/stream?after=0&topics=artifacts&project=tide", "")
		for _, f := range saved.frames()[1:] {
			if f.Event != "artifact_saved" || f.RunID == "" {
				t.Errorf("%+v", f)
			}
		}
		saved.leave()
		all := s.get("/api/events?limit=5000").is(200)
		if strings.Contains(string(all.body), "SECRET") {
			t.Errorf("the log has what was posted")
		}
		for _, bad := range []struct{ query, hint string }{
			{"topics=run", "did you mean runs?"}, {"topics=runs,provider", "did you mean providers?"},
			{"topics=x", "there are runs, providers, projects, inputs, artifacts, chat"}, {"topics=,", ""},
			{"kinds=stage_faild", "did you mean stage_failed?"},
			{"brief=2", ""}, {"topics=runs&runs=../x", "put commas between them"},
		} {
			p := s.get("/api/events/stream?"+bad.query).fails(422, "invalid_request")
			if bad.hint != "" && (p.Hint == nil || *p.Hint != bad.hint) {
				t.Errorf("%s: %v, want %s", bad.query, p.Hint, bad.hint)
			}
		}
	})
}

// Brief events have what lists show, as it is in the whole ones, and nothing else.
func TestStream_Brief(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(healthy, simulator.Options{})))
		s.acts("tide")
		whole := listen(t, s.api, "/api/events/stream?after=0&topics=runs,providers,projects,inputs,artifacts,chat", "")
		brief := listen(t, s.api, "/api/events/stream?after=0&topics=runs,providers,projects,inputs,artifacts,chat&brief=1", "")
		defer brief.leave()
		defer whole.leave()
		of, short := whole.frames(), brief.frames()
		if len(of) != len(short) || len(of) < 20 {
			t.Fatalf("%d and %d", len(of), len(short))
		}
		lengths := 0
		for i, f := range of[1:] {
			var all, some map[string]json.RawMessage
			if json.Unmarshal([]byte(f.data), &all) != nil || json.Unmarshal([]byte(short[i+1].data), &some) != nil || f.id != short[i+1].id {
				t.Fatalf("%+v\n%+v", f, short[i+1])
			}
			for name, v := range some {
				if string(all[name]) != string(v) {
					t.Errorf("%s of %s is %s, want %s", name, f.Event, v, all[name])
				}
			}
			for _, name := range []string{"ts", "run_id", "event", "stage_id", "done", "total", "outcome", "error_class", "message", "project_id"} {
				if string(some[name]) != string(all[name]) {
					t.Errorf("%s of %s is %s, want %s", name, f.Event, some[name], all[name])
				}
			}
			for _, name := range []string{"decision", "candidates", "artifacts", "input_tokens", "runtime_params"} {
				if some[name] != nil {
					t.Errorf("%s has %s", f.Event, name)
				}
			}
			lengths += len(f.data) - len(short[i+1].data)
		}
		if lengths <= 0 {
			t.Error("nothing was saved")
		}
	})
}

// The log in pages is what streams send.
func TestEvents_Pages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(healthy, simulator.Options{})))
		s.acts("tide")
		entries, err := s.app.Reader.Feed.Entries(t.Context(), run.EventFilter{}, 0, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for after, more := int64(0), true; more; {
			page := into[client.EventsPage](s.get(fmt.Sprintf("/api/events?limit=7&after=%d", after)).is(200))
			for _, e := range page.Events {
				if e.Message == "" {
					t.Errorf("%s has no message", e.Body.EventName())
				}
				got = append(got, e.Body.EventName())
			}
			after, more = page.Position, page.More
		}
		var want []string
		for _, e := range entries {
			want = append(want, e.Body.EventName())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v\nwant %v", got, want)
		}
		head := entries[len(entries)-1].Position
		page := into[client.EventsPage](s.get("/api/events?topics=chat").is(200))
		if len(page.Events) != 1 || len(page.Positions) != 1 || page.Position != head || page.More {
			t.Errorf("%+v, and the head is %d", page, head)
		}
		lines := s.get("/api/events?topics=projects", "Accept: application/x-ndjson").is(200)
		if n := strings.Count(string(lines.body), "\n"); n != 2 || lines.header.Get(client.PositionHeader) != fmt.Sprint(head) {
			t.Errorf("%d lines, %v", n, lines.header)
		}
		target := fmt.Sprintf("/api/events?topics=chat&after=%d", head)
		tag := s.get(target).is(200).header.Get("ETag")
		s.get(target, "If-None-Match: "+tag).is(304)
		s.post("/api/projects/tide/chat", map[string]any{"id": "m2", "type": "user_message", "content": "x", "timestamp": 1}).is(200)
		if page := into[client.EventsPage](s.get(target, "If-None-Match: "+tag).is(200)); len(page.Events) != 1 {
			t.Errorf("%+v", page)
		}
		// A position from before a backup was put back.
		if page := into[client.EventsPage](s.get("/api/events?after=99999").is(200)); len(page.Events) != 0 || page.Position != head+1 {
			t.Errorf("%+v", page)
		}
		s.get("/api/events?topics=proj").fails(422, "invalid_request")
		s.get("/api/events?limit=0").fails(422, "invalid_request")
		s.get("/api/events?after=-1").fails(422, "invalid_request")
	})
}

// scribe makes changes of all kinds, one after the other.
func (s *site) scribe(ctx context.Context, t *testing.T, tell func(n int), n int) {
	luck := rand.New(rand.NewPCG(uint64(n), 3))
	for i := range n {
		var err error
		switch luck.IntN(4) {
		case 0:
			tell(luck.IntN(3) + 1)
		case 1:
			_, err = s.store.Projects.Post(ctx, "tide", project.Message{ID: fmt.Sprint(n, "-", i), Content: []byte(`"x"`)})
		case 2:
			_, err = s.store.Projects.ChangeProject(ctx, "tide", func(p *project.Project) { p.Name = fmt.Sprint(n, i) })
		default:
			data := []byte(fmt.Sprint(n, i))
			_, _, err = s.store.Projects.AddInput(ctx, "tide", inputOf(fmt.Sprint(n, "_", i), data), data)
		}
		if err != nil {
			t.Error(err)
		}
		time.Sleep(time.Duration(luck.IntN(50)) * time.Millisecond)
	}
}

// Clients that leave and come back at random times, and some that are overrun, see each event of
// their topics once, in the order of the log.
func TestStream_TopicsHaveNoGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id, tell := s.quiet("tide")
		filters := map[string]run.EventFilter{
			"topics=runs,providers,projects,inputs,artifacts,chat": {Topics: event.Topics()},
			"topics=chat,projects":                                 {Topics: []event.Topic{event.TopicChat, event.TopicProjects}},
			"topics=runs&runs=" + id:                               {Topics: []event.Topic{event.TopicRuns}, Runs: []string{id}},
			"topics=inputs,runs&project=tide&kinds=unit_done,input_added": {
				Topics: []event.Topic{event.TopicInputs, event.TopicRuns}, ProjectID: "tide",
				Kinds: []string{"unit_done", "input_added"},
			},
			"": {OfRuns: true},
		}
		var writing, reading sync.WaitGroup
		for n := range 3 {
			writing.Go(func() { s.scribe(t.Context(), t, tell, 100+n) })
		}
		done := make(chan struct{})
		for query, f := range filters {
			reading.Go(func() {
				c := &reader{target: "/api/events/stream?" + query, last: "0"}
				luck := rand.New(rand.NewPCG(uint64(len(query)), 1))
				for over := false; !over; {
					select {
					case <-done:
						over = true
					default:
					}
					c.take(t, s.api, 1+luck.IntN(20), time.Duration(1+luck.IntN(300))*time.Millisecond)
				}
				c.take(t, s.api, 100_000, time.Second)
				want, err := s.app.Reader.Feed.Entries(t.Context(), f, 0, 100_000)
				if err != nil {
					t.Error(err)
				}
				var ids, positions []int64
				for _, f := range c.got {
					ids = append(ids, f.id)
				}
				for _, e := range want {
					positions = append(positions, e.Position)
				}
				if !slices.Equal(ids, positions) || len(ids) < 50 {
					t.Errorf("%q: %d frames, want %d", query, len(ids), len(positions))
				}
			})
		}
		writing.Wait()
		close(done)
		reading.Wait()
	})
}

// A reader of a rare topic that the tail overruns misses nothing.
func TestStream_TopicsThatTheTailOverruns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		_, tell := s.quiet("tide")
		l := listen(t, s.api, "/api/events/stream?topics=chat", "")
		post := func(id string) {
			t.Helper()
			if _, err := s.store.Projects.Post(t.Context(), "tide", project.Message{ID: id, Content: []byte(`1`)}); err != nil {
				t.Fatal(err)
			}
		}
		if f, ok := l.next(time.Second); !ok || f.Event != "hello" {
			t.Fatalf("%+v", f)
		}
		post("a")
		synctest.Wait() // until it is offered the first frame, which it does not take yet
		for i := range 5 {
			tell(1000)
			post(fmt.Sprint(i))
		}
		synctest.Wait()
		post("b")
		if got := l.frames(); len(got) != 7 {
			t.Errorf("%+v", got)
		}
		l.leave()
	})
}

// The names of topics in a URL may be escaped.
func TestStream_EscapedTopics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		s.project("tide")
		page := into[client.EventsPage](s.get("/api/events?topics=" + url.QueryEscape("projects,chat")).is(200))
		if len(page.Events) != 1 {
			t.Errorf("%+v", page)
		}
	})
}
