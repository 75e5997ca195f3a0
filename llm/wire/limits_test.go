package wire_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
)

// beat is something that a server sends after a time.
type beat struct {
	after time.Duration
	sends string
}

// text is an event of these tests that has text in it; any other data has none.
const text = "data: text"

// plays is a server that answers with headers at once, or after the first beat's time if
// late, and sends its beats; the last one again and again if it repeats.
type plays struct {
	beats   []beat
	late    bool
	repeats bool
}

func (p plays) RoundTrip(r *http.Request) (*http.Response, error) {
	in, out := io.Pipe()
	wait := func(d time.Duration) bool {
		select {
		case <-time.After(d):
			return true
		case <-r.Context().Done():
			out.CloseWithError(context.Cause(r.Context())) //nolint:errcheck // it never fails
			return false
		}
	}
	beats := slices.Clone(p.beats)
	if p.late {
		if !wait(beats[0].after) {
			return nil, context.Cause(r.Context())
		}
		beats[0].after = 0
	}
	go func() {
		for i := 0; i < len(beats) || p.repeats; i++ {
			b := beats[min(i, len(beats)-1)]
			if !wait(b.after) {
				return
			}
			if _, err := io.WriteString(out, b.sends+"\n\n"); err != nil {
				return
			}
		}
		out.Close() //nolint:errcheck // it never fails
	}()
	return respond(200, "text/event-stream", in)(r)
}

// listen asks a route, and hears a piece of text in each event that has one.
func listen(t *testing.T, r *wire.Route, req llm.Request) error {
	t.Helper()
	_, err := r.Ask(t.Context(), req, func(ctx context.Context, call *wire.Call) error {
		hreq, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://host/v1/chat", http.NoBody)
		if err != nil {
			return err
		}
		resp, err := call.Client().Do(hreq)
		if err != nil {
			return err
		}
		defer resp.Body.Close() //nolint:errcheck // it is read
		buf := make([]byte, 64<<10)
		for {
			n, err := resp.Body.Read(buf)
			piece := ""
			if strings.Contains(string(buf[:n]), text) {
				piece = strings.Repeat("x", n)
			}
			if hearErr := call.Consume(func(a *wire.Answer) error { a.Text.WriteString(piece); return nil }); hearErr != nil {
				return hearErr
			}
			if err == io.EOF {
				return call.Consume(func(a *wire.Answer) error { a.Complete = true; return nil })
			}
			if err != nil {
				return err
			}
		}
	})
	return err
}

