package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

func TestUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		id := s.project("tide")
		first := into[client.Uploaded](s.upload(id, "the tide clock.fountain", read(t, "the_tide_clock.fountain")).is(201))
		if first.StoredPath != first.Filename || first.OriginalName != "the tide clock.fountain" ||
			!strings.HasSuffix(first.Filename, "_the_tide_clock.fountain") ||
			first.SizeBytes != int64(len(read(t, "the_tide_clock.fountain"))) ||
			first.Digest != artifact.DigestOf(read(t, "the_tide_clock.fountain")) ||
			first.Duplicate || first.Scenes != 20 || first.Format == "" || first.Encoding == "" || first.Warnings == nil {
			t.Errorf("%+v", first)
		}
		again := into[client.Uploaded](s.upload(id, "the tide clock.fountain", read(t, "the_tide_clock.fountain")).is(201))
		if !again.Duplicate || again.StoredPath != first.StoredPath {
			t.Errorf("%+v", again)
		}
		list := into[[]client.Input](s.get("/api/projects/" + id + "/inputs").is(200))
		if len(list) != 1 || !reflect.DeepEqual(list[0], first.Input) {
			t.Errorf("%+v", list)
		}
		text := s.get("/api/projects/" + id + "/inputs/" + first.Filename).is(200)
		if !strings.Contains(string(text.body), "SKERRY SOUND") || text.header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%.100s", text.body)
		}
		// What a screenplay is taken for is no question of its name, and oddities are told.
		prose := into[client.Uploaded](s.upload(id, "the_well.fountain", read(t, "the_well.txt")).is(201))
		if prose.Kind == "screenplay" || len(prose.Warnings) == 0 {
			t.Errorf("%+v", prose)
		}
		s.get("/api/projects/nobodys/inputs").fails(404, "project_not_opened")
		s.upload("nobodys", "x.txt", []byte("INT. A - DAY\n")).fails(404, "project_not_opened")
		s.get("/api/projects/"+id+"/inputs/none").fails(404, "input_not_found")
		s.get("/api/projects/nobodys/inputs/none").fails(404, "project_not_opened")
	})
}

// An input whose text can't be extracted: it was taken by an earlier version.
func TestInputsHandler_InputWithoutText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		id := s.project("tide")
		in := inputOf("blank.txt", []byte("  \n \n"))
		if _, _, err := s.store.Projects.AddInput(t.Context(), id, in, []byte("  \n \n")); err != nil {
			t.Fatal(err)
		}
		if p := s.get("/api/projects/"+id+"/inputs/"+in.Name).fails(422, "input_extraction_failed"); p.Hint == nil {
			t.Errorf("%+v", p)
		}
	})
}

func TestArtifactsHandler_ListVersionsEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		id, _ := s.done("tide", "night_bus.txt")
		at := "/api/projects/" + id + "/artifacts"
		all := into[[]client.ArtifactSummary](s.get(at).is(200))
		kinds := map[string]int{}
		for _, a := range all {
			kinds[a.ArtifactType]++
			if a.LatestVersion != 1 || a.EntityID == "" {
				t.Errorf("%+v", a)
			}
		}
		if fmt.Sprint(kinds) != "map[canonical_script:1 project_config:1 raw_input:1 scene:7 scene_index:1]" {
			t.Error(kinds)
		}
		s.get("/api/projects/nobodys/artifacts").fails(404, "project_not_opened")

		// Versions are numbers: the tenth comes behind the ninth.
		for n := 2; n <= 12; n++ {
			e := into[client.Edited](s.post(at+"/scene/scene_002/edit",
				client.Edit{Data: map[string]any{"heading": seq("EDIT", n)}, Rationale: "better"}).is(200))
			if e.Version != n || e.EntityID != "scene_002" || e.Path != fmt.Sprintf("artifacts/scene/scene_002/v%d.json", n) {
				t.Fatalf("%+v", e)
			}
		}
		versions := into[[]client.ArtifactVersion](s.get(at + "/scene/scene_002").is(200))
		for i, v := range versions {
			if v.Version != i+1 || i > 0 && (v.Source != artifact.Human || v.Intent != "override") {
				t.Errorf("%+v", v)
			}
		}
		if len(versions) != 12 || versions[0].Source == artifact.Human {
			t.Errorf("%+v", versions)
		}
		for _, a := range into[[]client.ArtifactSummary](s.get(at).is(200)) {
			if a.EntityID == "scene_002" && a.LatestVersion != 12 {
				t.Errorf("%+v", a)
			}
		}
		detail := s.get(at + "/scene/scene_002/12").is(200)
		d := into[client.ArtifactDetail](detail)
		if m := d.Payload.Metadata; d.Version != 12 || m.Source != artifact.Human || m.Rationale != "better" ||
			string(d.Payload.Data) != `{"heading":"EDIT-12"}` || m.Lineage[0].Version != 11 {
			t.Errorf("%+v", d)
		}
		s.get(at+"/scene/scene_002/12", "If-None-Match: "+detail.header.Get("Etag")).is(304)
		if d := into[client.ArtifactDetail](s.get(at + "/scene/scene_002/1").is(200)); d.Payload.Metadata.Source == artifact.Human {
			t.Errorf("%+v", d)
		}
		// The entity of a project has two names.
		for _, name := range []string{"project", "__project__"} {
			if d := into[client.ArtifactDetail](s.get(at + "/scene_index/" + name + "/1").is(200)); d.EntityID != "project" {
				t.Errorf("%+v", d)
			}
		}
		for _, path := range []string{"/scene/scene_002/13", "/scene/none/1", "/none/project/1", "/scene/none", "/none/project"} {
			s.get(at+path).fails(404, "artifact_not_found")
		}
		s.get(at+"/scene/scene_002/0").fails(422, "invalid_request")
		s.get(at+"/scene/scene_002/v1").fails(422, "invalid_request")
		s.post(at+"/scene/none/edit", client.Edit{Data: map[string]any{"a": 1}, Rationale: "x"}).fails(404, "artifact_not_found")
		s.post(at+"/scene/scene_002/edit", `{"data":{},"rationale":"x"}`).fails(422, "invalid_request")
		s.post(at+"/scene/scene_002/edit", `{"data":{"a":1}}`).fails(422, "invalid_request")
		s.post(at+"/scene/scene_002/edit", `{"data":[1],"rationale":"x"}`).fails(422, "invalid_request")
	})
}

