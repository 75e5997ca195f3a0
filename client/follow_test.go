package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// fast is a provider that answers without making anybody wait.
var fast = scenario.Pace{}

// cutting is a connection that breaks after some bytes.
type cutting struct {
	net.Conn
	left int
	cuts *atomic.Int64
}

func (c *cutting) Read(p []byte) (int, error) {
	if c.left == 0 {
		c.cuts.Add(1)
		c.Close()
		return 0, errors.New("connection reset by peer")
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// TestFollow_MissesNothingThroughCuts follows a run over connections that break at random bytes, are
// refused or are answered by a server that is busy: each event comes once, in order.
func TestFollow_MissesNothingThroughCuts(t *testing.T) {
	cuts := 200
	if n, err := strconv.Atoi(os.Getenv("CINEFORGE_CUTS")); err == nil {
		cuts = n
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulated(scenario.Pace{TokensPerSecond: 300}), api.Options{})
		steady := onPipes(t, w.handler, client.Options{}, func(c net.Conn) (net.Conn, error) { return c, nil })
		id := begun(t, steady, strings.NewReader(long(150)), client.RunRequest{AcceptConfig: true})
		const followers = 4
		var (
			cut      atomic.Int64
			told     sync.WaitGroup
			mu       sync.Mutex
			seed     = rand.New(rand.NewPCG(1, 2))
			followed [followers][]client.Event
		)
		random := func(n int) int {
			mu.Lock()
			defer mu.Unlock()
			return seed.IntN(n)
		}
		busy := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if random(20) == 0 {
				rw.Header().Set("Retry-After", "1")
				rw.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			w.handler.ServeHTTP(rw, r)
		})
		for i := range followers {
			c := onPipes(t, busy, client.Options{}, func(c net.Conn) (net.Conn, error) {
				if random(20) == 0 {
					c.Close()
					return nil, errors.New("connection refused")
				}
				return &cutting{c, 1 + random(1<<(8+random(10))), &cut}, nil // the largest event has 16,000 bytes
			})
			told.Go(func() {
				for len(followed[i]) == 0 || cut.Load() < int64(cuts) { // a run that is over is followed too
					followed[i] = nil
					for e, err := range c.Runs.Follow(t.Context(), id, 0) {
						if err != nil {
							t.Error(err)
							return
						}
						followed[i] = append(followed[i], e)
					}
					whole(t, followed[i])
				}
			})
		}
		told.Wait()
		want := all(t, steady.Runs.Follow(t.Context(), id, 0))
		for i := range followers {
			if !slices.EqualFunc(followed[i], want, same) {
				t.Errorf("follower %d has %d events, and there are %d", i, len(followed[i]), len(want))
			}
		}
		t.Logf("%d connections were cut; the run has %d events and took %v", cut.Load(), len(want), want[len(want)-1].Time.Sub(want[0].Time))
		if n := cut.Load(); n < int64(cuts) {
			t.Errorf("%d cuts, want %d", n, cuts)
		}
	})
}

// A server that has no room for a stream is asked for what has happened.
func TestFollow_WithoutRoomForAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulated(scenario.Pace{TokensPerSecond: 300}), api.Options{Streams: 1})
		c := onPipes(t, w.handler, client.Options{}, func(c net.Conn) (net.Conn, error) { return c, nil })
		id := begun(t, c, strings.NewReader(long(30)), client.RunRequest{AcceptConfig: true})
		hog, leave := context.WithCancel(t.Context())
		defer leave()
		r := httptest.NewRequestWithContext(hog, http.MethodGet, "http://127.0.0.1/api/events/stream", nil)
		go w.handler.ServeHTTP(httptest.NewRecorder(), r)
		synctest.Wait()
		patient, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		whole(t, all(t, c.Runs.Follow(patient, id, 0)))
	})
}

// whole wants events 1..n, each once, the last of which ends the run.
func whole(t *testing.T, events []client.Event) {
	t.Helper()
	for i, e := range events {
		if e.Seq != int64(i+1) || event.Terminal(e.Body) != (i == len(events)-1) {
			t.Errorf("event %d of %d is %d, %s", i+1, len(events), e.Seq, e.Body.EventName())
			return
		}
	}
}

