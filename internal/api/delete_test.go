package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf16"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
)

// secrets are strings that stand in the script, the chat and the edits of what is deleted.
var secrets = []string{
	"QUICKSILVER LIGHTHOUSE", "Quicksilver Lighthouse", "marrowbone zeppelin", "Ünïcørn “Jalapeño” 東京", "PROSPERINE VANTABLACK",
	"chatted about halcyon", "edited by hand: obsidian gull",
}

// secretScript is a script with them.
func secretScript() []byte {
	var b strings.Builder
	for i := range 6 {
		fmt.Fprintf(&b, "INT. QUICKSILVER LIGHTHOUSE - ROOM %d - NIGHT\n\nThe marrowbone zeppelin hums. Ünïcørn “Jalapeño” 東京 falls.\n\n"+
			"PROSPERINE VANTABLACK\nIt was number %d, the Quicksilver Lighthouse.\n\n", i, i)
	}
	return []byte(b.String())
}

// forms returns a string as it may stand in a file: in UTF-8, in both kinds of UTF-16, and escaped in JSON.
func forms(s string) (all [][]byte) {
	var little, big, escaped bytes.Buffer
	for _, u := range utf16.Encode([]rune(s)) {
		little.Write([]byte{byte(u), byte(u >> 8)})
		big.Write([]byte{byte(u >> 8), byte(u)})
		if u < 0x80 {
			escaped.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&escaped, `\u%04x`, u)
		}
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return [][]byte{[]byte(s), little.Bytes(), big.Bytes(), escaped.Bytes(), quoted[1 : len(quoted)-1], []byte(strings.ToUpper(s)),
		[]byte(strings.ToLower(s))}
}

// found lists the secrets that are in the files of a folder.
func found(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, s := range secrets {
			if slices.ContainsFunc(forms(s), func(form []byte) bool { return bytes.Contains(data, form) }) {
				all = append(all, s+" in "+filepath.Base(path))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// onDisk makes a server at a simulator whose database is a file.
func onDisk(t *testing.T, sim *simulator.Simulator) *site {
	t.Helper()
	dir := t.TempDir()
	config := models(sim)
	var err error
	if config.Catalog, err = catalog.Shipped(); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(store.Seams(), dir, config)
	s := &site{T: t, app: a, dir: dir, store: store}
	s.api, s.watch = observed(a, api.Options{})
	stops := []func(){s.background(s.watch.Run), s.works()}
	t.Cleanup(func() {
		for _, stop := range stops {
			stop()
		}
		a.Close()
	})
	return s
}

// theSecret makes a project of the secret script, with runs that failed and that succeeded, a retry, a drill,
// an edit and a chat, and returns its id.
func (s *site) theSecret(sim *simulator.Simulator) string {
	s.Helper()
	id := s.project("secret")
	up := into[client.Uploaded](s.upload(id, "the_secret.fountain", secretScript()).is(201))
	b := client.RunRequest{ProjectID: id, InputFile: up.StoredPath, AcceptConfig: true}
	sim.SetScenario(failing())
	failed := s.start(b)
	if st := s.rests(failed).State; st.Status != run.RunFailed {
		s.Fatal(st.Status)
	}
	recovers(sim)
	retried := into[client.Started](s.post("/api/runs/"+failed+"/retry-failed-stage", nil).is(200)).RunID
	if st := s.rests(retried).State; st.Status != run.RunDone {
		s.Fatalf("%s: %s", st.Status, st.Error)
	}
	b.Force = true
	s.rests(s.start(b))
	b.Drill = "anthropic-overload"
	s.rests(s.start(b))
	for _, text := range []string{"edited by hand: obsidian gull", "edited by hand: obsidian gull, again"} {
		s.call(http.MethodPost, "/api/projects/"+id+"/artifacts/canonical_script/project/edit",
			map[string]any{"data": map[string]any{"script_text": text}, "rationale": "because"}).is(200)
	}
	s.post("/api/projects/"+id+"/chat", map[string]any{"id": "m1", "type": "user_message", "content": "chatted about halcyon",
		"timestamp": 1}).is(200)
	return id
}

func TestDelete_LeavesNoByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(healthy, simulator.Options{})
		s := onDisk(t, sim)
		_, kept := s.done("tide", "night_bus.txt")
		id := s.theSecret(sim)
		if before := found(t, s.dir); len(before) < len(secrets) {
			t.Fatalf("what is there before: %v", before)
		}
		copied := filepath.Join(s.dir, sqlite.FileName+".schema3.bak")
		if err := os.WriteFile(copied, secretScript(), 0o600); err != nil {
			t.Fatal(err)
		}
		done := into[client.Deleted](s.call(http.MethodDelete, "/api/projects/"+id, nil).is(200))
		if done.ProjectID != id || done.Runs != 4 || done.Inputs != 1 || done.Messages != 1 || done.Artifacts == 0 || done.Answers == 0 {
			t.Errorf("%+v", done)
		}
		if left := found(t, s.dir); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		if _, err := os.Stat(copied); err == nil {
			t.Error("the copy of a migration is left")
		}
		s.call(http.MethodDelete, "/api/projects/"+id, nil).fails(404, "project_not_opened")
		s.get("/api/projects/" + id).is(404)
		if st := s.rests(kept).State; st.Status != run.RunDone {
			t.Error(st.Status)
		}
		if list := into[client.RunsPage](s.get("/api/runs").is(200)); len(list.Runs) != 1 {
			t.Errorf("%+v", list)
		}
		if found, err := s.store.Maintenance.Examine(t.Context()); err != nil || !found.OK() {
			t.Errorf("%+v %v", found, err)
		}
		page := into[client.EventsPage](s.get("/api/events?topics=projects").is(200))
		if last := page.Events[len(page.Events)-1]; last.Body.EventName() != "project_deleted" || len(page.Events) != 2 {
			t.Errorf("%+v", page)
		}
	})
}

