package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// onPort returns a bench on a loopback port.
func onPort(t *testing.T, s scenario.Scenario) bench {
	t.Helper()
	ended := make(chan simulator.Call, 100)
	sim := simulator.New(s, simulator.Options{Observe: func(c simulator.Call) { ended <- c }})
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return bench{sim: sim, client: server.Client(), root: server.URL, key: "k-test"}
}

// On a port and in process answers are the same, but for the date.
func TestTransport_AgreesWithAPort(t *testing.T) {
	for _, f := range []scenario.Fault{{}, {Error: "overloaded"}, {Error: "rate_limit", RetryAfter: time.Second}, {Error: "bad_gateway"},
		{Output: "empty_body"},
		{End: &scenario.Point{AfterTokens: 8}}, {Malformed: &scenario.Point{AfterTokens: 8}},
		{StreamError: &scenario.StreamError{AfterTokens: 8, Error: "server_error"}}, {Status: 418, Body: "tea"}} {
		s := scenario.Scenario{Rules: []scenario.Rule{{Fault: f}}}
		port := onPort(t, s)
		direct := inProcess(s)
		for _, a := range apis {
			one := port.form(t.Context(), a)
			two := direct.form(t.Context(), a)
			if one.err != nil || two.err != nil || one.status != two.status || untimed(one.raw) != untimed(two.raw) {
				t.Errorf("%s, %+v: on a port\n%v %s\nin process\n%v %s", a.name, f, one, one.raw, two, two.raw)
			}
			for name := range one.header {
				if len(two.header[name]) != 1 && name != "Transfer-Encoding" {
					t.Errorf("%s, %+v: %s is there on a port only", a.name, f, name)
				}
			}
			for name := range two.header {
				if len(one.header[name]) != 1 {
					t.Errorf("%s, %+v: %s is there in process only", a.name, f, name)
				}
			}
		}
	}
}