func TestExport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		_, id := s.done("tide", "night_bus.txt")
		a := s.get("/api/runs/" + id + "/export").is(200)
		archive, err := zip.NewReader(bytes.NewReader(a.body), int64(len(a.body)))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range archive.File {
			names = append(names, f.Name)
			content, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			if err := json.NewDecoder(content).Decode(new(any)); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
		if len(names) != 13 || !strings.Contains(strings.Join(names, " "), "runs/"+id+"/run_state.json") {
			t.Error(names)
		}
		if again := s.get("/api/runs/" + id + "/export").is(200); !bytes.Equal(again.body, a.body) {
			t.Error("the second archive is another")
		}
		if d := a.header.Get("Content-Disposition"); d != `attachment; filename="`+id+`.zip"` {
			t.Error(d)
		}
	})
}

func TestAPI_ChatKeepsMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		id := s.project("tide")
		at := "/api/projects/" + id + "/chat"
		if a := s.get(at).is(200); string(a.body) != "[]\n" {
			t.Errorf("%s", a.body)
		}
		now := time.Now().UnixMilli()
		said := fmt.Sprintf(`{"id":"m1","type":"user","content":"<b>hello</b>","timestamp":%d,"mood":{"a":[1,null]},"needsAction":false}`, now)
		for _, text := range []string{said, strings.Replace(said, "hello", "other", 1)} { // of one id there is one message
			if a := s.post(at, text).is(200); strings.TrimSpace(string(a.body)) != said {
				t.Errorf("%s", a.body)
			}
		}
		for _, bad := range []string{``, `3`, `[]`, `{"id":"x"}`, `{"id":"","type":"user","content":"","timestamp":1}`,
			`{"id":"x","type":"user","content":3,"timestamp":1}`,
			`{"id":"x","type":"user","timestamp":1}`, `{"id":"x","type":"user","content":"x","timestamp":"now"}`,
			`{"id":"x","type":"user","content":"x","timestamp":1,"actions":3}`,
			"{\"id\":\"x\",\"type\":\"user\",\"content\":\"\xff\",\"timestamp\":1}"} {
			s.post(at, bad).fails(422, "invalid_request")
		}
		s.post(at, `{"id":"`+strings.Repeat("x", 2<<20)+`"}`).fails(413, "too_large")
		s.post("/api/projects/nobodys/chat", said).fails(404, "project_not_opened")
		s.get("/api/projects/nobodys/chat").fails(404, "project_not_opened")
		// A page that has nothing to say of a member says null.
		s.post(at, `{"id":"m2","type":"user","content":"x","timestamp":1,"run_id":null,"needsAction":null,"actions":[{"id":"a","label":"A",`+
			`"variant":null,"route":null,"method":null,"endpoint":null,"body":null}]}`).is(200)
		list := into[[]json.RawMessage](s.get(at).is(200))
		if len(list) != 2 || string(list[1]) != said { // the other one says that it is older
			t.Errorf("%s", list)
		}
	})
}