// long is a script with many scenes.
func long(scenes int) string {
	var text strings.Builder
	for i := range scenes {
		fmt.Fprintf(&text, "INT. ROOM %d - DAY\n\nSomebody is in room %d.\n\nANNA\nI am in room %d.\n\n", i+1, i+1, i+1)
	}
	return text.String()
}

// streamServer is a server that answers requests for a stream one after the other.
type streamServer struct {
	mu    sync.Mutex
	asked []ask
	then  []func(w http.ResponseWriter, r *http.Request)
}

// ask is a request for a stream.
type ask struct {
	after time.Duration // since the first
	last  string        // the id that it sent
}

func (s *streamServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := len(s.asked)
	s.asked = append(s.asked, ask{time.Since(began), r.Header.Get("Last-Event-ID")})
	s.mu.Unlock()
	s.then[min(n, len(s.then)-1)](w, r)
}

// began is when virtual time begins.
var began = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// say answers with a stream of the given text, and then stays silent or ends.
func say(text string, silent bool) func(w http.ResponseWriter, r *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Connection", "close")
		io.WriteString(w, text)
		http.NewResponseController(w).Flush()
		if silent {
			<-r.Context().Done()
		}
	}
}

// beating shows for some time that it lives before it says something.
func beating(beats int, text string) func(w http.ResponseWriter, r *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		for range beats {
			say(": still here\n\n", false)(w, r)
			time.Sleep(20 * time.Second)
		}
		say(text, true)(w, r)
	}
}

func refuse(status int, retryAfter string) func(w http.ResponseWriter, r *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", retryAfter)
		w.WriteHeader(status)
	}
}

// event is a frame of a stream.
func eventFrame(seq int, name string) string {
	return fmt.Sprintf("id: %d\ndata: {\"seq\":%d,\"ts\":\"2026-01-01T00:00:00.000Z\",\"run_id\":\"r\",\"event\":%q}\n\n", seq, seq, name)
}

// TestFollow_ReadsWhatAStreamMaySend follows servers that do as each case says.
func TestFollow_ReadsWhatAStreamMaySend(t *testing.T) {
	last := eventFrame(3, "dry_run_validated")
	first := eventFrame(1, "unit_done")
	both := first + eventFrame(2, "unit_done")
	for _, tt := range []struct {
		name  string
		then  []func(http.ResponseWriter, *http.Request)
		want  int    // events
		err   string // that ends it; "" for none
		asked []string
		least []time.Duration // when each request comes, at the earliest
	}{
		{"all at once", []func(http.ResponseWriter, *http.Request){say(both+last, false)}, 3, "", []string{""}, nil},
		{"nothing follows the last event", []func(http.ResponseWriter, *http.Request){say(both+last, true)}, 3, "", []string{""}, nil},
		{"forms of frames", []func(http.ResponseWriter,
			*http.Request){say(": hello\r\n\r\nretry: 3000\r\nid: 1\r\n"+strings.ReplaceAll(first[6:], "\n",
			"\r\n")+"event: x\ndata\n\n"+eventFrame(2, "news")+last, true)}, 3, "", []string{""}, nil},
		{"an event in two lines", []func(http.ResponseWriter,
			*http.Request){say(strings.Replace(both+last, `,"ts"`, "\ndata: ,\"ts\"", 2), true)}, 3, "", []string{""}, nil},
		{"a cut in a frame", []func(http.ResponseWriter, *http.Request){say(first+eventFrame(2, "unit_done")[:60], false),
			say(eventFrame(2, "unit_done")+last, true)}, 3, "", []string{"", "1"}, nil},
		{"a cut before the empty line",
			[]func(http.ResponseWriter, *http.Request){say(strings.TrimSuffix(both, "\n"), false), say(eventFrame(2, "unit_done")+last, true)}, 3,
			"", []string{"", "1"}, nil},
		{"events that came already", []func(http.ResponseWriter, *http.Request){say(both, false), say(both+last, true)}, 3, "", []string{"", "2"},
			nil},
		{"the run is over", []func(http.ResponseWriter, *http.Request){say(both+eventFrame(3, "unit_done"), false),
			refuse(http.StatusNoContent, "")}, 3, "", []string{"", "3"}, nil},
		{"a server that says when", []func(http.ResponseWriter, *http.Request){refuse(http.StatusServiceUnavailable, "7"),
			refuse(http.StatusTooManyRequests, "100"), say(both+last, true)}, 3, "",
			[]string{"", "", ""}, []time.Duration{0, 7 * time.Second, 107 * time.Second}},
		{"silence", []func(http.ResponseWriter, *http.Request){say(first, true), say(eventFrame(2, "unit_done")+last, true)}, 3, "",
			[]string{"", "1"}, []time.Duration{0, 45 * time.Second}},
		{"a server that has nothing to tell", []func(http.ResponseWriter, *http.Request){beating(6, both+last)}, 3, "", []string{""}, nil},
		{"a gap", []func(http.ResponseWriter, *http.Request){say(first+last, true)}, 1, "left out events of run r: 3 follows 1", []string{""},
			nil},
		{"no such run", []func(http.ResponseWriter, *http.Request){say(first, false), refuse(http.StatusNotFound, "")}, 1,
			"the server answered with status 404 Not Found", []string{"", "1"}, nil},
		{"what is no event", []func(http.ResponseWriter, *http.Request){say("data: hello\n\n", true)}, 0,
			"sent an event that this program can't read", []string{""}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &streamServer{then: tt.then}
				c := onPipes(t, s, client.Options{}, func(c net.Conn) (net.Conn, error) { return c, nil })
				got, ended := 0, ""
				for e, err := range c.Runs.Follow(t.Context(), "r", 0) {
					if err != nil {
						ended = err.Error()
						continue // nothing comes behind it
					}
					if got++; e.Seq != int64(got) || ended != "" {
						t.Errorf("event %d is %+v, behind %q", got, e, ended)
					}
				}
				if got != tt.want || !strings.Contains(ended, tt.err) || (ended == "") != (tt.err == "") {
					t.Errorf("%d events, want %d; ended by %q, want %q", got, tt.want, ended, tt.err)
				}
				var asked []string
				for i, a := range s.asked {
					asked = append(asked, a.last)
					if i < len(tt.least) && a.after < tt.least[i] {
						t.Errorf("request %d came after %v, want %v", i+1, a.after, tt.least[i])
					}
				}
				if !slices.Equal(asked, tt.asked) {
					t.Errorf("it asked for what is behind %q, want %q", asked, tt.asked)
				}
			})
		})
	}
}

