package host

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestBrowsers_BySystem(t *testing.T) {
	for _, test := range []struct {
		system string
		env    map[string]string
		want   string
	}{
		{"linux", nil, "[]"},
		{"linux", map[string]string{"DISPLAY": ":0"}, "[[xdg-open]]"},
		{"freebsd", map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, "[[xdg-open]]"},
		{"linux", map[string]string{"WSL_DISTRO_NAME": "Debian"}, "[[wslview] [xdg-open]]"},
		{"linux", map[string]string{"BROWSER": "firefox --new-tab %s: :w3m"}, "[[firefox --new-tab %s] [w3m]]"},
		{"darwin", nil, "[[open]]"},
		{"windows", nil, "[[rundll32 url.dll,FileProtocolHandler]]"},
		{"windows", map[string]string{"BROWSER": "edge"}, "[[edge]]"},
	} {
		if got := fmt.Sprint(browsers(test.system, func(name string) string { return test.env[name] })); got != test.want {
			t.Errorf("%s %v: %s, want %s", test.system, test.env, got, test.want)
		}
	}
	if got := fmt.Sprint(with([]string{"--url=%s", "-n"}, "http://a")); got != "[--url=http://a -n]" {
		t.Error(got)
	}
}

// The first program that begins gets the address; that it fails is reported, and that none begins.
func TestBrowse_FirstThatBegins(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a shell script is no program here")
	}
	dir := t.TempDir()
	seen := filepath.Join(dir, "seen")
	program := filepath.Join(dir, "browser")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$1\" > "+seen+"\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	env := func(value string) func(string) string {
		return func(name string) string { return map[string]string{"BROWSER": value}[name] }
	}
	failures := make(chan error, 1)
	if err := Browse("http://127.0.0.1:8000/", env("/none/there:"+program), func(err error) { failures <- err }); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-failures:
		if text, _ := os.ReadFile(seen); string(text) != "http://127.0.0.1:8000/\n" {
			t.Errorf("%v: %q", err, text)
		}
	case <-time.After(time.Minute):
		t.Error("its failure is not reported")
	}
	if err := Browse("http://127.0.0.1:8000/", env("/none/there"), func(error) {}); err == nil {
		t.Error("a program that is not there has begun")
	}
}
