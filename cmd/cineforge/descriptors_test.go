//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/internal/cli/host"
)

// A server with few descriptors meets many times as many clients, half of which follow events
// and half say nothing: it goes on to answer and to work.
func TestServe_ManyClientsLeaveDescriptors(t *testing.T) {
	const files, clients = 256, 800
	if host.OpenFiles() != 0 && host.OpenFiles() < 2*clients {
		t.Skipf("this process may have %d files open only, and needs %d", host.OpenFiles(), 2*clients)
	}
	bin := build(t)
	limited := fmt.Sprintf(`ulimit -n %d; exec "$0" --data "$1" serve --json --addr 127.0.0.1:0`, files)
	cmd := exec.Command("/bin/sh", "-c", limited, bin, filepath.Join(t.TempDir(), "d"))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	cmd.Stderr = &told
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // it may have ended
		cmd.Wait()         //nolint:errcheck // its stderr tells
		if t.Failed() || strings.Contains(told.String(), "too many open files") {
			t.Errorf("%.2000s", told.String())
		}
	})
	var at struct {
		URL string `json:"url"`
	}
	if err := json.NewDecoder(stdout).Decode(&at); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(at.URL)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]int{}
	for i := range clients {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(i, err)
		}
		defer c.Close() //nolint:errcheck // it is only to be there
		if i%2 == 0 {
			continue
		}
		fmt.Fprintf(c, "GET /api/events/stream HTTP/1.1\r\nHost: %s\r\n\r\n", u.Host)
		c.SetReadDeadline(time.Now().Add(20 * time.Second)) //nolint:errcheck // a socket has deadlines
		line, err := bufio.NewReader(c).ReadString('\n')
		if err != nil {
			t.Fatalf("stream %d: %v", i, err)
		}
		answers[strings.TrimSpace(line)]++
	}
	served, refused := answers["HTTP/1.1 200 OK"], answers["HTTP/1.1 503 Service Unavailable"]
	if served == 0 || served > host.ShareOut(files).Streams || refused != clients/2-served {
		t.Errorf("streams are answered %v", answers)
	}
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	for range 50 {
		r, err := fresh.Get(at.URL + "/api/projects/recent")
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, r.Body) //nolint:errcheck // only the status counts
		if r.Body.Close(); r.StatusCode != http.StatusOK {
			t.Error(r.Status)
		}
	}
	out, err := exec.Command(bin, "--server", at.URL, "--json", "run", "--detach", "../../samples/the_tide_clock.fountain").Output()
	var queued struct {
		RunID string `json:"run_id"`
	}
	if err := errors.Join(err, json.Unmarshal(out, &queued)); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(30 * time.Second); ; {
		var state struct {
			Status string `json:"status"`
		}
		out, err := exec.Command(bin, "--server", at.URL, "--json", "runs", "show", queued.RunID).Output()
		if err := errors.Join(err, json.Unmarshal(out, &state)); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		if state.Status == "done" {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("the run is %s", out)
		}
	}
}
