package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// TestRunCmd_OnProviders runs the real program against simulated providers on a port, as
// a user with keys runs it against the real ones.
func TestRunCmd_OnProviders(t *testing.T) {
	bin := build(t)
	sim := simulator.New(scenario.Scenario{}, simulator.Options{})
	server := httptest.NewServer(sim)
	defer server.Close()
	data := filepath.Join(t.TempDir(), "data")
	cineforge := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), bin, args...)
		cmd.Env = append(os.Environ(), "CINEFORGE_DATA="+data, "ANTHROPIC_API_KEY=sk-ant-of-the-user", "OPENAI_API_KEY=sk-of-the-user",
			"GEMINI_API_KEY=AIza-of-the-user")
		for _, v := range simulator.BaseURLs(server.URL) {
			cmd.Env = append(cmd.Env, v.Name+"="+v.Value)
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		if strings.Contains(string(out), "of-the-user") {
			t.Errorf("%v tells a key:\n%s", args, out)
		}
		return string(out)
	}
	told := cineforge("run", "../../samples/the_tide_clock.fountain")
	var listed []struct {
		RunID string `json:"run_id"`
	}
	if err := json.Unmarshal([]byte(cineforge("runs", "list", "--json")), &listed); err != nil || len(listed) != 1 {
		t.Fatalf("%v: %v", listed, err)
	}
	calls := sim.Calls()
	if len(calls) != 21 {
		t.Errorf("the providers saw %d calls, want one for each of 20 scenes and one for the project", len(calls))
	}
	for _, c := range calls {
		if c.Provider != scenario.Anthropic || c.Problem != "" || !c.Complete {
			t.Errorf("a call was %+v", c)
		}
	}
	shown := cineforge("runs", "show", listed[0].RunID)
	for _, want := range []string{"claude-sonnet-4-6, 20 answers in 20 tries", "claude-haiku-4-5-20251001, 1 answer in 1 try",
		"requests req_", "$0.0", "tokens in"} {
		if !strings.Contains(told, want) || !strings.Contains(shown, want) {
			t.Errorf("%q is not told in\n%s", want, shown)
		}
	}
	events := cineforge("runs", "events", listed[0].RunID)
	for _, c := range calls {
		if !strings.Contains(events, `"request_id":"`+c.RequestID+`"`) {
			t.Errorf("request %s is in no event", c.RequestID)
		}
	}
	stored, err := os.ReadFile(filepath.Join(data, "cineforge.db"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(stored), "of-the-user") {
		t.Error("a key is in the database")
	}
}
