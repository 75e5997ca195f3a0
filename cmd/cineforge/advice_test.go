//go:build unix

package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/cineforge/cineforge/internal/cli/console"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// situation is a state in which the program advises a person, made with providers that fail
// in a way.
type situation struct {
	name   string
	fails  string           // a fault by its name; "" if the providers are well
	recipe string           // of the resilience block
	script string           // "" for a screenplay
	make   func(w *advised) // makes the state; by default, a run that fails
	tells  []string         // the command that advises; by default, runs show on the run
	mend   func(w *advised) // what the words ask for beside commands; by default the providers are well again
	wants  []string         // the commands that have to be advised, without the program's name
}

// advised is where a situation is made.
type advised struct {
	*ordeal
	data, dir string // of the program, and to call it from
	id        string // of the run
	provider  atomic.Pointer[simulator.Simulator]
	server    *server
}

const adviceScript = "INT. BELL HOUSE - NIGHT\n\nNora winds the clock. The tide is late.\n\n" +
	"NORA\nCome on.\n\nEXT. PIER - DAY\n\nShe waits.\n"

func (w *advised) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.provider.Load().ServeHTTP(rw, r)
}

// fail lets the providers fail in a way from now on; "" is well.
func (w *advised) fail(fault string, pace scenario.Pace) {
	s := scenario.Scenario{ID: "advice", Name: "advice", Pace: pace}
	if fault != "" {
		bad := scenario.Fault{Error: fault}
		if output, ok := strings.CutPrefix(fault, "output "); ok {
			bad = scenario.Fault{Output: output}
		}
		s.Rules = []scenario.Rule{{Name: "fault", Fault: bad}}
	}
	w.provider.Store(simulator.New(s, simulator.Options{}))
}

func newAdvised(t *testing.T, s situation) *advised {
	w := &advised{ordeal: &ordeal{T: t, bin: build(t)}, data: t.TempDir(), dir: t.TempDir()}
	w.fail(s.fails, scenario.Pace{})
	providers := httptest.NewServer(w)
	t.Cleanup(providers.Close)
	bin := filepath.Join(w.dir, "bin")
	must(t, os.Mkdir(bin, 0o700))
	must(t, os.Symlink(w.bin, filepath.Join(bin, "cineforge")))
	w.env = append(os.Environ(), "ANTHROPIC_API_KEY=simulated", "OPENAI_API_KEY=simulated", "GEMINI_API_KEY=simulated",
		"PATH="+bin+":"+os.Getenv("PATH"), "NO_COLOR=1")
	for _, v := range simulator.BaseURLs(providers.URL) {
		w.env = append(w.env, v.Name+"="+v.Value)
	}
	source, err := os.ReadFile("../../recipes/mvp_ingest.yaml")
	must(t, err)
	stages, _, _ := strings.Cut(string(source), "\nresilience:")
	text := strings.Replace(stages, "recipe_id: mvp_ingest", "recipe_id: advice", 1) + "\nresilience:\n  max_wait_seconds: 0\n"
	if s.recipe != "" {
		text = strings.TrimSuffix(text, "  max_wait_seconds: 0\n") + s.recipe
	}
	must(t, os.Mkdir(filepath.Join(w.data, "recipes"), 0o700))
	must(t, os.WriteFile(filepath.Join(w.data, "recipes", "recipe-advice.yaml"), []byte(text), 0o600))
	must(t, os.WriteFile(filepath.Join(w.dir, "script.fountain"), []byte(adviceScript), 0o600))
	switch s.script {
	case "long":
		must(t, os.WriteFile(filepath.Join(w.dir, "script.fountain"), []byte(strings.Repeat(adviceScript, 4)), 0o600))
	case "prose":
		prose, err := os.ReadFile("../../samples/the_well.txt")
		must(t, err)
		must(t, os.WriteFile(filepath.Join(w.dir, "script.fountain"), prose, 0o600))
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call runs the program from the folder, and returns what it prints and its exit code.
func (w *advised) call(args ...string) (said string, code int) {
	cmd := exec.Command(w.bin, append([]string{"--data", w.data}, args...)...)
	cmd.Env, cmd.Dir = w.env, w.dir
	return w.ended(cmd)
}

func (w *advised) ended(cmd *exec.Cmd) (string, int) {
	w.Helper()
	out, err := cmd.CombinedOutput()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), failed.ExitCode()
	}
	must(w.T, err)
	return string(out), console.CodeOK
}

