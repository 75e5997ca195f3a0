package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// TestProvidersReleaseCmd_OfWhatARunLeft refuses the key in a run, looks at the gate, and ends it, on
// the data directory and through its server.
func TestProvidersReleaseCmd_OfWhatARunLeft(t *testing.T) {
	bin := build(t)
	sim := simulator.New(scenario.Scenario{ID: "refused", Name: "refused",
		Rules: []scenario.Rule{{Name: "refused", Fault: scenario.Fault{Error: "auth"}}}}, simulator.Options{})
	server := httptest.NewServer(sim)
	defer server.Close()
	data := filepath.Join(t.TempDir(), "data")
	env := append(os.Environ(), "CINEFORGE_DATA="+data, "ANTHROPIC_API_KEY=sk-ant-of-the-user", "NO_COLOR=1")
	for _, v := range simulator.BaseURLs(server.URL) {
		env = append(env, v.Name+"="+v.Value)
	}
	cineforge := func(want int, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), bin, args...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Fatalf("%v: exit code %d, %v\n%s", args, code, err, out)
		}
		if strings.Contains(string(out), "of-the-user") {
			t.Errorf("%v shows a key:\n%s", args, out)
		}
		return string(out)
	}
	has := func(out string, patterns ...string) {
		t.Helper()
		for _, p := range patterns {
			if !regexp.MustCompile(p).MatchString(out) {
				t.Errorf("%s is not in\n%s", p, out)
			}
		}
	}
	const at = `[0-9]{2}:[0-9]{2}:[0-9]{2}`
	cineforge(5, "run", "../../samples/lighthouse.md")
	has(cineforge(0, "providers"), `anthropic +‖ limited`,
		`limited from `+at+` until `+at+` \(auth\): .*ANTHROPIC_API_KEY.*; `+
			`a retry asks once more, or: cineforge providers release anthropic --reason mended`)

	out := cineforge(0, "providers", "release", "anthropic:claude-haiku-4-5-20251001", "--reason", "x")
	has(out, `^there was nothing to end for anthropic:claude-haiku-4-5-20251001, `+
		`but anthropic is not asked for any model until `+at+` \(auth\); `+
		`end that with: cineforge providers release anthropic --reason mended\n`)
	has(cineforge(2, "providers", "release", "anthropic:claude-x", "--reason", "x"), `anthropic has no model "claude-x"`)
	has(cineforge(2, "providers", "release", "ANTHROPIC_KEY", "--reason", "x"),
		`there is no provider "ANTHROPIC_KEY", and no key in a variable of that name; .*ANTHROPIC_API_KEY`)
	out = cineforge(0, "providers", "release", "ANTHROPIC_API_KEY", "--reason", "a new key")
	has(out, `^ended: anthropic was not asked with ANTHROPIC_API_KEY until `+at+` \(auth: .*\)\n`, `anthropic +✓ available`)
	has(cineforge(0, "providers", "release", "ANTHROPIC_API_KEY", "--reason", "again"), `^nothing kept ANTHROPIC_API_KEY from being asked\n`)
	has(cineforge(0, "providers", "events"), `released by cli: a new key \(ANTHROPIC_API_KEY\)`)

	// What a run says that did not ask ends the gate, as it is written.
	cineforge(5, "run", "../../samples/lighthouse.md", "--force")
	out = cineforge(5, "--data", data, "run", "../../samples/lighthouse.md", "--force") // 10 s have not passed
	told := strings.Join(strings.Fields(out), " ")
	advice := regexp.MustCompile(`cineforge ((?:--data \S+ )?providers release anthropic --reason mended)`).FindStringSubmatch(told)
	if advice == nil {
		t.Fatalf("nothing says what ends the gate:\n%s", out)
	}
	has(cineforge(0, strings.Fields(advice[1])...), `^ended: anthropic was not asked with ANTHROPIC_API_KEY`)

	// The same through a server, as JSON.
	cineforge(5, "run", "../../samples/lighthouse.md", "--force")
	serve := exec.CommandContext(t.Context(), bin, "serve", "--addr", "127.0.0.1:0", "--json")
	serve.Env = env
	var url struct {
		URL string `json:"url"`
	}
	stdout, err := serve.StdoutPipe()
	if err != nil || serve.Start() != nil {
		t.Fatal(err)
	}
	defer func() {
		serve.Process.Signal(os.Interrupt)
		serve.Wait()
	}()
	if err := json.NewDecoder(stdout).Decode(&url); err != nil {
		t.Fatal(err)
	}
	cineforge(0, "--server", url.URL, "providers", "hold", "anthropic", "--reason", "maintenance")
	var released health.Released
	if err := json.Unmarshal([]byte(cineforge(0, "--server", url.URL, "providers", "release", "anthropic", "--reason", "over", "--json")),
		&released); err != nil {
		t.Fatal(err)
	}
	if len(released.Ended) != 2 || released.Ended[0].Hold == nil || released.Ended[1].Gate == nil ||
		released.Ended[1].Gate.Class != failure.Auth || released.Ended[1].Key != "ANTHROPIC_API_KEY" ||
		released.Name != "anthropic" || released.Held != nil || len(released.Gates) > 0 || len(released.Models) == 0 {
		t.Errorf("%+v", released)
	}
	if out := cineforge(0, "--server", url.URL, "providers", "release", "anthropic", "--reason", "over", "--json"); !strings.Contains(out,
		`"ended": []`) {
		t.Error(out)
	}
	cineforge(0, "--server", url.URL, "providers", "hold", "anthropic", "--reason", "maintenance", "--for", "48h")
	has(cineforge(0, "--server", url.URL, "providers", "release", "anthropic", "--reason", "over"),
		`^ended: the hold of anthropic until [0-9]{4}-[0-9-]+ `+at+`: maintenance\n`)
}

