package api_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// exactly wants frames to be all events of a run, in order, once each.
func (s *site) exactly(id string, got []sseFrame) {
	s.Helper()
	n := 0
	for e, err := range s.app.Reader.Store.Events(s.Context(), id, 0) {
		if err != nil {
			s.Fatal(err)
		}
		if n < len(got) && (got[n].Seq != e.Seq || got[n].RunID != id || got[n].Event != e.Body.EventName()) {
			s.Fatalf("frame %d is %+v, want %s %d", n, got[n], e.Body.EventName(), e.Seq)
		}
		n++
	}
	if n != len(got) || n == 0 {
		s.Fatalf("%d frames of %s, want %d", len(got), id, n)
	}
}

// of returns the frames of a run.
func of(id string, all []sseFrame) (its []sseFrame) {
	for _, f := range all {
		if f.RunID == id {
			its = append(its, f)
		}
	}
	return its
}

// Clients that leave and come back at random times, a thousand times in all, while runs fail, wait and go on,
// see each event once: of one run, of all runs, of a project and of some runs.
func TestStream_HasNoGap(t *testing.T) {
	runs, least := 8, 1000
	if raceOn {
		runs, least = 4, 300
	}
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		b := s.given("tide", "the_tide_clock.fountain")
		chance := rand.New(rand.NewPCG(1, 2))
		all := []*reader{{target: "/api/events/stream", last: "0"}, {target: "/api/events/stream?project=drill-tide", last: "0"}, {last: "0"}}
		var ids []string
		for i := range runs {
			b.Force = true
			b.Drill = []string{"healthy", "anthropic-overload", "S03", "S05"}[i%4]
			ids = append(ids, s.start(b))
		}
		all[2].target = "/api/events/stream?runs=" + strings.Join(ids[:3], ",")
		for _, id := range ids {
			all = append(all, &reader{target: "/api/runs/" + id + "/events/stream"})
		}
		var together sync.WaitGroup
		for i, c := range all {
			follows := ids
			if i == 2 {
				follows = ids[:3]
			} else if i > 2 {
				follows = ids[i-3 : i-2]
			}
			most := 3
			if len(follows) > 1 {
				most = 20
			}
			luck := rand.New(rand.NewPCG(chance.Uint64(), 1))
			together.Go(func() {
				for !ended(c.got, follows) {
					c.take(t, s.api, luck.IntN(most), time.Duration(luck.IntN(100))*time.Second)
				}
				n := 0
				for _, id := range follows {
					n += len(of(id, c.got))
					s.exactly(id, of(id, c.got))
				}
				if n != len(c.got) {
					t.Errorf("%s has frames of what it does not follow", c.target)
				}
			})
		}
		together.Wait()
		left := 0
		for _, c := range all {
			left += c.left
		}
		if left < least {
			t.Errorf("clients have left %d times only", left)
		}
		t.Logf("clients have left %d times", left)
		for i, id := range ids {
			if l := listen(t, s.api, "/api/runs/"+id+"/events/stream", all[i+3].last); waits(l) != http.StatusNoContent {
				t.Errorf("after the end: %d", l.status)
			}
		}
	})
}

// waits waits until a stream is over, and returns its status.
func waits(l *listener) int {
	<-l.over
	return l.status
}

// ended reports whether the ends of some runs are among frames.
func ended(all []sseFrame, ids []string) bool {
	n := 0
	for _, f := range all {
		if f.Event == "pipeline_finished" && slices.Contains(ids, f.RunID) {
			n++
		}
	}
	return n == len(ids)
}