// Each part of an answer has a clock of its own, by what is known of the server.
func TestRoute_TimeLimits(t *testing.T) {
	const (
		event, ping, comment = "data: {}", "event: ping\ndata: {}", ": processing"
		fine                 = time.Duration(-1)
	)
	thinks := llm.Spec{Thinks: true}
	every := func(d time.Duration, what ...string) (all []beat) {
		for _, w := range what {
			all = append(all, beat{d, w})
		}
		return all
	}
	many := func(what string, n int) []string { return strings.Fields(strings.Repeat(what, n)) }
	few := llm.Spec{MaxOutput: 5}
	for name, tt := range map[string]struct {
		e    wire.Endpoint
		p    plays
		ends time.Duration // when it is cut off; fine if it is not
	}{
		"a vendor that says nothing":        {wire.Endpoint{}, plays{beats: every(time.Hour, text), late: true}, 12 * time.Second},
		"a vendor with headers and no more": {wire.Endpoint{}, plays{beats: every(time.Hour, text)}, 12 * time.Second},
		"a vendor with comments": {wire.Endpoint{},
			plays{beats: append(every(10*time.Second, comment, comment, comment, comment, comment, comment), every(time.Second, text)...)}, fine},
		"comments without end": {wire.Endpoint{}, plays{beats: every(10*time.Second, comment), repeats: true}, 5 * time.Minute},
		"pings without end":    {wire.Endpoint{}, plays{beats: every(10*time.Second, ping), repeats: true}, 5 * time.Minute},
		"a beginning and no more": {wire.Endpoint{}, plays{beats: append(every(time.Second, event), every(time.Hour, event)...)},
			31 * time.Second},
		"a model that thinks in silence": {wire.Endpoint{Spec: thinks},
			plays{beats: append(every(time.Second, event), every(90*time.Second, text)...)}, fine},
		"a model that thinks for too long": {wire.Endpoint{Spec: thinks},
			plays{beats: append(every(time.Second, event), every(time.Hour, text)...)}, 121 * time.Second},
		"a stall of a model that thinks": {wire.Endpoint{Spec: thinks},
			plays{beats: append(every(time.Second, event, text), every(time.Hour, text)...)}, 32 * time.Second},
		"events without text": {wire.Endpoint{}, plays{beats: every(10*time.Second, event), repeats: true}, 310 * time.Second},
		"events without text behind some": {wire.Endpoint{},
			plays{beats: append(every(10*time.Second, text), every(10*time.Second, event)...), repeats: true}, 310 * time.Second},
		"pings behind some text": {wire.Endpoint{},
			plays{beats: append(every(5*time.Second, text), every(5*time.Second, ping)...), repeats: true}, (5 + 3*5 + 30) * time.Second},
		"a steady slow stream of ten minutes": {wire.Endpoint{},
			plays{beats: append(every(time.Second, event), every(15*time.Second, strings.Fields(strings.Repeat("data:text ", 40))...)...)}, fine},
		"another server, cold":             {wire.Endpoint{Named: true}, plays{beats: every(4*time.Minute, text), late: true}, fine},
		"another server that says nothing": {wire.Endpoint{Named: true}, plays{beats: every(time.Hour, text), late: true}, 5 * time.Minute},
		"a limit that is set": {wire.Endpoint{Named: true, Limits: wire.TimeLimits{FirstByte: 3 * time.Second}},
			plays{beats: every(time.Hour, text), late: true}, 3 * time.Second},
		"an idle limit that is set": {wire.Endpoint{Spec: thinks, Limits: wire.TimeLimits{Idle: 3 * time.Second}},
			plays{beats: append(every(time.Second, event), every(time.Hour, text)...)}, 4 * time.Second},
		"a total that is set": {wire.Endpoint{Limits: wire.TimeLimits{Total: 20 * time.Second}},
			plays{beats: every(3*time.Second, text), repeats: true}, 20 * time.Second},
		"ten times what was to be expected": {wire.Endpoint{Spec: llm.Spec{MaxOutput: 800}},
			plays{beats: every(10*time.Second, text), repeats: true}, 410 * time.Second},
		"a short answer that drips": {wire.Endpoint{Spec: few},
			plays{beats: every(10*time.Second, text), repeats: true}, 310 * time.Second},
		"comments before a short answer": {wire.Endpoint{Spec: few},
			plays{beats: append(every(10*time.Second, many(":processing ", 20)...), every(time.Second, text)...)}, fine},
		"thoughts before a short answer": {wire.Endpoint{Spec: llm.Spec{MaxOutput: 5, Thinks: true}},
			plays{beats: append(every(10*time.Second, many("data:{} ", 60)...), every(time.Second, text)...)}, fine},
		"far more text than was allowed": {wire.Endpoint{Spec: llm.Spec{MaxOutput: 200}},
			plays{beats: every(time.Millisecond, text+strings.Repeat("x", 1000)), repeats: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for i, b := range tt.p.beats {
					tt.p.beats[i].sends = strings.Replace(b.sends, "data:text", text, 1)
				}
				tt.e.Transport = tt.p
				start := time.Now()
				err := listen(t, newRoute(tt.e), llm.Request{})
				d := time.Since(start)
				switch {
				case tt.ends == fine && err != nil:
					t.Errorf("after %v: %v", d, err)
				case tt.ends == 0 && (failure.ClassOf(err) != failure.BadOutput || d > time.Second):
					t.Errorf("after %v: %v", d, err)
				case tt.ends > 0 && (failure.ClassOf(err) != failure.Timeout || d != tt.ends):
					t.Errorf("after %v: %v; want %v", d, err, tt.ends)
				}
				synctest.Wait()
			})
		})
	}
}

