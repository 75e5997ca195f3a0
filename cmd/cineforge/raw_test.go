//go:build unix

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/cineforge/cineforge/internal/cli/console"
)

// oddNames are names of files that a careless program takes for others.
var oddNames = []string{"caf\xe9.fountain", "caf\xe8.fountain", "caf\ufffd.fountain", "a\nb.fountain", "a b.fountain",
	"a\x1b[31m.fountain", "it's \"x\".fountain", "-x.fountain", `a\b.fountain`,
	"a%E9.fountain", "\xff.fountain", "stdin", strings.Repeat("\xfe", 255)}

// typed runs a command line, and returns what it printed.
func typed(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	files := [2]*os.File{}
	for i := range files {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[i] = f
	}
	code = execute(args, console.Streams{In: strings.NewReader(""), Out: files[0], Err: files[1]})
	read := func(f *os.File) string {
		data, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return code, read(files[0]), read(files[1])
}

// in makes a folder with files of odd names, in which the test goes on. Systems whose names
// are text only are not tried.
func inOddFolder(t *testing.T) (names []string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range oddNames {
		script := "INT. ROOM - DAY\n\nA is " + strings.ToValidUTF8(name, "?") + ".\n\nA\nHello.\n"
		if err := os.WriteFile(name, []byte(script), 0o600); err != nil {
			t.Logf("no file can be named %q here: %v", name, err)
			continue
		}
		names = append(names, name)
	}
	return names
}

// The bytes of a name reach the system as they are, wherever it stands; what is stored and
// printed of it is text.
func TestExecute_NamesAreBytes(t *testing.T) {
	projects := map[string]string{}
	for _, name := range inOddFolder(t) {
		for _, command := range []string{"scenes", "text"} {
			if code, _, errs := typed(t, command, "--", name); code != console.CodeOK {
				t.Errorf("%s %q: %d %s", command, name, code, errs)
			}
		}
		data := "d" + name[:min(len(name), 100)]
		code, out, errs := typed(t, "--data", data, "run", "--json", "--output", "o"+data, "--", name)
		var state struct {
			InputName string `json:"input_name"`
			ProjectID string `json:"project_id"`
		}
		if err := json.Unmarshal([]byte(out), &state); err != nil || code != console.CodeOK || !utf8.ValidString(errs+out) {
			t.Fatalf("run %q: %d %v %q %q", name, code, err, out, errs)
		}
		if other, ok := projects[state.InputName]; ok {
			t.Errorf("%q and %q are both called %q", other, name, state.InputName)
		}
		projects[state.InputName] = name
		for _, made := range []string{data + "/cineforge.db", "o" + data + "/artifacts"} {
			if _, err := os.Stat(made); err != nil {
				t.Error(err)
			}
		}
		backup := "b" + data
		if code, _, errs := typed(t, "--data", data, "data", "backup", backup); code != console.CodeOK {
			t.Errorf("backup %q: %d %s", backup, code, errs)
		}
		if _, err := os.Stat(backup); err != nil {
			t.Error(err)
		}
	}
}

// A name in the environment or the config file is bytes too.
func TestExecute_NamesElsewhereAreBytes(t *testing.T) {
	t.Chdir(t.TempDir())
	script, err := filepath.Abs("s.fountain")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script, []byte("INT. ROOM - DAY\n\nRain.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := "c\xe9.yaml"
	if err := os.WriteFile(file, []byte("data: \"from\xe9file\"\noutput: out\xff\n"), 0o600); err != nil {
		t.Skipf("names are text here: %v", err)
	}
	for _, args := range [][]string{{"--config", file}, {"--config=" + file}, {}} {
		t.Run(strings.ToValidUTF8(strings.Join(args, " "), "?"), func(t *testing.T) {
			if len(args) == 0 {
				t.Setenv("CINEFORGE_DATA", "from\xe9environment")
				t.Setenv("CINEFORGE_CONFIG", file)
				t.Setenv("CINEFORGE_OVERWRITE", "true") // the folder has the files of the other data directory
			}
			if code, _, errs := typed(t, append(args, "run", script)...); code != console.CodeOK {
				t.Fatal(code, errs)
			}
		})
	}
	for _, made := range []string{"from\xe9file", "from\xe9environment", "out\xff"} {
		if _, err := os.Stat(made); err != nil {
			t.Error(err)
		}
	}
	code, _, errs := typed(t, "--data", "d", "run", script, "--param", "mood=\xff")
	if code != console.CodeUsage || !strings.Contains(errs, "mood") {
		t.Error(code, errs)
	}
}

// A command that is printed for a folder of an odd name finds it.
func TestProgram_QuotesWhatAShellTakes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash, whose $'...' is tried")
	}
	for _, name := range oddNames {
		out, err := exec.Command(bash, "-c", "printf '%s\n' "+program(&cli{Data: name})).Output()
		if want := "cineforge\n--data\n" + name + "\n"; err != nil || string(out) != want {
			t.Errorf("%q, want %q (%v)", out, want, err)
		}
	}
}

// A script that is piped in, or a pipe that is named, gets a hint at how standard input is named; what is printed
// works.
func TestExecute_APipeIsNamed(t *testing.T) {
	bin := build(t)
	t.Chdir(t.TempDir())
	script := "INT. ROOM - DAY\n\nRain.\n"
	if err := syscall.Mkfifo("a \xe9pipe", 0o600); err != nil {
		t.Skipf("no pipe can be made: %v", err)
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash, whose $'...' is tried")
	}
	shell := func(command string) string {
		cmd := exec.Command(bash, "-c", `cineforge() { "$BIN" "$@"; }; `+command)
		cmd.Env = append(os.Environ(), "BIN="+bin)
		out, _ := cmd.CombinedOutput() //nolint:errcheck // what is printed tells
		return string(out)
	}
	for _, command := range []string{"run", "scenes", "text"} {
		out := shell("printf 'INT. A - DAY\n' | cineforge " + command)
		if want := "cineforge " + command + " -\n"; !strings.HasSuffix(out, want) {
			t.Errorf("%q does not name %q", out, want)
		}
		if out := shell("cineforge " + command + " </dev/null"); strings.Contains(out, " -\n") {
			t.Errorf("nothing is piped: %s", out)
		}
	}
	if out := shell("cat /dev/null | cineforge scenes /dev/stdin"); !strings.Contains(out, "name -") {
		t.Error(out)
	}
	_, advice, ok := strings.Cut(shell(`cineforge scenes $'a \xe9pipe'`), "redirect it: ")
	if !ok {
		t.Fatal(advice)
	}
	go os.WriteFile("a \xe9pipe", []byte(script), 0o600) //nolint:errcheck // the reader tells
	if out := shell("cineforge scenes " + strings.TrimSpace(advice)); !strings.Contains(out, "INT. ROOM") {
		t.Errorf("%s gives %s", advice, out)
	}
	if out := shell("cineforge recipes show mvp_ingest | cineforge recipes validate -"); !strings.Contains(out, "is valid") {
		t.Error(out)
	}
}

// A pipe that no command reads is pointed at.
func TestExecute_AForgottenFileIsNamed(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	errs, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer errs.Close()
	if code := execute([]string{"run"}, console.Streams{In: in, Out: errs, Err: errs}); code != console.CodeUsage {
		t.Error(code)
	}
	if text, err := os.ReadFile(errs.Name()); err != nil || !strings.HasSuffix(string(text), ": cineforge run -\n") {
		t.Errorf("%s %v", text, err)
	}
}
