package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/cli/console"
)

// A browser that can't be opened is no failure: one line says where the page is, and none does among
// JSON.
func TestServeCmd_WithoutABrowserSaysWhereThePageIs(t *testing.T) {
	t.Setenv("BROWSER", "/none/there")
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8001}
	for _, test := range []struct {
		json   bool
		public string
		want   string
	}{
		{false, "", "the page is at http://127.0.0.1:8001\n"},
		{false, "https://forge.example", "the page is at https://forge.example\n"},
		{true, "", ""},
	} {
		f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		g := &cli{}
		g.JSON = test.json
		(&serveCmd{}).browse(g, console.Streams{Err: f}, test.public, at)
		said, err := os.ReadFile(f.Name())
		if text := string(said); err != nil || !strings.HasSuffix(text, test.want) || strings.Count(text, "\n") > 1 || test.json && text != "" {
			t.Errorf("%+v: %q, %v", test, text, err)
		}
	}
}

func TestReachable_NamesThisMachine(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:8000": "127.0.0.1:8000", "0.0.0.0:8000": "localhost:8000", "[::]:80": "localhost:80", "[::1]:80": "[::1]:80",
	} {
		if got := reachable(addr); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}
