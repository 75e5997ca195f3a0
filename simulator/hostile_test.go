package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// hostile calls see for an API on a port and in process, at which every call meets a hostility.
func hostile(t *testing.T, name string, see func(where string, b bench, a api)) {
	t.Helper()
	for where, b := range benches(t, scenario.Fault{Hostile: name}) {
		for _, a := range apis {
			see(where, b, a)
		}
	}
}

// open sends a plain question and returns the response unread.
func (b bench) open(ctx context.Context, t *testing.T, a api) *http.Response {
	t.Helper()
	resp, err := b.client.Do(b.request(ctx, a, a.body(prompt, false)))
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// ended returns the last call of the log once it has ended.
func (b bench) ended(t *testing.T) simulator.Call {
	t.Helper()
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		if call := b.last(t); call.Ended || time.Since(start) > 10*time.Second {
			return call
		}
	}
}

// message returns the message of an error object, or of the first in an array.
func message(t *testing.T, raw string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Errorf("not JSON: %v in %.200q", err, raw)
	}
	return text(v, "error", "message") + text(v, 0, "error", "message")
}

func TestAttacks_AllHostilitiesCanBePlayed(t *testing.T) {
	names := scenario.Hostilities()
	want := []string{"huge_error", "gzip_bomb", "gzip_bomb_stream", "endless_events", "endless_text", "huge_headers", "redirect",
		"control_characters", "echo_key", "switch_protocols", "huge_usage", "negative_usage", "stuck_body"}
	if !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	for _, name := range names {
		for _, a := range apis {
			synctest.Test(t, func(t *testing.T) {
				b := always(scenario.Fault{Hostile: name})
				b.key = "k-s3cr3t"
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				resp, err := b.client.Do(b.request(ctx, a, a.body(prompt, false)))
				raw := ""
				if err == nil {
					data := make([]byte, 100_000)
					if resp.StatusCode != http.StatusSwitchingProtocols { // its body has no end
						n, _ := io.ReadFull(resp.Body, data)
						raw = string(data[:n])
					}
					resp.Body.Close()
				}
				synctest.Wait()
				call := b.last(t)
				log, err := json.Marshal(call)
				if err != nil || !call.Ended || call.Fault != "hostile:"+name || call.Rule != "always" || call.Status == 0 ||
					call.Note != "" ||
					strings.Contains(string(log), "s3cr3t") {
					t.Errorf("%s, %s: %s %v", a.name, name, log, err)
				}
				if name != "echo_key" && strings.Contains(raw, "s3cr3t") {
					t.Errorf("%s, %s: the answer holds the key: %.500s", a.name, name, raw)
				}
			})
		}
	}
}

