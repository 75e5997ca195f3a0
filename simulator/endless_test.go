package simulator_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// whole takes what a stream was cut off in the middle of away, and closes an array.
func whole(a api, raw string) string {
	if a.name == "generate array" {
		return raw[:strings.LastIndex(raw, ",\r\n")] + "]"
	}
	return raw[:strings.LastIndex(strings.ReplaceAll(raw, "\r\n\r\n", "  \n\n"), "\n\n")+2]
}

func TestDelivery_EndlessStreams(t *testing.T) {
	for _, name := range []string{"endless_events", "endless_text"} {
		for _, a := range apis {
			if !a.stream {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				healthy := rules().ask(t.Context(), a)
				b := always(scenario.Fault{Hostile: name})
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()
				got := b.ask(ctx, a)
				if !errors.Is(got.err, context.DeadlineExceeded) || got.status != 200 {
					t.Errorf("%s, %s: %v", a.name, name, got.err)
				}
				var seen reading
				seen.read(a, []byte(whole(a, got.raw)))
				begin := min(len(healthy.text)/2, len(seen.text))
				if seen.broken || seen.terminal || seen.problem != "" || seen.finish != "" || len(seen.events) < 490 ||
					len(seen.events) > 600 ||
					seen.text[:begin] != healthy.text[:begin] {
					t.Errorf("%s, %s: %d events: %.2000v", a.name, name, len(seen.events), seen)
				}
				if n := len(seen.text); name == "endless_events" && n > len(healthy.text)/2+4 ||
					name == "endless_text" && (n < 490*400 || n > 502*400) {
					t.Errorf("%s, %s: %d bytes of text", a.name, name, n)
				}
				synctest.Wait()
				call := b.last(t)
				if tokens := call.OutputTokens - seen.thinking; !call.ClientLeft || call.Complete ||
					name == "endless_text" && tokens < 49_000 ||
					name == "endless_events" && tokens*4 > len(healthy.text)+200 {
					t.Errorf("%s, %s: %+v", a.name, name, call)
				}
			})
		}
	}
}

func TestDelivery_EndlessBodies(t *testing.T) {
	for _, name := range []string{"endless_events", "endless_text"} {
		for _, a := range apis {
			if a.stream {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				b := always(scenario.Fault{Hostile: name})
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				got := b.form(ctx, a)
				if !errors.Is(got.err, context.DeadlineExceeded) || got.status != 200 || len(got.raw) < 1990*400 ||
					len(got.raw) > 2010*400+10_000 {
					t.Errorf("%s, %s: %v, %d bytes", a.name, name, got.err, len(got.raw))
				}
				if body := strings.TrimRight(got.raw, " "); name == "endless_events" &&
					(json.Valid([]byte(body)) || !json.Valid([]byte(body+"}"))) {
					t.Errorf("%s: %.500q", a.name, body)
				}
				if tail := got.raw[len(got.raw)-400:]; name == "endless_text" && strings.Trim(tail, "abcdefghijklmnopqrstuvwxyz ") != "" {
					t.Errorf("%s: %q", a.name, tail)
				}
			})
		}
	}
}

// A client that reads slowly does not get all that it has missed at once.
func TestDelivery_EndlessEventsKeepTheirPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := always(scenario.Fault{Hostile: "endless_events"})
		resp := b.open(t.Context(), t, apiNamed("messages stream"))
		defer resp.Body.Close()
		lines := bufio.NewReader(resp.Body)
		for _, pause := range []time.Duration{0, time.Hour} {
			time.Sleep(pause)
			events := 0
			for start := time.Now(); time.Since(start) < time.Second; {
				line, err := lines.ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasPrefix(line, "event: ") {
					events++
				}
			}
			if events < 950 || events > 1100 {
				t.Errorf("after %v: %d events in a second", pause, events)
			}
		}
	})
}

func TestDelivery_EndlessStreamsOnAPort(t *testing.T) {
	for _, name := range []string{"endless_events", "endless_text"} {
		b := onPort(t, scenario.Scenario{Rules: []scenario.Rule{{Fault: scenario.Fault{Hostile: name}}}})
		for _, a := range apis {
			resp := b.open(t.Context(), t, a)
			if n, err := io.CopyN(io.Discard, resp.Body, 8000); err != nil || resp.StatusCode != 200 {
				t.Errorf("%s, %s: %d bytes, %v", a.name, name, n, err)
			}
			resp.Body.Close()
			if call := b.ended(t); !call.ClientLeft || call.Complete {
				t.Errorf("%s, %s: %+v", a.name, name, call)
			}
		}
	}
}

// readByte reads one byte and returns where the error of it comes.
func readByte(r io.Reader) <-chan error {
	read := make(chan error, 1)
	go func() {
		_, err := r.Read(make([]byte, 1))
		read <- err
	}()
	return read
}

// A client's context has no power over a connection that speaks another protocol.
func TestAttacks_SwitchProtocols(t *testing.T) {
	hostile(t, "switch_protocols", func(where string, b bench, a api) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		resp := b.open(ctx, t, a)
		defer resp.Body.Close()
		_, writable := resp.Body.(io.Writer)
		if resp.StatusCode != 101 || resp.Status != "101 Switching Protocols" || resp.Header.Get("Upgrade") != "websocket" ||
			resp.Header.Get("Connection") != "Upgrade" ||
			resp.Header.Get("Date") == "" ||
			resp.ContentLength != 0 ||
			!writable {
			t.Errorf("%s, %s: %+v", where, a.name, resp)
		}
		read := readByte(resp.Body)
		cancel()
		select {
		case err := <-read:
			t.Errorf("%s, %s: the body ends with the context: %v", where, a.name, err)
		case <-time.After(10 * time.Millisecond):
		}
		if call := b.last(t); call.Ended || call.Status != 101 {
			t.Errorf("%s, %s: %+v", where, a.name, call)
		}
		resp.Body.Close()
		if err := <-read; err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s, %s: a closed body gives %v", where, a.name, err)
		}
		if call := b.ended(t); !call.ClientLeft || call.Complete || call.Fault != "hostile:switch_protocols" {
			t.Errorf("%s, %s: %+v", where, a.name, call)
		}
	})
}

// An answer that arrives when its client is gone is closed.
func TestAttacks_SwitchProtocolsEndWithTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := always(scenario.Fault{Hostile: "switch_protocols", Delay: time.Second})
		for range 50 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			resp, err := b.client.Do(b.request(ctx, apiNamed("chat"), apiNamed("chat").body(prompt, false)))
			if err == nil {
				resp.Body.Close()
			}
			cancel()
		}
		synctest.Wait()
		for _, call := range b.sim.Calls() {
			if !call.Ended {
				t.Errorf("%+v", call)
			}
		}
	})
}

// The server's own end ends a connection that speaks another protocol as well.
func TestAttacks_SwitchProtocolsEndWithTheServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan simulator.Call, 1)
	sim := simulator.New(
		scenario.Scenario{Rules: []scenario.Rule{{Fault: scenario.Fault{Hostile: "switch_protocols"}}}},
		simulator.Options{Observe: func(c simulator.Call) { ended <- c }},
	)
	server := httptest.NewUnstartedServer(sim)
	server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	server.Start()
	defer server.Close()
	b := bench{sim: sim, client: server.Client(), root: server.URL, key: "k"}
	resp := b.open(t.Context(), t, apiNamed("chat"))
	defer resp.Body.Close()
	cancel()
	if call := <-ended; call.Status != http.StatusSwitchingProtocols {
		t.Errorf("%+v", call)
	}
	if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}