// What is left after a release is said with the command that ends it.
func TestProvidersReleaseCmd_SaysWhatItDoesNotEnd(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 3, 10, 0, time.UTC)
	later := now.Add(15 * time.Minute)
	p := health.Provider{Name: "local", Models: []health.Model{{Model: "llama:70b"}, {Model: "other"}}}
	p.Breaker, p.NextProbeAt = "open", &later
	p.Models[0].Breaker, p.Models[0].NextProbeAt = "open", &later
	held := p
	held.Held = &health.Held{Reason: "maintenance", Until: later}
	breaker := "the breaker of local is open until 12:18:10; to let a question through before: cineforge providers probe local --reason mended"
	modelBreaker := "the breaker of local:llama:70b is open until 12:18:10; " +
		"to let a question through before: cineforge providers probe local --reason mended"
	for _, tt := range []struct {
		name string
		out  health.Released
		want []string
	}{
		{"local", health.Released{Provider: p}, []string{"nothing kept local from being asked", breaker, modelBreaker}},
		{"local:llama:70b", health.Released{Provider: p}, []string{"nothing kept local:llama:70b from being asked", breaker, modelBreaker}},
		{"local:other", health.Released{Provider: p}, []string{"nothing kept local:other from being asked", breaker}},
		{"LOCAL_KEY", health.Released{Provider: held},
			[]string{"there was nothing to end for LOCAL_KEY, " +
				"but local is held until 12:18:10: maintenance; end that with: cineforge providers release local --reason mended", breaker}},
		{"LOCAL_KEY", health.Released{Provider: p, Ended: []health.Ended{
			{Provider: "local", Model: "llama:70b", Gate: &health.Gate{Until: later, Class: failure.NotFound, Message: "there is no such model"}},
			{Provider: "other", Key: "LOCAL_KEY",
				Gate: &health.Gate{Until: later.AddDate(0, 0, 1), Class: failure.QuotaExhausted, Message: "spent"}}}},
			[]string{"ended: local:llama:70b was not asked until 12:18:10 (not_found: there is no such model)",
				"ended: other was not asked with LOCAL_KEY until 2026-11-26 12:18:10 (quota_exhausted: spent)", breaker}},
	} {
		c := providersReleaseCmd{Name: tt.name}
		if got := strings.Join(c.outcome(&cli{Data: defaultData}, tt.out, now), "\n"); got != strings.Join(tt.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, strings.Join(tt.want, "\n"))
		}
	}
}