// A wrong key comes before every attack, a wrong request before the answers of models.
func TestAttacks_ComeAfterWhatIsWrongWithTheRequest(t *testing.T) {
	for _, name := range scenario.Hostilities() {
		a := apiNamed("messages")
		b := always(scenario.Fault{Hostile: name})
		b.key = "invalid"
		if got := b.ask(t.Context(), a); got.status != 401 || b.last(t).Fault != "" {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, name := range []string{"endless_events", "endless_text", "huge_headers", "huge_usage", "negative_usage"} {
		a := apiNamed("messages")
		b := always(scenario.Fault{Hostile: name})
		if got := b.do(t.Context(), a, with(a.body(prompt, false), fields{"foo": 1})); got.status != 400 || b.last(t).Fault != "" {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAttacks_HugeError(t *testing.T) {
	hostile(t, "huge_error", func(where string, b bench, a api) {
		resp := b.open(t.Context(), t, a)
		defer resp.Body.Close()
		if a.name != "messages" && a.name != "generate array" || where == "port" { // its size is enough
			if n, err := io.Copy(io.Discard, resp.Body); n < 10<<20 || n > 11<<20 || err != nil || !b.ended(t).Complete {
				t.Errorf("%s, %s: %d bytes: %v", where, a.name, n, err)
			}
			return
		}
		data, err := io.ReadAll(resp.Body)
		if m := message(t, string(data)); err != nil || resp.StatusCode != 500 || len(m) != 10<<20 || !b.ended(t).Complete {
			t.Errorf("%s, %s: %d, a message of %d bytes: %v", where, a.name, resp.StatusCode, len(m), err)
		}
	})
}

func TestAttacks_ControlCharacters(t *testing.T) {
	hostile(t, "control_characters", func(where string, b bench, a api) {
		got := b.ask(t.Context(), a)
		m := message(t, got.raw)
		for _, s := range []string{"\x1b[31m", "\x1b]0;", "\x00", "\r", "\u202e", "\u2066", "\u009b"} {
			if !strings.Contains(m, s) {
				t.Errorf("%s, %s: no %q in %q", where, a.name, s, m)
			}
		}
		if got.err != nil || got.status != 500 || len(m) < 2000 || len(m) > 3000 || !utf8.ValidString(m) {
			t.Errorf("%s, %s: %d, a message of %d bytes: %v", where, a.name, got.status, len(m), got.err)
		}
	})
}

func TestAttacks_EchoKey(t *testing.T) {
	hostile(t, "echo_key", func(where string, b bench, a api) {
		b.key = "k-s3cr3t"
		got := b.ask(t.Context(), a)
		if m := message(t, got.raw); got.err != nil || got.status != 500 || !strings.Contains(m, "API key k-s3cr3t.") {
			t.Errorf("%s, %s: %d %s: %v", where, a.name, got.status, m, got.err)
		}
	})
	g := apiNamed("generate stream")
	g.path += "&key=k-s3cr3t"
	b := always(scenario.Fault{Hostile: "echo_key"})
	r := b.request(t.Context(), g, g.body(prompt, false))
	r.Header.Del("x-goog-api-key")
	if got := b.send(r, g); !strings.Contains(got.raw, "API key k-s3cr3t.") {
		t.Error(got.raw)
	}
}

func TestAttacks_GzipBomb(t *testing.T) {
	for name, status := range map[string]int{"gzip_bomb": 500, "gzip_bomb_stream": 200} {
		hostile(t, name, func(where string, b bench, a api) {
			resp := b.open(t.Context(), t, a)
			defer resp.Body.Close()
			if resp.StatusCode != status || !resp.Uncompressed || resp.Header.Get("Content-Encoding") != "" || resp.ContentLength != -1 ||
				(resp.Header.Get("Content-Type") == "text/event-stream") != (status == 200) {
				t.Errorf("%s, %s: %+v", where, a.name, resp)
			}
			if a.name != "messages" || name == "gzip_bomb_stream" || where == "port" { // a part is enough
				if n, err := io.CopyN(io.Discard, resp.Body, 2<<20); err != nil {
					t.Errorf("%s, %s, %s: %d bytes, %v", where, a.name, name, n, err)
				}
				resp.Body.Close()
				if call := b.ended(t); where == "process" && !call.ClientLeft {
					t.Errorf("%s, %s: %+v", a.name, name, call)
				}
				return
			}
			if n, err := io.Copy(io.Discard, resp.Body); n != 1<<30 || err != nil || !b.ended(t).Complete {
				t.Errorf("%s, %s: expands to %d bytes: %v", where, a.name, n, err)
			}
			r := b.request(t.Context(), a, a.body(prompt, false))
			r.Header.Set("Accept-Encoding", "identity")
			if got := b.send(r, a); len(got.raw) < 1000 || len(got.raw) > 2<<20 || got.header.Get("Content-Encoding") != "gzip" {
				t.Errorf("%s, %s: %d bytes are sent, %v", where, a.name, len(got.raw), got.header)
			}
		})
	}
}

func TestHandler_HugeHeaders(t *testing.T) {
	hostile(t, "huge_headers", func(where string, b bench, a api) {
		got := b.ask(t.Context(), a)
		size := 0
		for name, values := range got.header {
			size += len(name) + len(strings.Join(values, ""))
		}
		if got.err != nil || !got.terminal || got.finish != finishes[family(a)] || size < 1<<20 || size > 2<<20 {
			t.Errorf("%s, %s: %v, %d bytes of headers", where, a.name, got, size)
		}
	})
}

func TestAttacks_Redirect(t *testing.T) {
	hostile(t, "redirect", func(where string, b bench, a api) {
		follow := *b.client
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if got := b.ask(t.Context(), a); got.err != nil || got.status != 307 ||
			got.header.Get("Location") != "https://elsewhere.invalid/v1/steal?key=abc" ||
			got.raw != "" {
			t.Errorf("%s, %s: %v", where, a.name, got)
		}
		b.client.CheckRedirect = nil
		if where == "port" {
			return // whether the host has an address is the machine's to say
		}
		b.client = &follow
		got := b.ask(t.Context(), a)
		if dns, ok := errors.AsType[*net.DNSError](got.err); !ok || dns.Name != "elsewhere.invalid" || len(b.sim.Calls()) == 0 {
			t.Errorf("%s, %s: %v", where, a.name, got.err)
		}
	})
}

func TestHandler_HostileUsage(t *testing.T) {
	for name, want := range map[string][2]int{"huge_usage": {9_000_000_000_000, 9_000_000_000_000}, "negative_usage": {-5, -7}} {
		hostile(t, name, func(where string, b bench, a api) {
			whole := rules().ask(t.Context(), a)
			got := b.ask(t.Context(), a)
			if got.err != nil || !got.terminal || got.broken || got.text != whole.text || got.in != want[0] || got.out != want[1] ||
				got.cached != 0 ||
				got.thinking != 0 {
				t.Errorf("%s, %s, %s: %v", where, a.name, name, got)
			}
			if call := b.last(t); call.OutputTokens != whole.out || call.InputTokens != whole.in {
				t.Errorf("%s, %s, %s: %+v", where, a.name, name, call)
			}
		})
	}
}

// What a hostile answer reports has no effect on its pace.
func TestHandler_HostileUsageKeepsThePace(t *testing.T) {
	for _, a := range apis {
		synctest.Test(t, func(t *testing.T) {
			b := inProcess(
				scenario.Scenario{
					Pace:  scenario.Pace{TokensPerSecond: 10},
					Rules: []scenario.Rule{{Fault: scenario.Fault{Hostile: "huge_usage"}}},
				},
			)
			if got := b.ask(t.Context(), a); !got.terminal || b.last(t).Duration > time.Minute {
				t.Errorf("%s: %v, %+v", a.name, got, b.last(t))
			}
		})
	}
}

func TestAttacks_StuckBody(t *testing.T) {
	for _, a := range apis {
		synctest.Test(t, func(t *testing.T) {
			b := always(scenario.Fault{Hostile: "stuck_body"})
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			if got := b.ask(ctx, a); got.status != 500 || len(got.raw) != 10 || !errors.Is(got.err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", a.name, got)
			}
			synctest.Wait()
			if call := b.last(t); !call.ClientLeft || call.Duration != time.Hour {
				t.Errorf("%s: %+v", a.name, call)
			}
		})
	}
	hostile(t, "stuck_body", func(where string, b bench, a api) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		resp := b.open(ctx, t, a)
		defer resp.Body.Close()
		if _, err := io.ReadFull(resp.Body, make([]byte, 10)); err != nil || resp.StatusCode != 500 || resp.ContentLength != 1000 {
			t.Errorf("%s, %s: %+v, %v", where, a.name, resp, err)
		}
		time.AfterFunc(5*time.Millisecond, cancel)
		if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%s, %s: %d bytes more, %v", where, a.name, n, err)
		}
		if call := b.ended(t); !call.ClientLeft || call.Complete || call.Status != 500 {
			t.Errorf("%s, %s: %+v", where, a.name, call)
		}
	})
}