func TestDelete_AnInputLeavesNoByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(healthy, simulator.Options{})
		s := onDisk(t, sim)
		id := s.theSecret(sim)
		other := into[client.Uploaded](s.upload(id, "night_bus.txt", read(t, "night_bus.txt")).is(201)).StoredPath
		b := client.RunRequest{ProjectID: id, InputFile: other, AcceptConfig: true}
		kept := s.start(b)
		s.rests(kept)
		inputs := into[[]client.Input](s.get("/api/projects/" + id + "/inputs").is(200))
		done := into[client.Deleted](s.call(http.MethodDelete, "/api/projects/"+id+"/inputs/"+inputs[0].StoredPath, nil).is(200))
		if done.Inputs != 1 || done.Runs != 4 {
			t.Errorf("%+v", done)
		}
		left := slices.DeleteFunc(found(t, s.dir), func(s string) bool { return strings.Contains(s, "halcyon") }) // of the project's chat
		if len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		s.call(http.MethodDelete, "/api/projects/"+id+"/inputs/"+inputs[0].StoredPath, nil).fails(404, "input_not_found")
		s.call(http.MethodDelete, "/api/projects/none/inputs/x", nil).fails(404, "project_not_opened")
		if st := s.rests(kept).State; st.Status != run.RunDone {
			t.Error(st.Status)
		}
		if groups := into[[]client.ArtifactSummary](s.get("/api/projects/" + id + "/artifacts").is(200)); len(groups) == 0 {
			t.Error("what was made of the other file is gone")
		}
	})
}

func TestDelete_IsRefusedWhileARunIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id, _ := s.quiet("tide")
		inputs := into[[]client.Input](s.get("/api/projects/tide/inputs").is(200))
		for _, path := range []string{"/api/projects/tide", "/api/projects/tide/inputs/" + inputs[0].StoredPath} {
			p := s.call(http.MethodDelete, path, nil).fails(409, "in_use")
			if p.RunID != id || !strings.Contains(p.Message, id) || p.Hint == nil || len(p.Actions) != 1 {
				t.Errorf("%+v", p)
			}
		}
		s.get("/api/projects/tide").is(200)
	})
}

// A stream that is resumed from within what was deleted goes on behind it.
func TestDelete_AStreamGoesOnBehindTheHole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		_, other := s.done("other", "night_bus.txt")
		_, id := s.done("tide", "night_bus.txt")
		entries, err := s.app.Reader.Feed.Entries(t.Context(), run.EventFilter{Runs: []string{id}}, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		within := fmt.Sprint(entries[len(entries)/2].Position)
		s.call(http.MethodDelete, "/api/projects/tide", nil).is(200)
		s.post("/api/projects/other/chat", map[string]any{"id": "m", "type": "user_message", "content": "x", "timestamp": 1}).is(200)
		for target, want := range map[string]string{
			"/api/events/stream?topics=runs,projects,chat": "project_deleted chat_posted", "/api/events/stream": "",
		} {
			l := listen(t, s.api, target, within)
			got := l.events()
			l.leave()
			if got != want {
				t.Errorf("%s: %v, want %s", target, got, want)
			}
		}
		s.get("/api/runs/"+id+"/events/stream").fails(404, "run_state_not_found")
		s.get("/api/runs/" + other + "/state").is(200)
		// A run of the same name is another one.
		b := s.given("tide", "night_bus.txt")
		b.RunID = id
		again := s.start(b)
		if st := s.rests(again).State; st.Status != run.RunDone || again != id {
			t.Errorf("%s %s", again, st.Status)
		}
	})
}

// asked counts the attempts of a run.
func asked(state run.State) (n int) {
	for _, st := range state.Stages {
		n += len(st.Attempts)
	}
	return n
}

// What a run of another project has used of the answers is kept for it, and serves others.
func TestDelete_SharedAnswersStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, models(simulator.New(healthy, simulator.Options{})))
		_, first := s.done("first", "night_bus.txt")
		_, second := s.done("second", "night_bus.txt")
		if paid, free := asked(s.rests(first).State), asked(s.rests(second).State); paid == 0 || free != 0 {
			t.Fatalf("the runs have asked %d and %d", paid, free)
		}
		s.call(http.MethodDelete, "/api/projects/first", nil).is(200)
		_, third := s.done("third", "night_bus.txt")
		if n := asked(s.rests(third).State); n != 0 {
			t.Errorf("%d answers of a project that has used them are gone", n)
		}
		s.call(http.MethodDelete, "/api/projects/second", nil).is(200)
		s.call(http.MethodDelete, "/api/projects/third", nil).is(200)
		_, last := s.done("last", "night_bus.txt")
		if n := asked(s.rests(last).State); n == 0 {
			t.Error("answers are there that no project has")
		}
	})
}
