package progress

import (
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
)

func TestProviders_GateNotes(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 3, 10, 0, time.UTC)
	gate := health.Gate{Since: now.AddDate(0, 0, -1), Until: now.Add(15 * time.Minute), Class: failure.QuotaExhausted,
		Message: "the credit is spent", Hint: "buy more"}
	const release = "or: cineforge --data here providers release openai:gpt-5.2 --reason mended"
	v := ProvidersView{Now: now, Program: "cineforge --data here"}
	if got := v.gate("openai:gpt-5.2",
		gate); got != "limited from 2026-11-24 12:03:10 until 12:18:10 (quota_exhausted): the credit is spent; buy more; a retry asks once more, "+release {
		t.Error(got)
	}
	gate.Class = failure.RateLimited
	gate.Hint = "a run waits by itself"
	if got := v.gate("openai:gpt-5.2",
		gate); got != "limited from 2026-11-24 12:03:10 until 12:18:10 (rate_limited): the credit is spent; it is asked again then, "+release {
		t.Error(got)
	}
}

func TestProviders_LimitNotes(t *testing.T) {
	limit := func(d time.Duration, source string) health.TimeLimit {
		return health.TimeLimit{Seconds: d.Seconds(), Source: source}
	}
	usual := &health.TimeLimits{FirstByte: limit(12*time.Second, "default of a vendor's API"), Idle: limit(30*time.Second,
		"default"), Total: limit(64012*time.Second, "ten times that")}
	set := *usual
	set.FirstByte = limit(10*time.Minute, "configured")
	own := health.Provider{Name: "local", BaseURL: "http://127.0.0.1:1"}
	vendor := health.Provider{Name: "openai", BaseURL: "http://127.0.0.1:1"}
	for name, tt := range map[string]struct {
		v    ProvidersView
		p    health.Provider
		l    *health.TimeLimits
		want []string
	}{
		"a vendor's defaults": {ProvidersView{}, vendor, usual, nil},
		"all of a vendor": {ProvidersView{Verbose: true}, vendor, usual,
			[]string{"limit to the first byte: 12s (default of a vendor's API)", "limit between chunks: 30s (default)",
				"limit in total: 17h46m52s (ten times that)"}},
		"an own server":       {ProvidersView{}, own, usual, []string{"limits: 12s to the first byte, 30s between chunks, 17h46m52s in total"}},
		"a limit that is set": {ProvidersView{}, vendor, &set, []string{"limits: 10m to the first byte, 30s between chunks, 17h46m52s in total"}},
		"the offline model":   {ProvidersView{Verbose: true}, own, nil, nil},
	} {
		tt.v.Vendor = func(name string) bool { return name == "openai" }
		if got := tt.v.limits(tt.p, health.Model{Limits: tt.l}); strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	for d, want := range map[time.Duration]string{500 * time.Millisecond: "500ms", time.Minute: "1m", 90 * time.Second: "1m30s",
		2 * time.Hour: "2h", 150 * time.Minute: "2h30m", time.Hour + 5*time.Second: "1h0m5s"} {
		if got := span(limit(d, "")); got != want {
			t.Errorf("%v is written %s", d, got)
		}
	}
}

// Nothing is called well beside what keeps it from being asked.
func TestWriteProviders_NothingIsWellBesideWhatKeepsIt(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 3, 10, 0, time.UTC)
	out := now.Add(-20 * time.Minute)
	next := now.Add(10 * time.Second)
	open := health.Health{Breaker: "open", OutSince: &out, NextProbeAt: &next}
	closed := health.Health{Breaker: "closed"}
	gated := health.Health{Breaker: "closed", Gates: []health.Gate{{Since: out, Until: next, Class: failure.Auth, Message: "no"}}}
	for _, tt := range []struct {
		name         string
		whole, model health.Health
		held         bool
		want         []string
	}{
		{"all well", closed, closed, false, []string{"✓ available", "✓ available"}},
		{"the provider is out", open, closed, false, []string{"✗ out                    11:43:10  12:03:20    2 runs", "‖ out with its provider"}},
		{"one model is out", closed, open, false, []string{"‖ partly available", "✗ out "}},
		{"nobody answered", open, open, false, []string{"✗ out "}},
		{"a key is refused", gated, closed, false, []string{"‖ limited", "‖ out with its provider"}},
		{"held", closed, closed, true, []string{"‖ held", "‖ held"}},
	} {
		answered := health.Model{Model: "n", Health: health.Health{Breaker: "closed", Attempts: 3, Success: new(1.0)}}
		p := health.Provider{Name: "a", Health: tt.whole, Models: []health.Model{{Model: "m", Health: tt.model}, answered}, Waiting: 2}
		if tt.held {
			p.Held = &health.Held{Until: next, Reason: "x"}
		}
		var b strings.Builder
		if err := WriteProviders(&b, []health.Provider{p}, ProvidersView{Now: now, Vendor: func(string) bool { return true }}); err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, b.String())
			}
		}
	}
}
