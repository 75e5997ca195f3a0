package api_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/artifact"
	shapes "github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
)

// groups returns the artifacts of project tide by type and entity.
func (s *site) groups(query string) map[string]client.ArtifactSummary {
	s.Helper()
	all := map[string]client.ArtifactSummary{}
	for _, g := range into[[]client.ArtifactSummary](s.get("/api/projects/tide/artifacts" + query).is(200)) {
		all[g.ArtifactType+" "+g.EntityID] = g
	}
	return all
}

// envelopes returns artifacts of project tide whole.
func (s *site) envelopes(query string) (all []artifact.Artifact) {
	s.Helper()
	a := s.get("/api/projects/tide/artifacts?format=ndjson" + query).is(200)
	if kind := a.header.Get("Content-Type"); kind != "application/x-ndjson" {
		s.Error(kind)
	}
	for line := range bytes.Lines(a.body) {
		var one artifact.Artifact
		if err := json.Unmarshal(line, &one); err != nil {
			s.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// version returns a version of an artifact of project tide with its tag.
func (s *site) version(of string, version int) (artifact.Artifact, string) {
	s.Helper()
	a := s.get(fmt.Sprintf("/api/projects/tide/artifacts/%s/%d", of, version)).is(200)
	return into[client.ArtifactDetail](a).Payload, a.header.Get("Etag")
}

// retitled returns the data of a version with another heading.
func (s *site) retitled(of string, version int, heading string) map[string]any {
	s.Helper()
	a, _ := s.version(of, version)
	var data map[string]any
	if err := json.Unmarshal(a.Data, &data); err != nil {
		s.Fatal(err)
	}
	data["heading"] = heading
	return data
}

func TestResultsHandler_GroupsSayWhatEachIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		_, id := s.done("tide", "night_bus.txt")
		all := s.groups("")
		for of, want := range map[string]struct{ title, stage string }{
			"scene scene_002":          {"EXT. HOSPITAL BUS STOP - NIGHT", "extract_scenes"},
			"raw_input project":        {"night_bus.txt", "ingest"},
			"canonical_script project": {"Night Bus", "normalize"},
			"scene_index project":      {"", "extract_scenes"},
		} {
			g := all[of]
			title := ""
			if g.Title != nil {
				title = *g.Title
			}
			if title != want.title || *g.Stage != want.stage || *g.RunID != id || g.CurrentVersion != 1 || g.Drill || g.CreatedAt.IsZero() ||
				g.Source == "" || g.Superseded {
				t.Errorf("%s: %q %+v", of, title, g)
			}
		}
		if got := s.groups("?type=scene,scene_index&entity=scene_003,project"); len(got) != 2 || got["scene scene_003"].LatestVersion != 1 {
			t.Errorf("%v", got)
		}
		for _, query := range []string{"?format=xml", "?current=maybe", "?superseded=2"} {
			s.get("/api/projects/tide/artifacts"+query).fails(422, "invalid_request")
		}
	})
}

// All scenes come by one request, the current versions or the latest.
func TestResultsHandler_Lines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		b := s.given("tide", "night_bus.txt")
		s.rests(s.start(b))
		all := s.envelopes("&type=scene")
		if len(all) != 7 || all[6].Metadata.Ref.EntityID != "scene_007" || !strings.Contains(string(all[1].Data), "TOBIAS") {
			t.Fatalf("%d: %+v", len(all), all)
		}
		s.post("/api/projects/tide/artifacts/scene/scene_002/edit",
			client.Edit{Data: map[string]any{"heading": "EXT. PIER"}, Rationale: "x"}).is(200)
		b.Force = true
		b.RunID = "again"
		s.rests(s.start(b))
		scene := "&type=scene&entity=scene_002"
		if got := s.envelopes(scene); len(got) != 1 || got[0].Metadata.Ref.Version != 2 || string(got[0].Data) != `{"heading":"EXT. PIER"}` {
			t.Errorf("%+v", got)
		}
		accept := s.get("/api/projects/tide/artifacts?type=scene&entity=scene_002", "Accept: application/x-ndjson").is(200)
		if !bytes.HasPrefix(accept.body, []byte(`{"metadata":`)) {
			t.Errorf("%s", accept.body)
		}
		latest := s.envelopes(scene + "&current=false")
		if m := latest[0].Metadata; m.Ref.Version != 3 || m.Annotations[artifact.Superseded] == nil {
			t.Errorf("the version of a run beside a person's: %+v", m)
		}
		s.get("/api/projects/nobodys/artifacts?format=ndjson").fails(404, "project_not_opened")
	})
}