// What is no stream shows no text before it is whole: white space, and a page that drips,
// are life for ten idle limits.
func TestRoute_ABodyThatDripsIsCutOff(t *testing.T) {
	for kind, drop := range map[string]string{"application/json": "", "text/html": "<p>", "text/event-stream": "data: {}"} {
		synctest.Test(t, func(t *testing.T) {
			drips := plays{beats: []beat{{5 * time.Second, drop}}, repeats: true}
			server := responder(func(r *http.Request) (*http.Response, error) {
				resp, err := drips.RoundTrip(r)
				resp.Header.Set("Content-Type", kind)
				return resp, err
			})
			if _, took, err := asks(t, formats["chat"], server); failure.ClassOf(err) != failure.Timeout || took > 306*time.Second {
				t.Errorf("%s: after %v: %v", kind, took, err)
			}
			synctest.Wait()
		})
	}
}

// begins is a server whose answer begins after a time, and is over then.
func begins(after time.Duration) plays {
	return plays{beats: []beat{{after, text}}, late: true}
}

// changing is a transport that a test changes.
type changing struct{ http.RoundTripper }

// What earlier answers took until they began sets how long the next one may take, and a
// route that stayed silent is given more time.
func TestRoute_TheFirstByteFollowsThePace(t *testing.T) {
	for named, want := range map[bool]struct{ first, warm, most time.Duration }{
		false: {12 * time.Second, 24 * time.Second, time.Minute},
		true:  {5 * time.Minute, 40 * time.Second, 115 * time.Second},
	} {
		t.Run(fmt.Sprint("named ", named), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &changing{begins(8 * time.Second)}
				r := newRoute(wire.Endpoint{Named: named, Transport: server})
				limit := func(want time.Duration, what string) {
					t.Helper()
					if usual, now := r.FirstByte(); now != want || usual > now || r.Limits().FirstByte.Time != want {
						t.Errorf("%s: %v, usually %v; want %v", what, now, usual, want)
					}
				}
				answered := func(n int, after time.Duration) {
					t.Helper()
					server.RoundTripper = begins(after)
					for range n {
						if err := listen(t, r, llm.Request{}); err != nil {
							t.Fatal(err)
						}
					}
				}
				limit(want.first, "at first")
				answered(20, 8*time.Second)
				limit(want.warm, "behind answers after 8 s")
				answered(100, 23*time.Second)
				limit(want.most, "behind answers after 23 s")
				server.RoundTripper = begins(time.Hour)
				for n, stretched := range []time.Duration{want.most, 2 * want.most, 4 * want.most, min(8*want.most, 10*time.Minute), 10 * time.Minute} {
					limit(stretched, fmt.Sprint("after silences: ", n))
					start := time.Now()
					if err := listen(t, r, llm.Request{}); failure.ClassOf(err) != failure.Timeout || time.Since(start) != stretched {
						t.Errorf("silence %d is cut off after %v: %v", n, time.Since(start), err)
					}
					if named {
						break // it has gone cold meanwhile
					}
				}
				answered(1, time.Second)
				limit(want.most, "behind an answer")
				if time.Sleep(5 * time.Minute); named {
					limit(5*time.Minute, "when it may have gone cold")
				}
			})
		})
	}
}

// Only text that came over a time says how fast a model writes: a burst does not, and the
// fastest shortens the limit to no less than a hundred tokens a second make of it.
func TestRoute_TheTotalFollowsTheText(t *testing.T) {
	kilobyte := text + strings.Repeat("x", 1000-len(text)-2)
	of := func(n int, apart time.Duration) (beats []beat) {
		beats = []beat{{9 * time.Second, kilobyte}}
		for range n {
			beats = append(beats, beat{apart, kilobyte})
		}
		return beats
	}
	for name, tt := range map[string]struct {
		server plays
		want   time.Duration
	}{
		"all at once":         {plays{beats: of(0, 0)}, 8000 * time.Second},
		"a burst":             {plays{beats: of(50, time.Millisecond)}, 8000 * time.Second},
		"a thousand a second": {plays{beats: of(50, 250*time.Millisecond)}, 1600 * time.Second},
		"fifty a second":      {plays{beats: of(50, 5*time.Second)}, 3200 * time.Second},
		"ten a second":        {plays{beats: of(50, 25*time.Second)}, 16000 * time.Second},
		"cut off as too slow": {plays{beats: of(1, 29*time.Second), repeats: true}, 18560 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoute(wire.Endpoint{Transport: tt.server, Spec: llm.Spec{MaxOutput: 16000}})
				if err := listen(t, r, llm.Request{}); (err != nil) != tt.server.repeats {
					t.Fatal(err)
				}
				if got := r.Limits().Total; got.Time.Round(10*time.Second) != tt.want {
					t.Errorf("the next one has %v: %s", got.Time, got.Source)
				}
				synctest.Wait()
			})
		})
	}
}

