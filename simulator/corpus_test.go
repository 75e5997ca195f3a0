package simulator_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/simulator/scenario"
)

// realErrors opens the collection of real failures, which lies beside the checkout.
func realErrors(t *testing.T) *os.File {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("there is no go.mod above this folder")
		}
	}
	f, err := os.Open(filepath.Join(dir, "..", "shared", "errors", "real-errors.jsonl"))
	if err != nil {
		t.Skip("NOT TESTED: whether real failures can be served byte for byte, as they are not beside the checkout: ", err)
	}
	return f
}

// Every failure that providers were seen to answer with can be played.
func TestSimulator_ServesRealFailuresByteForByte(t *testing.T) {
	f := realErrors(t)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	served := 0
	for lines.Scan() {
		var e struct {
			ID      string            `json:"id"`
			Status  *int              `json:"http_status"`
			Headers map[string]string `json:"headers"`
			Body    *string           `json:"body"`
			Wire    *string           `json:"body_wire"`
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		for _, body := range []*string{e.Body, e.Wire} {
			if e.Status == nil || body == nil {
				continue
			}
			served++
			// Through a file, as a person would write it.
			written := scenario.Scenario{
				Name:  e.ID,
				Rules: []scenario.Rule{{Fault: scenario.Fault{Status: *e.Status, Body: *body, Headers: e.Headers}}},
			}.YAML()
			b := inProcess(read(t, string(written)))
			for _, name := range []string{"messages", "chat stream", "generate stream"} {
				got := b.do(t.Context(), apiNamed(name), apiNamed(name).body(prompt, false))
				if got.err != nil || got.status != *e.Status || got.raw != *body {
					t.Errorf("%s: %d %q, want %d %q: %v", e.ID, got.status, got.raw, *e.Status, *body, got.err)
				}
				for header, value := range e.Headers {
					switch strings.ToLower(header) {
					case "content-length", "connection", "transfer-encoding": // how it is sent is the server's business
						continue
					}
					if got.header.Get(header) != value {
						t.Errorf("%s: %s is %q, want %q", e.ID, header, got.header.Get(header), value)
					}
				}
			}
		}
	}
	if err := lines.Err(); err != nil || served < 100 {
		t.Errorf("%d bodies: %v", served, err)
	}
}
