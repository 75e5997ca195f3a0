package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// ofTests are the variables of the environment that tests are played with, such as how many kills.
var ofTests = map[string]string{} //nolint:gochecknoglobals // written before any test

func TestMain(m *testing.M) {
	// The environment of a test run may have keys; no test may ask a real provider. A script's
	// program, which comes here too, has the environment that the script gives it.
	if filepath.Base(os.Args[0]) == "cineforge" {
		testscript.Main(m, map[string]func(){"cineforge": main})
	}
	// Nor is a test about what the environment sets for this program; what it sets for tests is kept apart.
	for _, entry := range os.Environ() {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "CINEFORGE_") {
			ofTests[name] = value
			os.Unsetenv(name) //nolint:errcheck // it does not fail for such names
		}
	}
	for _, v := range []string{"ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_BASE_URL", "OPENAI_BASE_URL",
		"GOOGLE_GEMINI_BASE_URL"} {
		os.Unsetenv(v) //nolint:errcheck // it does not fail for such names
	}
	testscript.Main(m, map[string]func(){"cineforge": main})
}

// The scripts under testdata/script are used as the program is: typed commands,
// their output and their exit codes.
func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("SAMPLES", samples)
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" { // for which no file is unreadable
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"make":    makeFile,
			"lastrun": lastRun,
			"serving": startServer,
		},
	})
}