// untimed takes the times out of an answer.
func untimed(raw string) string {
	var out []string
	for line := range strings.Lines(raw) {
		for _, key := range []string{`"created":`, `"created_at":`, `"created": `, `"created_at": `} {
			if before, after, ok := strings.Cut(line, key); ok {
				line = before + strings.TrimLeft(after, "0123456789")
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, "")
}

func TestSimulator_ConnectionsThatDieOnAPort(t *testing.T) {
	cut := onPort(t, scenario.Scenario{Rules: []scenario.Rule{{Fault: scenario.Fault{Cut: &scenario.Point{AfterTokens: 8}}}}})
	for _, a := range apis {
		got := cut.ask(t.Context(), a)
		if !errors.Is(got.err, io.ErrUnexpectedEOF) || got.status != 200 || got.raw == "" {
			t.Errorf("%s: %v", a.name, got)
		}
	}
	for name, f := range map[string]scenario.Fault{"reset": {Reset: true}, "refuse": {Refuse: true}, "dns": {DNS: true}, "tls": {TLS: true}} {
		b := onPort(t, scenario.Scenario{Rules: []scenario.Rule{{Fault: f}}})
		for _, a := range apis {
			got := b.ask(t.Context(), a)
			if _, isOp := errors.AsType[*net.OpError](got.err); !isOp || !errors.Is(got.err, syscall.ECONNRESET) || got.status != 0 {
				t.Errorf("%s, %s: %v", a.name, name, got)
			}
			if call := b.last(t); call.Fault != name || (call.Note == "") != (name == "reset") {
				t.Errorf("%s, %s: %+v", a.name, name, call)
			}
		}
	}
}

func TestSimulator_AClientThatLeavesAPort(t *testing.T) {
	ended := make(chan simulator.Call, 1)
	sim := simulator.New(
		scenario.Scenario{Rules: []scenario.Rule{{Fault: scenario.Fault{Stall: &scenario.Stall{AfterTokens: 5}}}}},
		simulator.Options{Observe: func(c simulator.Call) { ended <- c }},
	)
	server := httptest.NewServer(sim)
	defer server.Close()
	b := bench{sim: sim, client: server.Client(), root: server.URL, key: "k"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	resp, err := b.client.Do(b.request(ctx, apiNamed("chat stream"), apiNamed("chat stream").body(prompt, false)))
	if err != nil {
		t.Fatal(err)
	}
	all := len(always(scenario.Fault{Cut: &scenario.Point{AfterTokens: 5}}).ask(t.Context(), apiNamed("chat stream")).raw)
	if _, err := io.ReadFull(resp.Body, make([]byte, all)); err != nil {
		t.Fatal(err)
	}
	cancel()
	resp.Body.Close()
	if c := <-ended; !c.ClientLeft || c.Complete || c.OutputTokens != 5 {
		t.Errorf("%+v", c)
	}
}

func TestTransport_BodiesEndWithTheCauseOfTheContext(t *testing.T) {
	cause := errors.New("the idle limit")
	for _, a := range apis {
		synctest.Test(t, func(t *testing.T) {
			b := always(scenario.Fault{Stall: &scenario.Stall{AfterTokens: 5}})
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
			defer cancel()
			if got := b.ask(ctx, a); !errors.Is(got.err, cause) {
				t.Errorf("%s: %v", a.name, got)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			b := always(scenario.Fault{Stall: &scenario.Stall{AfterTokens: 5}})
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Minute, cancel)
			if got := b.ask(ctx, a); !errors.Is(got.err, context.Canceled) || errors.Is(got.err, io.EOF) {
				t.Errorf("%s: %v", a.name, got)
			}
			if got := b.ask(ctx, a); !errors.Is(got.err, context.Canceled) || got.status != 0 {
				t.Errorf("%s, done before it began: %v", a.name, got)
			}
			if n := len(b.sim.Calls()); n != 1 {
				t.Errorf("%d calls arrived", n)
			}
		})
	}
}

func TestTransport_AClientThatClosesTheBody(t *testing.T) {
	for _, f := range []scenario.Fault{{}, {Stall: &scenario.Stall{AfterTokens: 5}}, {Cut: &scenario.Point{AfterTokens: 10}}} {
		synctest.Test(t, func(t *testing.T) {
			b := always(f)
			a := apiNamed("messages stream")
			resp, err := b.client.Do(b.request(t.Context(), a, a.body(prompt, false)))
			if err != nil {
				t.Fatal(err)
			}
			read := 10
			if f.Stall != nil { // all that comes
				read = len(always(scenario.Fault{Cut: &scenario.Point{AfterTokens: 5}}).ask(t.Context(), a).raw)
			}
			if _, err := io.ReadFull(resp.Body, make([]byte, read)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if call := b.last(t); call.Ended {
				t.Errorf("%+v", call)
			}
			resp.Body.Close()
			if _, err := resp.Body.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
				t.Errorf("a closed body can be read: %v", err)
			}
			synctest.Wait()
			if call := b.last(t); !call.Ended || !call.ClientLeft || call.Complete {
				t.Errorf("%+v", call)
			}
		})
	}
}

// A client that has read the terminal event sees a finished call, although the body is not at its end.
func TestCalls_LogIsReadyBeforeTheLastByte(t *testing.T) {
	b := rules()
	a := apiNamed("chat stream")
	resp, err := b.client.Do(b.request(t.Context(), a, a.body(prompt, false)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var seen bytes.Buffer
	for one := make([]byte, 1); !strings.HasSuffix(seen.String(), "[DONE]"); {
		if _, err := resp.Body.Read(one); err != nil {
			t.Fatal(err)
		}
		seen.Write(one)
	}
	if call := b.last(t); !call.Ended || !call.Complete {
		t.Errorf("%+v", call)
	}
}

// slowBody is a request that comes piece by piece, or never.
type slowBody struct {
	pieces chan []byte
	closed chan struct{}
}

func (s slowBody) Read(p []byte) (int, error) {
	select {
	case piece, ok := <-s.pieces:
		if !ok {
			return 0, io.EOF
		}
		return copy(p, piece), nil
	case <-s.closed:
		return 0, errors.New("closed")
	}
}

func (s slowBody) Close() error {
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return nil
}

func TestTransport_RequestsAreStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := rules()
		a := apiNamed("chat")
		data, err := json.Marshal(a.body(prompt, false))
		if err != nil {
			t.Fatal(err)
		}
		body := slowBody{make(chan []byte), make(chan struct{})}
		go func() {
			for _, piece := range [][]byte{data[:20], data[20:]} {
				time.Sleep(time.Minute)
				body.pieces <- piece
			}
			close(body.pieces)
		}()
		r := b.request(t.Context(), a, nil)
		r.Body = body
		r.ContentLength = -1
		r.GetBody = nil
		if got := b.send(r, a); got.status != 200 {
			t.Error(got)
		}
		select {
		case <-body.closed:
		default:
			t.Error("the body was not closed")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		b := rules()
		a := apiNamed("chat")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r := b.request(ctx, a, nil)
		body := slowBody{make(chan []byte), make(chan struct{})}
		r.Body = body
		r.ContentLength = -1
		r.GetBody = nil
		if got := b.send(r, a); !errors.Is(got.err, context.DeadlineExceeded) {
			t.Error(got)
		}
		synctest.Wait()
		if n := len(b.sim.Calls()); n != 0 {
			t.Errorf("%d calls were seen", n)
		}
	})
}

func TestTransport_ResponsesAreLikeThoseOfNetHTTP(t *testing.T) {
	b := rules()
	a := apiNamed("messages")
	r := b.request(t.Context(), a, a.body(prompt, false))
	resp, err := b.sim.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.Status != "200 OK" || resp.Proto != "HTTP/1.1" || resp.ContentLength != int64(len(body)) || resp.Request != r {
		t.Errorf("%+v, %d bytes, %v", resp, len(body), err)
	}
	r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sim/nowhere", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err = b.sim.Transport().RoundTrip(r)
	if err != nil || resp.StatusCode != 404 {
		t.Error(resp, err)
	}
	resp.Body.Close()
}

func TestControl(t *testing.T) {
	for name, b := range map[string]bench{"port": onPort(t, scenario.Scenario{}), "process": inProcess(scenario.Scenario{})} {
		control := func(method, path, body string) (int, string) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, b.root+"/_simulator/"+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			got := b.send(r, api{})
			return got.status, got.raw
		}
		if status, raw := control("GET", "calls", ""); status != 200 || strings.TrimSpace(raw) != "[]" {
			t.Errorf("%s: %d %s", name, status, raw)
		}
		if status, raw := control("GET", "scenario", ""); status != 200 || raw != "{}\n" {
			t.Errorf("%s: %d %s", name, status, raw)
		}
		if status, raw := control("PUT", "scenario?name=ANTHROPIC-overload", ""); status != 200 || !strings.Contains(raw, "id: S17") {
			t.Errorf("%s: %d %s", name, status, raw)
		}
		if got := b.ask(t.Context(), apiNamed("messages")); got.status != 529 {
			t.Error(got)
		}
		status, raw := control("GET", "calls", "")
		var calls []simulator.Call
		if err := json.Unmarshal([]byte(raw), &calls); err != nil || status != 200 || len(calls) != 1 || calls[0].Status != 529 ||
			calls[0].Rule != "outage" ||
			strings.Contains(raw, b.key) ||
			strings.Contains(raw, "clock") {
			t.Errorf("%s: %d %s", name, status, raw)
		}
		if status, raw := control("PUT", "scenario", "rules: [{fault: {error: server_error}}]"); status != 200 ||
			!strings.Contains(raw, "error: server_error") {
			t.Errorf("%s: %d %s", name, status, raw)
		}
		if got := b.ask(t.Context(), apiNamed("messages")); got.status != 500 {
			t.Error(got)
		}
		for _, bad := range []string{"scenario?name=nothing", "scenario"} {
			if status, raw := control("PUT", bad, "rules: 5"); status != 400 || raw == "" {
				t.Errorf("%s: %d %s", name, status, raw)
			}
		}
		if got := b.ask(t.Context(), apiNamed("messages")); got.status != 500 {
			t.Errorf("a scenario that was refused is played: %v", got)
		}
		for _, path := range []string{"POST calls", "GET nothing", "DELETE scenario"} {
			method, path, _ := strings.Cut(path, " ")
			if status, _ := control(method, path, ""); status != 404 {
				t.Errorf("%s: %s %s gives %d", name, method, path, status)
			}
		}
	}
}

// A handler behind which no connection can be taken over says so.
func TestSimulator_AConnectionThatCannotBeReset(t *testing.T) {
	sim := simulator.New(scenario.Scenario{Rules: []scenario.Rule{{Fault: scenario.Fault{Reset: true}}}}, simulator.Options{})
	b := bench{sim: sim, root: "http://sim", key: "k"}
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) ||
			!strings.HasPrefix(b.last(t).Note, "played as an aborted connection") {
			t.Error(err, b.last(t))
		}
	}()
	a := apiNamed("chat")
	sim.ServeHTTP(httptest.NewRecorder(), b.request(t.Context(), a, a.body(prompt, false)))
}