// The same while all runs happen, from one server to the next on the same database
// file, in which runs are handed on.
func TestStream_GoesOnOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var server http.Handler // of the life that it is
		clients := []*reader{{target: "/api/events/stream", last: "0"}, {target: "/api/events/stream?topics=runs,projects", last: "0"}}
		luck := rand.New(rand.NewPCG(5, 6))
		var s *site
		var ids []string
		for life := 0; ; life++ {
			a, err := app.Open(t.Context(), dir, app.Config{})
			if err != nil {
				t.Fatal(err)
			}
			s = &site{T: t, app: a, dir: dir}
			s.api, s.watch = observed(a, api.Options{})
			server = s.api
			stopped := []func(){s.background(s.watch.Run), s.works()}
			if life == 0 {
				b := s.given("tide", "night_bus.txt")
				for range 3 {
					b.Force, b.Drill = true, "anthropic-overload"
					ids = append(ids, s.start(b))
					clients = append(clients, &reader{target: "/api/runs/" + ids[len(ids)-1] + "/events/stream"})
				}
			}
			var together sync.WaitGroup
			for _, c := range clients {
				seed := luck.Uint64()
				together.Go(func() {
					chance := rand.New(rand.NewPCG(seed, 1))
					until := time.Now().Add(2 * time.Second)
					for time.Now().Before(until) && !c.take(t, server, chance.IntN(20), time.Duration(chance.IntN(500)+1)*time.Millisecond) {
					}
				})
			}
			together.Wait()
			over := ended(clients[0].got, ids) && ended(clients[1].got, ids)
			for i, id := range ids {
				over = over && ended(clients[i+2].got, []string{id})
			}
			if over && life > 1 {
				for i, id := range ids {
					s.exactly(id, of(id, clients[0].got))
					s.exactly(id, of(id, clients[1].got))
					s.exactly(id, clients[i+2].got)
				}
			}
			for _, stop := range stopped {
				stop()
			}
			a.Close()
			if over && life > 1 {
				return
			}
			if life > 100 {
				t.Fatal("the runs come to no end")
			}
		}
	})
}

// A client that does not take what is sent is dropped, and delays no other.
func TestStream_ASlowReaderIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		b := s.given("tide", "the_tide_clock.fountain")
		took := func() time.Duration {
			began := time.Now()
			b.Force = true
			id := s.start(b)
			if st := s.rests(id).State; st.Status != run.RunDone {
				t.Fatal(st.Error)
			}
			return time.Since(began)
		}
		alone := took()
		var slow []*listener
		began := time.Now()
		for range 20 {
			slow = append(slow, listen(t, s.api, "/api/events/stream?after=0", ""))
		}
		if with := took(); with != alone {
			t.Errorf("a run takes %s, and %s when nobody listens", with, alone)
		}
		for _, l := range slow {
			<-l.over
		}
		if took := time.Since(began); took > 31*time.Second {
			t.Errorf("dropped after %s", took)
		}
	})
}

// quiet makes a run to which only the test writes, and how it does.
func (s *site) quiet(slug string) (id string, tell func(n int)) {
	s.Helper()
	id = s.start(s.given(slug, "night_bus.txt"))
	claim, err := s.store.Journal.Claim(s.Context(), id, 9*time.Minute)
	if err != nil {
		s.Fatal(err)
	}
	return id, func(n int) {
		s.Helper()
		events := make([]event.Body, n)
		for i := range events {
			events[i] = event.UnitDone{StageID: "ingest", Unit: "u", Done: i, Total: n}
		}
		if err := s.store.Log.Commit(s.Context(), claim,
			run.Change{Events: func([]artifact.Artifact) []event.Body { return events }}); err != nil {
			s.Fatal(err)
		}
	}
}

// A client for which the feed has forgotten what comes next gets it from the store.
func TestStream_AReaderThatTheTailOverruns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id, tell := s.quiet("tide")
		for _, target := range []string{"/api/runs/" + id + "/events/stream", "/api/events/stream?after=0"} {
			l := listen(t, s.api, target, "")
			got := []sseFrame{}
			take := func(n int) {
				t.Helper()
				for range n {
					f, ok := l.next(time.Second)
					if !ok {
						t.Fatalf("%s ends behind %d frames", target, len(got))
					}
					got = append(got, f)
				}
			}
			events, err := run.Load(t.Context(), s.app.Reader.Store, id)
			if err != nil {
				t.Fatal(err)
			}
			take(int(events.LastSeq))
			tell(1)
			synctest.Wait() // until it is offered the next frame
			for range 5 {
				tell(1000)
			}
			synctest.Wait() // until the feed has gone round
			take(5001)
			tell(3)
			take(3)
			s.exactly(id, got)
			l.leave()
		}
	})
}

