package systemtest_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/simulator/scenario"
	"github.com/cineforge/cineforge/stage"
)

// asking are files that between them make the shipped modules ask all that they can ask, by the
// projects that they are run in.
func asking(t *testing.T) map[string]stage.File {
	play, err := os.ReadFile("../../stage/testdata/play.txt")
	if err != nil {
		t.Fatal(err)
	}
	letter := string(prose(t).Data)
	var many strings.Builder // scenes with a title page, of which the project's question shows a part
	many.WriteString("Title: The Many\nAuthor: Nobody\n\n")
	for i := range 152 {
		fmt.Fprintf(&many,
			"INT. ROOM %d - DAY\n\nA lamp, and %d chairs that nobody has sat on for a long while.\n\nANNA\nIt is late.\n\n", i+1, i+1)
	}
	text := func(name, text string) stage.File { return stage.File{Name: name, Data: []byte(text)} }
	return map[string]stage.File{
		"two": twoScenes(), "prose": prose(t),
		"long":    text("long.txt", strings.Repeat(letter+"\n\n", 10)), // in chunks
		"play":    {Name: "play.txt", Data: play},
		"notes":   text("notes.txt", "- a lighthouse\n- a keeper who lies\n- the boat comes late\n- she knows\n"),
		"unknown": text("unknown.txt", "12 14 18\n"),
		"hybrid":  text("hybrid.txt", strings.Repeat(letter+"\n\n", 3)+"INT. ROOM - DAY\n\nA lamp.\n\nANNA\nIt is late.\n"),
		"many":    text("many.fountain", many.String()),
	}
}

// branches are what tells the branches of the shipped prompts from one another.
var branches = []string{
	"looks like prose", "looks like a stage play", "looks like notes", "looks like no kind of text", "looks like a mixture",
	"BEGIN TEXT BEFORE", "BEGIN TITLE PAGE", "more scenes)", "BEGIN FIRST PAGES", "BEGIN LAST PAGES", "BEGIN SCRIPT", "BEGIN SCENE ",
}

// heldSchemas are the schemas that are asked for. The first chunk of a text and those behind it have
// one each.
var heldSchemas = []string{"adaptation", "adaptation_continued", "project_answer", "scene_judgement"}

// mostHeld is the last scene of a long script whose question is held.
const mostHeld = "scene_003"

// bodies is a transport that keeps what is asked.
type bodies struct {
	http.RoundTripper
	mu    sync.Mutex
	asked []string
}

// RoundTrip sends a request.
func (b *bodies) RoundTrip(r *http.Request) (*http.Response, error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.asked = append(b.asked, string(data))
	b.mu.Unlock()
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(data))
	return b.RoundTripper.RoundTrip(r)
}

// The keys of the shipped questions are held: what was paid for under them would be paid for
// again by another version.
func TestMemo_KeysOfShippedQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, play{scenario: scenario.Scenario{ID: "ok", Name: "ok"}})
		k, sent := &keyed{Store: w.store}, &bodies{RoundTripper: w.line}
		a := app.New(k.Seams(), w.dir, app.Config{Providers: withKeys("ANTHROPIC"), Catalog: known(t), Transport: sent, Router: fixed})
		files := asking(t)
		for _, project := range slices.Sorted(maps.Keys(files)) {
			w.execute(a, w.start(a, runs.Request{File: files[project], ProjectID: project}))
		}
		for _, b := range branches {
			if !slices.ContainsFunc(sent.asked, func(body string) bool { return strings.Contains(body, b) }) {
				t.Errorf("no question has %q", b)
			}
		}
		keys := slices.DeleteFunc(k.keys, func(key string) bool {
			unit := strings.Fields(key)[2]
			return strings.HasPrefix(unit, "scene_") && unit > mostHeld
		})
		slices.Sort(keys)
		asksAll(t, keys)
		got := strings.Join(slices.Compact(keys), "\n") + "\n"
		file := filepath.Join("testdata", "golden", "questions.txt")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("the shipped questions have other keys, so that stored answers are paid for again:\n%s\nwant\n%s\n"+
				"If that is wanted, give the module a new version in its id, say so in CHANGELOG.md, "+
				"and run this test with UPDATE_GOLDEN=1.", got, want)
		}
	})
}

var (
	schemaNames = regexp.MustCompile(`llm\.NewSchema\("(\w+)"`)
	roleNames   = regexp.MustCompile(`\bRole:\s+llm\.(\w+)`)
)

// asksAll wants each role and schema in the sources of the shipped modules to be held.
func asksAll(t *testing.T, keys []string) {
	t.Helper()
	sources, err := filepath.Glob("../../stage/*/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no sources of modules: %v", err)
	}
	var schemas []string
	for _, file := range sources {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range schemaNames.FindAllSubmatch(source, -1) {
			schemas = append(schemas, string(m[1]))
		}
		for _, m := range roleNames.FindAllSubmatch(source, -1) {
			role := " " + strings.ToLower(string(m[1])) + " "
			if !slices.ContainsFunc(keys, func(key string) bool { return strings.Contains(key, role) }) {
				t.Errorf("%s: no question of role%sis held", file, role)
			}
		}
	}
	slices.Sort(schemas)
	if !slices.Equal(schemas, heldSchemas) {
		t.Errorf("the modules have the schemas %v, and held are %v: add a file that makes them ask with it", schemas, heldSchemas)
	}
}