// Run makes a run of the script, and notes its id.
func (w *advised) run(more ...string) {
	said, _ := w.call(append([]string{"run", "script.fountain", "--recipe", "advice"}, more...)...)
	if w.id = runIDPattern.FindString(said); w.id == "" {
		w.Fatalf("no run: %s", said)
	}
}

// underWay makes a run that is under way in another process, until it is stopped.
func (w *advised) underWay(args ...string) *process {
	w.fail("", scenario.Pace{FirstEvent: 300 * time.Millisecond, TokensPerSecond: 100})
	p := &process{Cmd: exec.Command(w.bin, append([]string{"--data", w.data, "run", "script.fountain", "--recipe", "advice"},
		args...)...), ended: make(chan struct{})}
	p.Env, p.Dir = w.env, w.dir
	must(w.T, p.Start())
	go func() { defer close(p.ended); p.Wait() }() //nolint:errcheck // its state tells
	w.Cleanup(func() { p.Process.Kill(); <-p.ended })
	w.eventually("a call", p, func() bool { return len(w.provider.Load().Calls()) > 0 })
	w.id = w.runs(w.data)[0]
	return p
}

// waiting makes a run that waits, beside a server that works on it.
func (w *advised) waiting() {
	s := w.serve(w.data, "127.0.0.1:0")
	w.server = &s
	w.run("--detach")
	w.soon(func() bool { return w.status(w.id) == run.Waiting })
}

// soon waits until something is so that another process does.
func (w *advised) soon(so func() bool) {
	w.eventually("what was to be", &process{ended: make(chan struct{})}, so)
}

func (w *advised) status(id string) run.Status {
	var s run.State
	w.output(&s, w.data, "runs", "show", id)
	return s.Status
}

var advisedCommand = regexp.MustCompile(
	`cineforge (?:--[a-z]+ \S+ )*(?:run|runs|retry|serve|doctor|providers|recipes|data|simulate)\b[^;\n]*`)

// commands returns the commands that a text advises.
func commands(text string) (list []string) {
	for _, c := range advisedCommand.FindAllString(text, -1) {
		c = strings.TrimSpace(c)
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}

// follow does a command as it is written, and returns how it ended and where the newest run
// of the line stands then.
func (w *advised) follow(line string) (code int, status run.Status) {
	cmd := exec.Command("sh", "-c", line)
	cmd.Env, cmd.Dir = w.env, w.dir
	if serve, ok := strings.CutSuffix(line, " serve"); ok { // which does not end by itself
		cmd = exec.Command("sh", "-c", "timeout -s TERM 3 "+serve+` serve --addr 127.0.0.1:0; test $? = 124`)
		cmd.Env, cmd.Dir = w.env, w.dir
	}
	said, code := w.ended(cmd)
	w.Logf("%s: %d\n%s", line, code, said)
	if w.id == "" {
		return code, ""
	}
	if w.server != nil { // which works on it
		w.soon(func() bool { return w.status(w.id).Ended() })
	}
	return code, w.status(w.runs(w.data)[0])
}

// advancing are the commands by which a run is to come to its end.
var advancing = regexp.MustCompile(` (retry|runs resume|runs watch|runs try-now) `)

// Each command that the program advises is done as it is written, in the state in which it is
// advised, and lets the run go on.
func TestReport_AdviceIsFollowed(t *testing.T) {
	var mu sync.Mutex
	var rows []string
	ran := 0
	done := map[string]bool{} // the commands, without the program's name and place
	t.Run("situations", func(t *testing.T) {
		for _, s := range situations() {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				lines := s.followed(t)
				mu.Lock()
				defer mu.Unlock()
				ran++
				for _, l := range lines {
					done[l.words] = true
					rows = append(rows, fmt.Sprintf("%s\t%s\texit %d, %s", s.name, l.anonymous, l.code, l.status))
				}
			})
		}
	})
	slices.Sort(rows)
	table := adviceTable(t, rows)
	t.Log("\n" + table)
	if name := os.Getenv("ADVICE_TABLE"); name != "" {
		must(t, os.WriteFile(name, []byte(table), 0o600))
	}
	if ran == len(situations()) && !t.Failed() { // else -run has left some out
		allAdvised(t, done)
	}
}

