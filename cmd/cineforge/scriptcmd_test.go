package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cineforge/cineforge/internal/cli/console"
)

// exits runs a command, with the variables of the script that hold settings of the
// providers, and checks its exit code and that it says one line, or none, on stderr:
//
//	exits 2 'one sentence|^$' cineforge ...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: exits CODE STDERR-SUBSTRING COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var stderr bytes.Buffer
	path, err := exec.LookPath(args[2])
	ts.Check(err)
	cmd := exec.Command(path, args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "CINEFORGE_DATA="+ts.Getenv("CINEFORGE_DATA"), "NO_COLOR=1")
	for _, name := range []string{"ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "HTTPS_PROXY", "HTTP_PROXY"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.Stderr = &stderr
	err = cmd.Run()
	code := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		code = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	said := strings.TrimSuffix(stderr.String(), "\n")
	ts.Logf("%s\nexit code %d", said, code)
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
	if !strings.Contains(said, args[1]) {
		ts.Fatalf("stderr does not say %q", args[1])
	}
	if want == console.CodeError && strings.Contains(said, "\n") {
		ts.Fatalf("stderr is more than one sentence")
	}
}

// makeFile makes a file that can't stand in a script:
//
//	make junk.fountain random 4096
//	make huge.fountain zeros 50000000
//	make text.fountain repeat 1000 'A line.'
func makeFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: make FILE random|zeros|repeat N [TEXT]")
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	var data []byte
	switch args[1] {
	case "random":
		seed := uint32(1)
		for range n {
			seed = seed*1664525 + 1013904223
			data = append(data, byte(seed>>24))
		}
	case "zeros":
		data = make([]byte, n)
	case "repeat":
		data = []byte(strings.Repeat(args[3]+"\n", n))
	default:
		ts.Fatalf("unknown content %s", args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}

// lastRun sets a variable to the first line of a file, which is the newest run:
//
//	lastrun ID id.txt
func lastRun(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lastrun VARIABLE FILE")
	}
	id, _, _ := strings.Cut(ts.ReadFile(args[1]), "\n")
	ts.Setenv(args[0], id)
}

// startServer starts a server with the script's environment, sets a variable to its
// address, and ends it with the script:
//
//	serving URL [FLAG...]
func startServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: serving VARIABLE [FLAG...]")
	}
	path, err := exec.LookPath("cineforge")
	ts.Check(err)
	cmd := exec.Command(path, append([]string{"serve", "--addr", "127.0.0.1:0", "--json"}, args[1:]...)...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "NO_COLOR=1")
	for _, name := range []string{"CINEFORGE_DATA", "CINEFORGE_TOKEN"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			ts.Logf("the server: %v", err)
		}
	})
	var told struct {
		URL string `json:"url"`
	}
	ts.Check(json.NewDecoder(stdout).Decode(&told))
	ts.Setenv(args[0], told.URL)
}