// An index of an earlier release is given out with what it lacks, where a scene has it.
func TestResultsHandler_CompletesEarlierIndexes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		s.done("tide", "night_bus.txt")
		stored, _ := s.version("scene_index/project", 1)
		var now shapes.SceneIndex
		if err := json.Unmarshal(stored.Data, &now); err != nil {
			t.Fatal(err)
		}
		var earlier []map[string]any
		for _, e := range now.Entries {
			earlier = append(earlier, map[string]any{"scene_id": e.SceneID, "scene_number": e.SceneNumber, "heading": e.Heading, "mine": 5})
		}
		earlier[6]["heading"] = "INT. ELSEWHERE"
		s.post("/api/projects/tide/artifacts/scene_index/project/edit",
			client.Edit{Data: map[string]any{"entries": earlier}, Rationale: "x"}).is(200)
		given, _ := s.version("scene_index/project", 2)
		var got struct{ Entries []map[string]any }
		if err := json.Unmarshal(given.Data, &got); err != nil {
			t.Fatal(err)
		}
		first := now.Entries[0]
		if e := got.Entries[0]; e["page_eighths"] != float64(first.PageEighths) || e["int_ext"] != first.IntExt || e["mine"] != 5.0 ||
			len(e["characters"].([]any)) != len(first.Cast) || e["health"] != string(first.Health) {
			t.Errorf("%v, want %+v", e, first)
		}
		if e := got.Entries[6]; e["page_eighths"] != nil || len(e) != len(got.Entries[0]) {
			t.Errorf("of a scene that is not there: %v", e)
		}
	})
}

func TestResultsHandler_EditsAreChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		s.done("tide", "night_bus.txt")
		at := "/api/projects/tide/artifacts/"
		p := s.post(at+"canonical_script/project/edit", client.Edit{Data: map[string]any{"script_text": 5, "line_map": []any{map[string]any{
			"start_line": "one"}}}, Rationale: "x"}).fails(422, "invalid_request")
		var got []string
		for _, e := range p.Errors {
			got = append(got, e.Pointer+" "+e.Detail)
		}
		want := []string{"/data/line_map/0/start_line is a string, want a whole number", "/data/script_text is the number 5, want a string"}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		if g := s.groups("")["canonical_script project"]; g.LatestVersion != 1 {
			t.Errorf("%+v", g)
		}
	})
}

// Of two edits that saw the same version one is made, however close together they come.
func TestResultsHandler_OneOfTwoEditsIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		s.done("tide", "night_bus.txt")
		const of = "scene/scene_001"
		for n := 1; n <= 50; n++ {
			_, tag := s.version(of, n)
			statuses := make([]int, 2)
			data := []map[string]any{s.retitled(of, n, fmt.Sprint(n, " by one")), s.retitled(of, n, fmt.Sprint(n, " by the other"))}
			var both sync.WaitGroup
			for i := range statuses {
				both.Go(func() {
					a := s.post("/api/projects/tide/artifacts/"+of+"/edit",
						client.Edit{Data: data[i], Rationale: "x"}, "If-Match: "+tag)
					statuses[i] = a.status
					if a.status == 412 {
						a.fails(412, "artifact_changed")
					}
				})
			}
			both.Wait()
			if slices.Sort(statuses); !slices.Equal(statuses, []int{200, 412}) {
				t.Fatalf("%d: %v", n, statuses)
			}
		}
		if g := s.groups("")["scene scene_001"]; g.LatestVersion != 51 || g.CurrentVersion != 51 {
			t.Errorf("%+v", g)
		}
	})
}