func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id, _ := s.quiet("tide")
		for _, target := range []string{"/api/runs/" + id + "/events/stream", "/api/events/stream"} {
			l := listen(t, s.api, target, "")
			began := time.Now()
			for n := 0; n < 5; {
				if text := <-l.sent; text == ": still here\n\n" {
					n++
				}
			}
			if took := time.Since(began); took != 75*time.Second {
				t.Errorf("five beats took %s", took)
			}
			if kind := l.header.Get("Content-Type"); kind != "text/event-stream" || l.header.Get("X-Accel-Buffering") != "no" {
				t.Error(l.header)
			}
			l.leave()
		}
	})
}

// A client that leaves before anything has come knows where it was.
func TestStream_AnnouncesWhereItBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id, tell := s.quiet("tide")
		l := listen(t, s.api, "/api/events/stream", "")
		begin := <-l.sent
		l.leave()
		tell(2)
		_, last, _ := strings.Cut(strings.TrimSpace(begin), "id: ")
		l = listen(t, s.api, "/api/events/stream", last)
		for range 2 {
			if f, ok := l.next(time.Second); !ok || f.RunID != id {
				t.Errorf("%q: %+v %v", begin, f, ok)
			}
		}
	})
}

// A client whose id is of a time that a backup has undone hears what happens then.
func TestStream_AfterItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id, tell := s.quiet("tide")
		for _, target := range []string{"/api/runs/" + id + "/events/stream", "/api/events/stream"} {
			l := listen(t, s.api, target, "1000000")
			<-l.sent
			tell(1)
			if f, ok := l.next(time.Second); !ok || f.Event != "unit_done" {
				t.Errorf("%s: %+v %v", target, f, ok)
			}
			l.leave()
		}
	})
}

// Streams that are opened before the feed knows where it begins miss nothing.
func TestStream_BeforeTheTailHasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id, tell := s.quiet("tide")
		feed := &flaky{Feed: s.app.Reader.Feed}
		s.app.Reader.Feed = feed
		early, watch := observed(s.app, api.Options{})
		l := listen(t, early, "/api/runs/"+id+"/events/stream", "")
		m := listen(t, early, "/api/events/stream?after=0", "")
		tell(10)
		<-l.sent
		<-m.sent
		synctest.Wait()
		feed.fails = 3
		s.background(watch.Run)
		tell(10)
		for _, l := range []*listener{l, m} {
			var got []sseFrame
			for range 21 {
				f, _ := l.next(time.Minute)
				got = append(got, f)
			}
			s.exactly(id, got)
		}
	})
}

// flaky is a feed that can't be read at first.
type flaky struct {
	run.Feed
	fails int
}

var errFlaky = errors.New("the disk has a moment")

func (f *flaky) Head(ctx context.Context) (int64, error) {
	if f.fails--; f.fails >= 0 {
		return 0, errFlaky
	}
	return f.Feed.Head(ctx)
}

// late is a feed in which something happens just when a stream of a project has read
// all that there was.
type late struct {
	run.Feed
	then func()
}

func (f *late) Entries(ctx context.Context, of run.EventFilter, after int64, limit int) ([]run.LogEntry, error) {
	entries, err := f.Feed.Entries(ctx, of, after, limit)
	if of.ProjectID != "" && len(entries) == 0 && f.then != nil {
		then := f.then
		f.then = nil
		then()
		time.Sleep(time.Millisecond) // until all followers have got it
	}
	return entries, err
}