// followed is what came of a command.
type followed struct {
	words, anonymous string
	code             int
	status           run.Status
}

// followed makes the situation anew for each command that is advised in it, and does that.
func (s situation) followed(t *testing.T) (lines []followed) {
	for i, n := 0, 1; i < n; i++ {
		w := newAdvised(t, s).made(s)
		said, _ := w.call(w.tell(s)...)
		list := commands(said)
		if i == 0 {
			n = len(list)
			w.advises(s.wants, list, said)
		}
		if len(list) != n || n == 0 {
			t.Fatalf("%d commands are advised, %d before, in:\n%s", len(list), n, said)
		}
		if s.mend != nil {
			s.mend(w)
		} else {
			w.fail("", scenario.Pace{})
		}
		if strings.Contains(list[i], "--recipe recipe.yaml") { // the step before it
			if said, code := w.call("recipes", "show", w.id, "--file", "recipe.yaml"); code != console.CodeOK {
				t.Fatal(said)
			}
		}
		code, status := w.follow(list[i])
		if code != console.CodeOK && !strings.HasSuffix(list[i], " doctor") || advancing.MatchString(list[i]) && status != run.RunDone {
			t.Errorf("%s: exit code %d, and the run is %s", list[i], code, status)
		}
		words := strings.Fields(strings.ReplaceAll(list[i], "--data "+w.data+" ", ""))[1:]
		lines = append(lines, followed{strings.Join(words, " "), anonymous(w, list[i]), code, status})
	}
	return lines
}

// advises wants commands to be among those that a text advises.
func (w *advised) advises(wants, list []string, said string) {
	for _, want := range wants {
		want = strings.ReplaceAll(want, "ID", w.id)
		if !slices.ContainsFunc(list, func(c string) bool { return strings.HasSuffix(c, want) || strings.Contains(c, want+" ") }) {
			w.Errorf("%q is not advised in:\n%s", want, said)
		}
	}
}

// made makes a situation.
func (w *advised) made(s situation) *advised {
	if s.make != nil {
		s.make(w)
	} else {
		w.run()
	}
	return w
}

// tell is the command that advises.
func (w *advised) tell(s situation) []string {
	if s.tells == nil {
		return []string{"runs", "show", w.id}
	}
	var words []string
	for _, word := range s.tells {
		words = append(words, strings.ReplaceAll(word, "ID", w.id))
	}
	return words
}

func anonymous(w *advised, line string) string {
	line = strings.ReplaceAll(line, "--data "+w.data+" ", "")
	return regexp.MustCompile(`(run|drill)-[0-9a-f]{8}(-retry-[0-9a-f]{4})?`).ReplaceAllString(line, "ID")
}

func adviceTable(t *testing.T, rows []string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "STATE\tWORDS\tRESULT")
	for _, r := range rows {
		fmt.Fprintln(w, r)
	}
	must(t, w.Flush())
	return b.String()
}