func TestResultsHandler_RestoreAndConfirm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		s.done("tide", "night_bus.txt")
		const of = "scene/scene_001"
		at := "/api/projects/tide/artifacts/" + of
		_, first := s.version(of, 1)
		edit := client.Edit{Data: s.retitled(of, 1, "INT. ELSEWHERE - DAY"), Rationale: "better"}
		part := client.Edit{Data: map[string]any{"heading": "INT. ELSEWHERE - DAY"}, Rationale: "better"}
		if p := s.post(at+"/edit", part, "If-Match: "+first).fails(422, "invalid_request"); len(p.Errors) == 0 {
			t.Errorf("%+v", p)
		}
		edited := s.post(at+"/edit", edit, "If-Match: "+first).is(200).header.Get("ETag")
		for _, tag := range []string{first, `"x"`, `"v3-1"`} {
			s.post(at+"/edit", edit, "If-Match: "+tag).fails(412, "artifact_changed")
			s.post(at+"/restore", client.Restoration{Version: 1, Rationale: "x"}, "If-Match: "+tag).fails(412, "artifact_changed")
			s.post(at+"/confirm", nil, "If-Match: "+tag).fails(412, "artifact_changed")
		}
		_, second := s.version(of, 2)
		if edited != second {
			t.Errorf("%s of the edit, and %s of what it made", edited, second)
		}
		if got := into[client.Edited](s.post(at+"/restore", client.Restoration{Version: 1, Rationale: "it was better"},
			`If-Match: "x", W/`+second).is(200)); got.Version != 1 || got.Path != "artifacts/scene/scene_001/v1.json" {
			t.Errorf("%+v", got)
		}
		g := s.groups("")["scene scene_001"]
		if g.CurrentVersion != 1 || g.LatestVersion != 2 || *g.Title == "INT. ELSEWHERE - DAY" || g.Health != artifact.NeedsReview {
			t.Errorf("%+v", g)
		}
		versions := into[[]client.ArtifactVersion](s.get(at).is(200))
		if !versions[0].Current || versions[1].Current || versions[1].Rationale != "better" || versions[1].RunID != nil {
			t.Errorf("%+v", versions)
		}
		if a, _ := s.version(of, 2); a.Metadata.Annotations[artifact.Superseded] == nil {
			t.Errorf("%+v", a.Metadata)
		}
		s.post(at+"/confirm", client.Confirmation{Rationale: "read twice"}, "If-Match: *").is(200)
		if g := s.groups("")["scene scene_001"]; g.Health != artifact.ConfirmedValid || g.CurrentVersion != 1 {
			t.Errorf("%+v", g)
		}
		if a, tag := s.version(of, 1); a.Metadata.Health != artifact.ConfirmedValid || tag == first {
			t.Errorf("%+v", a.Metadata)
		}
		s.post(at+"/restore", client.Restoration{Version: 9, Rationale: "x"}).fails(404, "artifact_not_found")
		s.post(at+"/restore", `{"rationale":"x"}`).fails(422, "invalid_request")
		s.post(at+"/restore", `{"version":1}`).fails(422, "invalid_request")
		s.post("/api/projects/tide/artifacts/scene/none/confirm", nil).fails(404, "artifact_not_found")
		s.post("/api/projects/nobodys/artifacts/scene/none/confirm", nil).fails(404, "project_not_opened")
	})
}