// Nothing is lost between what is stored and what happens.
func TestStream_BetweenTheStoreAndTheTail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id, tell := s.quiet("tide")
		s.app.Reader.Feed = &late{s.app.Reader.Feed, func() { tell(3) }}
		l := listen(t, s.api, "/api/events/stream?project=tide&after=0", "")
		var got []sseFrame
		for range 4 {
			f, _ := l.next(time.Second)
			got = append(got, f)
		}
		s.exactly(id, got)
	})
}

func TestStreamsHandler_BadRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		_, id := s.done("tide", "night_bus.txt")
		one := "/api/runs/" + id + "/events/stream"
		a := s.get(one).is(200) // which is all, since the run is over
		if n := strings.Count(string(a.body), "\ndata: "); n == 0 || !strings.HasSuffix(strings.TrimSpace(string(a.body)), "}") {
			t.Errorf("%s", a.body)
		}
		last := into[struct {
			State struct{ Stages map[string]any }
		}](s.get("/api/runs/" + id + "/state"))
		_ = last
		n := strings.Count(string(a.body), "data: ")
		s.get(one, fmt.Sprintf("Last-Event-ID: %d", n)).is(204)
		s.get(one + fmt.Sprintf("?after=%d", n)).is(204)
		if rest := s.get(one, fmt.Sprintf("Last-Event-ID: %d", n-1)).is(200); strings.Count(string(rest.body), "data: ") != 1 {
			t.Errorf("%s", rest.body)
		}
		s.get("/api/runs/none/events/stream").fails(404, "run_state_not_found")
		for _, bad := range []string{"x", "-1", "99999999999999999999", "1;2"} {
			s.get(one, "Last-Event-ID: "+bad).fails(422, "invalid_request")
			s.get("/api/events/stream", "Last-Event-ID: "+bad).fails(422, "invalid_request")
		}
		s.get("/api/events/stream?runs=../x").fails(422, "invalid_request")
		s.get("/api/events/stream?runs="+strings.Repeat("a,", 300)).fails(422, "invalid_request")
	})
}

// There is an end to how many can follow, and streams end when the server does.
func TestTooManyStreams_EndWithTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		stopped, watch := observed(s.app, api.Options{})
		stop := s.background(watch.Run)
		var open []*listener
		for i := range 2000 {
			r := request(t.Context(), http.MethodGet, "/api/events/stream", nil)
			r.RemoteAddr = fmt.Sprintf("10.0.%d.%d:1", i/250, i%250)
			l := listenBy(t, stopped, r)
			if open = append(open, l); !strings.HasPrefix(<-l.sent, "retry: ") {
				t.Fatalf("stream %d is refused", i)
			}
		}
		l := listen(t, stopped, "/api/events/stream", "")
		text := <-l.sent
		if waits(l) != 503 || !strings.Contains(text, "too_many_streams") || l.header.Get("Retry-After") != "10" {
			t.Errorf("%d %s", l.status, text)
		}
		open[0].leave()
		l = listen(t, stopped, "/api/events/stream", "")
		if <-l.sent; l.status != 200 {
			t.Error(l.status)
		}
		began := time.Now()
		stop()
		for _, l := range open[1:] {
			if told := <-l.sent; told != "retry: 1000\n\n" {
				t.Errorf("the end is told as %q", told)
			}
			<-l.over
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("streams end %s after the server", took)
		}
		// A client that has followed the log to its head gets what happens then from another server.
		last := listen(t, s.api, "/api/events/stream", "")
		if <-last.sent; last.status != 200 {
			t.Error(last.status)
		}
	})
}

// A request for the headers of a stream gets them, and no stream.
func TestStream_HeadersOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		id := s.start(s.given("tide", "night_bus.txt"))
		for _, path := range []string{"/api/runs/" + id + "/events/stream", "/api/events/stream"} {
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodHead, path, nil)
			r.Host = "localhost"
			if s.api.ServeHTTP(w, r); w.Code != 200 || w.Header().Get("Content-Type") != "text/event-stream" || w.Body.Len() > 0 {
				t.Errorf("%s: %d %v %q", path, w.Code, w.Header(), w.Body)
			}
		}
	})
}
