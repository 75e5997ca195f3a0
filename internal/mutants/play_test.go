package mutants_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The time that the tests of a mutant have, and how much longer their build may take.
const (
	testTime  = 2 * time.Minute
	buildTime = 5 * time.Minute
)

// TestMutants_AreKilled runs the test of each mutant with its break, and wants it to fail.
// It takes minutes, so that it runs only if CINEFORGE_MUTANTS is set: to a regular
// expression of the names of those that are to run. The work tree stays as it is.
func TestMutants_AreKilled(t *testing.T) {
	only := os.Getenv("CINEFORGE_MUTANTS")
	if only == "" {
		t.Skip("CINEFORGE_MUTANTS is not set")
	}
	names, err := regexp.Compile(only)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.DeleteFunc(mutants(t), func(m mutant) bool { return !names.MatchString(m.name) })
	if len(all) == 0 {
		t.Fatalf("no mutant's name matches %q", only)
	}
	start := time.Now()
	wantPasses(t, all)
	if t.Failed() {
		return // a failing test says nothing of the mutants then
	}
	killed := 0
	for _, m := range all {
		began := time.Now()
		tests, err := m.play(t)
		if err != nil {
			t.Errorf("%s: %v\nwithout it: %s", m.name, err, m.why)
			tests = "NONE"
		} else {
			killed++
		}
		fmt.Printf("%-44s %5.1fs  %s %s\n", m.name, time.Since(began).Seconds(), m.pkg, tests)
	}
	fmt.Printf("%d of %d mutants are killed, in %v\n", killed, len(all), time.Since(start).Round(time.Second))
}

// wantPasses wants the tests of the mutants to pass without them. Those of a package run together.
func wantPasses(t *testing.T, all []mutant) {
	t.Helper()
	runs := map[string][]mutant{}
	var keys []string
	for _, m := range all {
		key := m.pkg + " " + strings.Join(m.env, " ")
		if _, ok := runs[key]; !ok {
			keys = append(keys, key)
		}
		runs[key] = append(runs[key], m)
	}
	for _, key := range keys {
		var tests []string
		for _, m := range runs[key] {
			if !slices.Contains(tests, m.run) {
				tests = append(tests, m.run)
			}
		}
		m := runs[key][0]
		began := time.Now()
		out, err := m.test(t, "-v", "-run", strings.Join(tests, "|"))
		if err != nil {
			t.Errorf("without a mutant, %s fails: %v\n%s", key, err, out)
		}
		for _, m := range runs[key] {
			if name := testName.FindStringSubmatch(m.run)[1]; !strings.Contains(out, "--- PASS: "+name+" (") {
				t.Errorf("%s: %s does not run in %s", m.name, name, m.pkg)
			}
		}
		fmt.Printf("%-44s %5.1fs  %s %d tests pass\n", "(no mutant)", time.Since(began).Seconds(), m.pkg, len(tests))
	}
}

// play runs the mutant's test with its break, and returns which tests failed. It is an
// error if none did, or if the break does not compile.
func (m mutant) play(t *testing.T) (failed string, err error) {
	source, err := m.broken()
	if err != nil {
		return "", err
	}
	overlay, err := overlay(t.TempDir(), m.file, source)
	if err != nil {
		return "", err
	}
	out, err := m.test(t, "-overlay", overlay, "-run", m.run)
	switch _, exited := errors.AsType[*exec.ExitError](err); {
	case err == nil:
		return "", fmt.Errorf("SURVIVED: %s %s passes with the mutant", m.pkg, m.run)
	case !exited:
		return "", err
	}
	if failed = failures(out); failed == "" {
		return "", fmt.Errorf("no test ran: %w\n%s", err, out)
	}
	return failed, nil
}

// overlay writes a file that replaces one of the module's in a build, and returns the name
// of what tells that to the go command.
func overlay(dir, file, source string) (string, error) {
	original, err := filepath.Abs(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		return "", err
	}
	changed, list := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
	if err != nil {
		return "", err
	}
	return list, errors.Join(os.WriteFile(changed, []byte(source), 0o600), os.WriteFile(list, data, 0o600))
}

// test runs go test in the mutant's package, and returns what it says.
func (m mutant) test(t *testing.T, args ...string) (out string, err error) {
	ctx, cancel := context.WithTimeout(t.Context(), testTime+buildTime)
	defer cancel()
	args = append([]string{"test", "-count=1", "-timeout", testTime.String()}, args...)
	cmd := exec.CommandContext(ctx, "go", append(args, m.pkg)...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), m.env...)
	both, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = fmt.Errorf("it took longer than %v: %w", testTime+buildTime, context.Cause(ctx))
	}
	return string(both), err
}

var (
	failLine  = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)
	panicLine = regexp.MustCompile(`(?m)^(?:panic|fatal error): (.*)`)
	running   = regexp.MustCompile(`(?m)^\s+(Test\w+)\S* \(`) // below "running tests:"
)

// failures returns the tests that failed by what go test says; "" if none was run.
func failures(out string) string {
	var tests []string
	for _, m := range failLine.FindAllStringSubmatch(out, -1) {
		tests = append(tests, m[1])
	}
	if crash := panicLine.FindStringSubmatch(out); crash != nil && len(tests) == 0 {
		name := ""
		if m := running.FindStringSubmatch(out); m != nil {
			name = m[1] + " "
		}
		tests = append(tests, fmt.Sprintf("%s(%.60s)", name, crash[1]))
	}
	return strings.Join(tests, ", ")
}

func TestMutants_AFailingBuildIsNoFailingTest(t *testing.T) {
	for out, want := range map[string]string{
		"# cineforge/x\nx.go:1: undefined: y\nFAIL\tcineforge/x [build failed]\nFAIL\n": "",
		"ok  \tcineforge/x\t0.1s\n": "",
		"--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/b (0.00s)\n--- FAIL: TestC (0.00s)\nFAIL\n":          "TestA, TestC",
		"panic: test timed out after 2m0s\n\trunning tests:\n\t\tTestA/b (2m0s)\n\ngoroutine 1 [running]:": "TestA (test timed out after 2m0s)",
	} {
		if got := failures(out); got != want {
			t.Errorf("%q: %q, want %q", out, got, want)
		}
	}
}