// What a script has no more is shown no more, and nothing that is shown is stale: a person edits
// the script, and goes on from there.
func TestResultsHandler_GoOnFromAnEdit(t *testing.T) {
	for name, goOn := range map[string]func(s *site, b client.RunRequest, id string) string{
		"start": func(s *site, b client.RunRequest, _ string) string {
			b.StartFrom = "extract_scenes"
			return s.start(b)
		},
		"retry": func(s *site, _ client.RunRequest, id string) string {
			return into[client.Started](s.post("/api/runs/"+id+"/retry", client.RetryRequest{From: "extract_scenes", Newest: true}).is(200)).RunID
		},
		"newest": func(s *site, _ client.RunRequest, id string) string {
			return into[client.Started](s.post("/api/runs/"+id+"/retry", client.RetryRequest{Newest: true}).is(200)).RunID
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t, api.Options{}, app.Config{})
				b := s.given("tide", "night_bus.txt")
				id := s.start(b)
				s.rests(id)
				const of = "canonical_script/project"
				script, tag := s.version(of, 1)
				var data map[string]any
				if err := json.Unmarshal(script.Data, &data); err != nil {
					t.Fatal(err)
				}
				text := strings.ReplaceAll(data["script_text"].(string), "TOBIAS", "ORSINO")
				text, _, _ = strings.Cut(strings.ReplaceAll(text, "Tobias", "Orsino"), "INT. ") // one scene is left
				text += "INT. NIGHT BUS - NIGHT\n\nORSINO sits.\n\nEXT. PIER - DAWN\n\nThe sea.\n"
				data["script_text"] = text
				s.post("/api/projects/tide/artifacts/"+of+"/edit", client.Edit{Data: data, Rationale: "a better name"}, "If-Match: "+tag).is(200)
				if g := s.groups(""); g["scene scene_001"].Health != artifact.Stale || g["canonical_script project"].CurrentVersion != 2 {
					t.Errorf("%+v", g)
				}
				if a, _ := s.version("scene/scene_001", 1); fmt.Sprint(a.Metadata.Annotations[artifact.StaleBy]) == "<nil>" {
					t.Errorf("%+v", a.Metadata)
				}
				next := goOn(s, b, id)
				if st := s.rests(next).State; st.Status != run.RunDone {
					t.Fatalf("%s: %s", st.Status, st.Error)
				}
				all := s.groups("")
				scenes := 0
				for of, g := range all {
					if g.Health == artifact.Stale {
						t.Errorf("%s is stale", of)
					}
					if g.ArtifactType == artifact.Scene {
						scenes++
					}
				}
				if scenes != 2 || *all["scene scene_002"].Title != "EXT. PIER - DAWN" {
					t.Errorf("%d scenes: %v", scenes, all)
				}
				if g := s.groups("?superseded=true"); len(g) != len(all)+5 || !g["scene scene_007"].Superseded {
					t.Errorf("%d of %d", len(g), len(all))
				}
				if n := into[client.Project](s.get("/api/projects/tide").is(200)).ArtifactGroups; n != len(all) {
					t.Errorf("the project counts %d groups of %d", n, len(all))
				}
				// The old words are in the file that was given, and nowhere else.
				for _, path := range []string{"/artifacts?format=ndjson&type=scene,scene_index,project_config,canonical_script", "/search?q=tobias",
					"/export?format=json", "/export?format=csv", "/export?format=fountain", "/export?format=fdx"} {
					if body := s.get("/api/projects/tide" + path).is(200).body; bytes.Contains(bytes.ReplaceAll(bytes.ToLower(body),
						[]byte(`"query":"tobias"`), nil), []byte("tobias")) {
						t.Errorf("%s has the old words: %s", path, body)
					}
				}
				if a := s.get("/api/projects/tide/export?format=fountain").is(200); string(a.body) != text {
					t.Errorf("the script is exported as %q", a.body)
				}
				if a := s.get("/api/runs/" + id + "/export?format=fountain").is(200); string(a.body) != text {
					t.Error("the run's script is not what a person made of it")
				}
			})
		})
	}
}