// untyped are the remedies that the table leaves out, and why.
var untyped = map[string]string{
	"RunFile": "it is for a file of the person's own", "Backup": "TestScripts/data does it", "CheckData": "TestScripts/data does it",
	"Acknowledge": "TestScripts/acts does it; the list of runs that need a person offers it",
}

// allAdvised wants each remedy that there is to have been done.
func allAdvised(t *testing.T, words map[string]bool) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../failure/remedy.go", nil, 0)
	must(t, err)
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !f.Name.IsExported() || untyped[f.Name.Name] != "" {
			continue
		}
		var parts []string // the words that are always the same
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "command" {
					for _, a := range call.Args[2:] { // behind its id and its label
						if lit, ok := a.(*ast.BasicLit); ok {
							parts = append(parts, strings.Trim(lit.Value, `"`))
						}
					}
				}
			}
			return true
		})
		done := false
		for line := range words {
			has := strings.Fields(line)
			done = done || !slices.ContainsFunc(parts, func(p string) bool { return !slices.Contains(has, p) })
		}
		if !done {
			t.Errorf("%s is not advised in any situation: %v", f.Name.Name, parts)
		}
	}
}

// situations are the states in which commands are advised.
func situations() []situation {
	failed := func(fault string, wants ...string) situation {
		return situation{name: "failed: " + fault, fails: fault, wants: append(wants, "retry ID")}
	}
	return append([]situation{
		failed("auth", "providers release"), failed("permission", "providers release"), failed("quota_exhausted", "providers release"),
		failed("not_found", "recipes show ID --file recipe.yaml", "retry ID --recipe recipe.yaml"),
		failed("invalid_request", "retry ID --recipe recipe.yaml"), failed("context_length", "retry ID --recipe recipe.yaml"),
		failed("content_filter", "retry ID --recipe recipe.yaml"), failed("overloaded", "providers", "retry ID --max-wait 24h"),
		{name: "failed: waited for long enough", fails: "overloaded", recipe: "  max_wait_seconds: 1\n", wants: []string{"retry ID",
			"retry ID --max-wait 24h"}},
		{name: "failed: the money is spent", recipe: "  max_wait_seconds: 0\n  max_cost_usd: 0.004\n", wants: []string{"retry ID --max-cost"}},
		{name: "a retry without money", recipe: "  max_wait_seconds: 0\n  max_cost_usd: 0.004\n", tells: []string{"retry", "ID"},
			wants: []string{"retry ID --max-cost"}},
		{name: "done: resume", make: done, tells: []string{"runs", "resume", "ID"}, wants: []string{"retry ID --full"}},
		{name: "done: retry", make: done, tells: []string{"retry", "ID"}, wants: []string{"retry ID --full", "retry ID --from project_config"}},
		{name: "done: cancel", make: done, tells: []string{"runs", "cancel", "ID"}, wants: []string{"runs show ID"}},
		{name: "done: try-now", make: done, tells: []string{"runs", "try-now", "ID"}, wants: []string{"runs show ID"}},
		{name: "done", make: done, tells: []string{"run", "script.fountain", "--recipe", "advice"}, wants: []string{"--output results"}},
		{name: "failed: resume", fails: "auth", tells: []string{"runs", "resume", "ID"}, wants: []string{"retry ID"}},
		{name: "needs a person", make: func(w *advised) { w.run("--param", "accept_config=false") },
			wants: []string{"runs export ID", "runs resume ID"}},
		{name: "paused: try-now", make: func(w *advised) { w.run("--param", "accept_config=false") }, tells: []string{"runs",
			"try-now", "ID"}, wants: []string{"runs resume ID"}},
		{name: "paused: retry from the start", make: func(w *advised) { w.run("--param", "accept_config=false") },
			tells: []string{"retry", "ID", "--full"},
			wants: []string{"runs resume ID", "runs cancel ID"}},
		{name: "gave up", fails: "overloaded", recipe: "  max_wait_seconds: 0\n  on_exhausted: pause\n", wants: []string{"runs resume ID"}},
	}, liveSituations()...)
}