// What happens in runs is told in the project's chat, between what was said, with what
// a person can do about it as long as it can be done.
func TestAPI_ChatReportsRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, sim, id := failed(t)
		at := "/api/projects/tide/chat"
		s.post(at, fmt.Sprintf(`{"id":"m1","type":"user","content":"why?","timestamp":%d}`, time.Now().Add(time.Millisecond).UnixMilli())).is(200)
		told := func() (list []client.Message) { return into[[]client.Message](s.get(at).is(200)) }
		list := told()
		if len(list) < 3 || list[0].Type != "ai_status" || !strings.Contains(list[0].Content, "night_bus.txt") || list[len(list)-1].ID != "m1" {
			t.Fatalf("%+v", list)
		}
		failure := list[len(list)-2]
		if !failure.NeedsAction || failure.RunID != id || len(failure.Actions) != 4 ||
			!strings.HasPrefix(failure.Actions[2].Endpoint, "/api/providers/") ||
			!strings.HasSuffix(failure.Actions[2].Endpoint, "/release") || // of the last provider that refused its key
			failure.Actions[0].Endpoint != "/api/runs/"+id+"/retry-failed-stage" || failure.Actions[0].Label != "Retry Failed Stage" {
			t.Errorf("%+v", failure)
		}
		recovers(sim)
		// What a message offers is a request that can be made as it stands.
		act := failure.Actions[0]
		next := into[client.Started](s.call(act.Method, act.Endpoint, nil).is(200)).RunID
		if st := s.rests(next).State; st.Status != run.RunDone {
			t.Fatal(st.Error)
		}
		list = told()
		last := list[len(list)-1]
		if last.Type != "ai_status_done" || last.RunID != next || last.NeedsAction {
			t.Errorf("%+v", last)
		}
		ids := map[string]bool{}
		for _, m := range list {
			if ids[m.ID] {
				t.Errorf("%s comes twice", m.ID)
			}
			ids[m.ID] = true
		}
	})
}

// Waiting and falling back are told, once for all questions of a stage.
func TestAPI_ChatReportsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(scenario.Scenario{ID: "down", Name: "down",
			Rules: []scenario.Rule{{Name: "down", Fault: scenario.Fault{Error: "overloaded"}}}}, simulator.Options{})
		s := open(t, api.Options{}, models(sim))
		id := s.start(s.given("tide", "night_bus.txt"))
		s.rests(id)
		time.Sleep(10 * time.Minute) // some rounds
		for into[client.RunState](s.get("/api/runs/"+id+"/state").is(200)).State.Status != run.Waiting {
			time.Sleep(time.Second)
		}
		synctest.Wait() // until all of its questions wait
		waits := 0
		var last client.Message
		for _, m := range into[[]client.Message](s.get("/api/projects/tide/chat").is(200)) {
			if last = m; strings.Contains(m.Content, "waits until") {
				waits++
			}
		}
		if waits != 1 || len(last.Actions) != 3 || last.Actions[0].Endpoint != "/api/runs/"+id+"/try-now" {
			t.Errorf("%d times: %+v", waits, last)
		}
		s.post("/api/runs/"+id+"/cancel", nil).is(200)
		for _, m := range into[[]client.Message](s.get("/api/projects/tide/chat").is(200)) {
			if last = m; strings.Contains(m.Content, "waits until") && len(m.Actions) != 1 {
				t.Errorf("after the end: %+v", m)
			}
		}
		if last.Content != "The run was cancelled." || last.Actions[0].Endpoint != "/api/runs/"+id+"/retry-failed-stage" {
			t.Errorf("%+v", last)
		}
	})
}

// However much has happened in a project, its chat tells of the newest run.
func TestAPI_ChatReportsTheNewestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := idle(t, api.Options{}, app.Config{})
		_, tell := s.quiet("tide")
		for range 21 {
			tell(1000)
		}
		time.Sleep(time.Second)
		id := s.start(client.RunRequest{ProjectID: "tide",
			InputFile: into[[]client.Input](s.get("/api/projects/tide/inputs").is(200))[0].StoredPath})
		list := into[[]client.Message](s.get("/api/projects/tide/chat").is(200))
		if len(list) == 0 || list[len(list)-1].RunID != id {
			t.Errorf("%+v", list)
		}
	})
}

// crowd counts how many blobs are read at once.
type crowd struct {
	artifact.Blobs
	now, most atomic.Int64
}

func (c *crowd) Get(ctx context.Context, d artifact.Digest) ([]byte, error) {
	n := c.now.Add(1)
	defer c.now.Add(-1)
	c.most.Store(max(c.most.Load(), n))
	time.Sleep(time.Second)
	return c.Blobs.Get(ctx, d)
}

// However many look into files, few of these are in memory at once.
func TestInputsHandler_FewFilesAreInMemoryAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{}
		s := idleOn(t, api.Options{}, app.Config{}, func(seams *storage.Store) {
			c.Blobs = seams.Blobs
			seams.Blobs = c
		})
		b := s.given("tide", "night_bus.txt")
		atOnce(20, func() string { return string(s.get("/api/projects/tide/inputs/" + b.InputFile).is(200).body) })
		if n := c.most.Load(); n == 0 || n > 2 {
			t.Errorf("%d at once", n)
		}
	})
}