func TestResultsHandler_Exports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		s.project("empty")
		for _, format := range []string{"fountain", "fdx", "csv", "json"} {
			s.get("/api/projects/empty/export?format="+format).fails(404, "artifact_not_found")
		}
		s.get("/api/projects/empty/export").is(200)
		_, runID := s.done("tide", "night_bus.txt")
		s.post("/api/projects/tide/artifacts/scene/scene_002/edit", client.Edit{Rationale: "x", Data: map[string]any{
			"scene_number": 2, "heading": "=HYPERLINK(\"http://x\")", "location": "＝1+1", "time_of_day": "\t-1", "summary": "+1\n@A",
			"characters_present": []string{"-A", "B"}}}).is(200)
		for _, at := range []string{"/api/projects/tide/export?format=", "/api/runs/" + runID + "/export?format="} {
			table := s.get(at + "csv").is(200)
			text, marked := strings.CutPrefix(string(table.body), "\uFEFF")
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil || !marked || len(rows) != 8 || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
				t.Fatalf("%v %v %s", err, marked, table.body)
			}
			for _, row := range rows {
				for _, cell := range row {
					if cell != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(cell)[0]) {
						t.Errorf("a formula: %q", cell)
					}
				}
			}
			if got := rows[2][2]; got != `'=HYPERLINK("http://x")` {
				t.Errorf("%q", got)
			}
			if d := table.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment; filename=") {
				t.Error(d)
			}
			doc := into[struct {
				Script struct{ Version int }
				Scenes []struct{ Data shapes.Scene }
				Config shapes.ProjectConfig
			}](s.get(at + "json").is(200))
			if doc.Script.Version != 1 || len(doc.Scenes) != 7 || doc.Scenes[2].Data.SceneNumber != 3 || doc.Config.Format == "" {
				t.Errorf("%+v", doc)
			}
			if err := xml.Unmarshal(s.get(at+"fdx").is(200).body, new(struct{})); err != nil {
				t.Error(err)
			}
			s.get(at+"pdf").fails(422, "invalid_request")
		}
		s.get("/api/projects/nobodys/export?format=csv").fails(404, "project_not_opened")
		s.get("/api/runs/none/export?format=csv").fails(404, "run_state_not_found")
	})
}

// A view of 500 scenes takes three requests: the script, its index, and what each artifact is.
func TestResultsHandler_AViewOfManyScenesIsSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		s.project("tide")
		up := into[client.Uploaded](s.upload("tide", "long.fountain", []byte(longScript(500))).is(201))
		b := client.RunRequest{ProjectID: "tide", InputFile: up.StoredPath, AcceptConfig: true}
		if st := s.rests(s.start(b)).State; st.Status != run.RunDone {
			t.Fatalf("%s: %s", st.Status, st.Error)
		}
		bytesSent := 0
		for _, path := range []string{"/artifacts", "/artifacts/scene_index/project/1", "/artifacts/canonical_script/project/1"} {
			body := s.get("/api/projects/tide" + path).is(200).body
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			w.Write(body) //nolint:errcheck // to memory
			w.Close()     //nolint:errcheck // to memory
			t.Logf("%s: %d bytes, %d compressed", path, len(body), packed.Len())
			bytesSent += packed.Len()
		}
		if len(s.groups("?type=scene")) != 500 || bytesSent > 150_000 {
			t.Errorf("the view takes %d bytes", bytesSent)
		}
	})
}

// longScript makes up a script of many scenes whose words do not repeat as those of a sample would.
func longScript(scenes int) string {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same in each test
	syllables := strings.Fields("ba ko li mu ne sa to ra vi den gar hol mar pin sul tor wen yan zel qui")
	vocabulary := make([]string, 2000)
	for i := range vocabulary {
		for range 1 + r.IntN(3) {
			vocabulary[i] += syllables[r.IntN(len(syllables))]
		}
	}
	words := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = vocabulary[int(float64(len(vocabulary))*r.Float64()*r.Float64())] // some are used more than others
		}
		return strings.Join(list, " ")
	}
	var b strings.Builder
	for range scenes {
		fmt.Fprintf(&b, "INT. %s - NIGHT\n\n%s.\n\n", strings.ToUpper(words(2)), words(20))
		for range 3 {
			fmt.Fprintf(&b, "%s\n%s.\n\n", strings.ToUpper(vocabulary[r.IntN(20)]), words(10))
		}
	}
	return b.String()
}