// A server of one's own that has answered fast may think behind its headers, or first load
// another model; one slow answer shows that.
func TestRoute_AServerOfOnesOwnIsGivenTheTimeThatItTook(t *testing.T) {
	for name, tt := range map[string]struct {
		e       wire.Endpoint
		cold    time.Duration // that its first answer took to begin
		warm    time.Duration // that its second one took
		headers bool          // whether the third one's headers come at once
		ends    time.Duration // when that one, which takes 90 s, is cut off; 0 if it is not
	}{
		"fast, then thinking behind headers": {wire.Endpoint{Named: true}, time.Second, time.Second, true, 0},
		"fast, then silent":                  {wire.Endpoint{Named: true}, time.Second, time.Second, false, 30 * time.Second},
		"slow, then silent":                  {wire.Endpoint{Named: true}, time.Second, 25 * time.Second, false, 0},
		"slow only when it was cold":         {wire.Endpoint{Named: true}, 200 * time.Second, time.Second, false, 30 * time.Second},
		"with a limit": {wire.Endpoint{Named: true, Limits: wire.TimeLimits{FirstByte: 12 * time.Second}}, time.Second, time.Second, true,
			12 * time.Second},
		"a vendor": {wire.Endpoint{}, 10 * time.Second, 10 * time.Second, true, 12 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &changing{}
				tt.e.Transport = server
				r := newRoute(tt.e)
				for _, first := range []time.Duration{tt.cold, tt.warm} {
					server.RoundTripper = begins(first)
					if err := listen(t, r, llm.Request{}); err != nil {
						t.Fatal(err)
					}
				}
				server.RoundTripper = plays{beats: []beat{{90 * time.Second, text}}, late: !tt.headers}
				start := time.Now()
				if err := listen(t, r, llm.Request{}); (err == nil) != (tt.ends == 0) || err != nil && time.Since(start) != tt.ends {
					t.Errorf("after %v: %v", time.Since(start), err)
				}
			})
		})
	}
}

// For an own server the hint names the limit to set.
func TestRoute_ASilentServerOfOnesOwnNamesTheLimit(t *testing.T) {
	for base, told := range map[string]bool{"": false, "http://host/v1": false, "http://192.168.1.2/v1": true} {
		synctest.Test(t, func(t *testing.T) {
			err := listen(t, newRoute(wire.Endpoint{BaseURL: base, Transport: begins(time.Hour)}), llm.Request{})
			if got := strings.Contains(err.Error(), "limits.first_byte"); got != told {
				t.Errorf("%q: %v", base, err)
			}
		})
	}
}

// The body of an error is waited for ten seconds: its status is known already.
func TestRoute_AnErrorsBodyIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := responder(func(*http.Request) (*http.Response, error) {
			in, _ := io.Pipe()
			return &http.Response{StatusCode: 500, Body: in}, nil
		})
		start := time.Now()
		err := listen(t, newRoute(wire.Endpoint{Transport: server}), llm.Request{})
		if took := time.Since(start); failure.ClassOf(err) != failure.ServerError || took != 10*time.Second {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

// A request that was not answered in time may have been worked on, and counts; one that
// never came to the provider costs nothing.
func TestRoute_ATimeoutIsPaidFor(t *testing.T) {
	refused := responder(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	})
	for name, tt := range map[string]struct {
		server http.RoundTripper
		want   int // tokens
	}{"silence": {begins(time.Hour), 1000}, "no connection": {refused, 0}} {
		synctest.Test(t, func(t *testing.T) {
			r := newRoute(wire.Endpoint{Transport: tt.server})
			resp, err := r.Ask(t.Context(), llm.Request{Prompt: strings.Repeat("word", 1000)}, exchange)
			if u := resp.Usage; err == nil || u.InputTokens != tt.want || u.Estimated != (tt.want > 0) {
				t.Errorf("%s: %+v (%v)", name, u, err)
			}
			synctest.Wait()
		})
	}
}