// liveSituations are those with other processes in them.
func liveSituations() []situation {
	waits := func(name string, wants []string, tells ...string) situation {
		return situation{name: name, fails: "overloaded", recipe: "  max_wait_seconds: 3600\n",
			make: func(w *advised) { w.waiting() }, tells: tells, wants: wants}
	}
	killed := func(w *advised) {
		p := w.underWay()
		p.Process.Kill() //nolint:errcheck // it is under way
		<-p.ended
	}
	nothing := func(*advised) {}
	return []situation{
		waits("waits", []string{"runs try-now ID", "runs cancel ID"}),
		waits("waits: retry", []string{"runs try-now ID"}, "retry", "ID"),
		waits("waits: resume", []string{"runs try-now ID"}, "runs", "resume", "ID"),
		{name: "stopped", make: func(w *advised) {
			p := w.underWay("--grace", "0s")
			must(w.T, p.Process.Signal(syscall.SIGINT))
			<-p.ended
		}, wants: []string{"runs resume ID"}},
		{name: "under way: retry", make: func(w *advised) { w.underWay() }, tells: []string{"retry", "ID"}, mend: nothing,
			wants: []string{"runs watch ID", "runs cancel ID"}},
		{name: "killed", make: killed, wants: []string{"serve", "runs watch ID"}},
		{name: "cancelled", make: func(w *advised) { p := w.underWay(); w.call("runs", "cancel", w.id); <-p.ended }, wants: []string{"retry ID"}},
		{name: "can't go on here", make: func(w *advised) {
			w.env = append(w.env, "OPENAI_API_KEY=", "GEMINI_API_KEY=")
			killed(w)
			w.env = append(w.env, "ANTHROPIC_API_KEY=", "OPENAI_API_KEY=simulated")
		}, mend: func(w *advised) {
			w.fail("", scenario.Pace{})
			w.env = append(w.env, "ANTHROPIC_API_KEY=simulated")
		}, wants: []string{"runs watch ID", "runs resume ID --today"}},
		{name: "no such run", make: done, tells: []string{"runs", "show", "run-00000000"}, wants: []string{"runs list"}},
		{name: "not a run", make: done, tells: []string{"runs", "show", "../x"}, wants: []string{"runs list"}},
		{name: "failed again and again", fails: "output wrong_schema", script: "long", wants: []string{"runs events ID",
			"retry ID --recipe recipe.yaml"}},
		{name: "files of other content", make: func(w *advised) {
			w.run("--output", "results")
			must(w.T, os.WriteFile(filepath.Join(w.dir, "results", "artifacts", "scene_index", "project", "v1.json"), []byte("{}"), 0o600))
		}, tells: []string{"runs", "export", "ID", "--output", "results"}, wants: []string{"runs export ID --output results --overwrite"}},
		{name: "no key for prose", script: "prose", make: func(w *advised) {
			w.env = append(w.env, "ANTHROPIC_API_KEY=", "OPENAI_API_KEY=", "GEMINI_API_KEY=")
			w.run()
		}, mend: func(w *advised) { w.env = append(w.env, "ANTHROPIC_API_KEY=simulated") }, wants: []string{"doctor", "retry ID"}},
		{name: "a breaker is open", fails: "overloaded", tells: []string{"providers", "release", "anthropic", "--reason", "x"},
			wants: []string{"providers probe anthropic"}},
		{name: "nobody serves", make: done, tells: []string{"run", "script.fountain", "--detach", "--new"}, wants: []string{"serve"}},
		{name: "left alone", fails: "auth", tells: []string{"providers"}, wants: []string{"providers release"}},
		{name: "no such drill", make: done, tells: []string{"run", "script.fountain", "--drill", "none"}, wants: []string{"simulate --list"}},
	}
}

func done(w *advised) { w.run() }