// TestFollow_WaitsForAServerThatIsAway tells once that the server is away and once that it is
// back, tries less often the longer it is away, and stops when its context ends.
func TestFollow_WaitsForAServerThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &streamServer{then: []func(http.ResponseWriter, *http.Request){say(eventFrame(1, "unit_done"), false),
			say(eventFrame(2, "unit_done"), true)}}
		var (
			away  atomic.Bool
			tries atomic.Int64
		)
		var troubles []string
		c := onPipes(t, s, client.Options{Trouble: func(err error) { troubles = append(troubles, fmt.Sprint(err)) }},
			func(c net.Conn) (net.Conn, error) {
				if away.Load() {
					tries.Add(1)
					c.Close()
					return nil, errors.New("connection refused")
				}
				return c, nil
			})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		got := 0
		for _, err := range c.Runs.Follow(ctx, "r", 0) {
			if errors.Is(err, context.Canceled) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			switch got++; got {
			case 1:
				away.Store(true)
				time.AfterFunc(10*time.Minute, func() { away.Store(false) })
			case 2:
				stop()
			}
		}
		if n := tries.Load(); got != 2 || n < 40 || n > 200 {
			t.Errorf("%d events; %d tries in ten minutes", got, n)
		}
		want := []string{"the server at http://127.0.0.1 can't be reached: connection refused", "<nil>"}
		if !slices.Equal(troubles, want) {
			t.Errorf("told of %q, want %q", troubles, want)
		}
	})
}

// TestFollow_EndsWithItsLoop stops when the loop over it does.
func TestFollow_EndsWithItsLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &streamServer{then: []func(http.ResponseWriter, *http.Request){say(eventFrame(1, "unit_done")+eventFrame(2, "unit_done"), true)}}
		c := onPipes(t, s, client.Options{}, func(c net.Conn) (net.Conn, error) { return c, nil })
		for range c.Runs.Follow(t.Context(), "r", 0) {
			break
		}
		synctest.Wait()
		if len(s.asked) != 1 {
			t.Errorf("%d requests", len(s.asked))
		}
	})
}
