package sqlite_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
)

// An old database has four runs of an event log as it was then: one that is over, one
// that a person has to confirm, one whose process died, and one that was not begun.
var (
	oldRuns = []string{"over", "paused", "dead", "queued"}
	oldLogs = map[string][]string{
		"over": {
			`{"event":"pipeline_started","recipe_id":"r","project_id":"p","stage_ids":["a"]}`,
			`{"event":"stage_started","stage_id":"a","module":"m"}`,
			`{"event":"artifact_saved","stage_id":"a","artifact_type":"scene","entity_id":"scene_001","version":1,"health":"valid"}`,
			`{"event":"stage_finished","stage_id":"a","cost_usd":0.5,"artifacts":[{"artifact_type":"scene","entity_id":"scene_001","version":1,"path":"artifacts/scene/scene_001/v1.json"}]}`,
			`{"event":"pipeline_finished","success":true,"outcome":"done","total_cost_usd":0.5}`,
		},
		"paused": {
			`{"event":"pipeline_started","recipe_id":"r","project_id":"p","stage_ids":["a"]}`,
			`{"event":"stage_started","stage_id":"a","module":"m"}`,
			`{"event":"stage_paused","stage_id":"a","reason":"awaiting_confirmation","artifacts":[]}`,
		},
		"dead": {
			`{"event":"pipeline_started","recipe_id":"r","project_id":"p","stage_ids":["a"]}`,
			`{"event":"stage_started","stage_id":"a","module":"m"}`,
		},
		"queued": {`{"event":"pipeline_started","recipe_id":"r","project_id":"p","stage_ids":["a"]}`},
	}
	oldStatus = map[string]run.Status{"over": run.RunDone, "paused": run.Paused, "dead": run.Running, "queued": run.Queued}
)

// oldData is what the programs of a version of the schema have put into it.
func oldData(version int64) (statements []string) {
	scene := `{"n":1}`
	digest := artifact.DigestOf([]byte(scene))
	for i, id := range oldRuns {
		last := len(oldLogs[id])
		ended := 0
		epoch := 1
		until := 1000
		if id == "over" {
			ended = 1
		}
		if id == "queued" {
			epoch = 0
			until = 0
		}
		columns := "id, position, project_id, last_seq, ended, epoch, claim_until"
		values := fmt.Sprintf("'%s', %d, 'p', %d, %d, %d, %d", id, i+1, last, ended, epoch, until)
		if version >= 3 {
			wake := "0"
			if id == "paused" {
				wake = "9223372036854775807"
			}
			columns += ", root, holder, wake_at"
			values += fmt.Sprintf(", '%s', 'a1b2c3', %s", id, wake)
		}
		statements = append(statements, fmt.Sprintf("INSERT INTO runs (%s) VALUES (%s)", columns, values))
		for seq, body := range oldLogs[id] {
			name := strings.Split(body, `"`)[3]
			statements = append(statements,
				fmt.Sprintf("INSERT INTO events (run_id, seq, ts, name, body) VALUES ('%s', %d, %d, '%s', '%s')", id, seq+1, 1700000000000+seq, name,
					body))
		}
	}
	statements = append(statements,
		fmt.Sprintf("INSERT INTO blobs (digest, data) VALUES ('%s', CAST('%s' AS BLOB))", digest, scene),
		fmt.Sprintf(`INSERT INTO artifacts (project_id, type, entity_id, version, digest, metadata) VALUES ('p', 'scene', 'scene_001', 1, '%s',
			'{"ref":{"artifact_type":"scene","entity_id":"scene_001","version":1,"path":"artifacts/scene/scene_001/v1.json"},"source":"code","health":"valid"}')`, digest))
	if version >= 2 {
		statements = append(statements,
			`INSERT INTO health (endpoint, name, version, position, data) VALUES ('anthropic', 'breaker', 3, 1, '{}')`)
	}
	if version >= 3 {
		statements = append(statements,
			`INSERT INTO answers (key, root, chain, source, run_id, body) VALUES ('k', 'dead', '', 'ai', 'dead', '{"json":{"x":1},"source":"ai"}')`)
	}
	if version >= 4 {
		statements = append(statements, `INSERT INTO projects (id, name, created, changed) VALUES ('p', 'P', 1, 1)`,
			fmt.Sprintf(`INSERT INTO inputs (project_id, name, original, digest, size, created) VALUES ('p', '1_a', 'a', '%s', 7, 1)`, digest),
			`INSERT INTO messages (project_id, id, ts, content) VALUES ('p', 'm', 1, '{}')`,
			`INSERT INTO requests (key, asked, run_id) VALUES ('k', 'sha256:x', 'over')`)
	}
	return statements
}

func TestOpen_EveryEarlierSchemaGoesOn(t *testing.T) {
	newest, err := sqlite.Schemas()
	if err != nil {
		t.Fatal(err)
	}
	for version := int64(1); version <= newest; version++ {
		t.Run(fmt.Sprint("schema ", version), func(t *testing.T) {
			dir := t.TempDir()
			if err := sqlite.MakeOld(t.Context(), dir, version, oldData(version)...); err != nil {
				t.Fatal(err)
			}
			s := open(t, dir)
			if ids := list(t, s); !slices.Equal(ids, []string{"queued", "dead", "paused", "over"}) {
				t.Errorf("the runs are %v", ids)
			}
			for id, want := range oldStatus {
				state, err := run.Load(t.Context(), s.Log, id)
				if err != nil || state.Status != want {
					t.Errorf("run %s is %s, want %s (%v)", id, state.Status, want, err)
				}
				if line, err := s.Log.Line(t.Context(), id); err != nil || len(line) != 1 || line[0].RunID != id {
					t.Errorf("the line of run %s is %v (%v)", id, line, err)
				}
			}
			checkOldWork(t, s, version)
			if p, err := s.Projects.Project(t.Context(), "p"); err != nil || version < 4 && p.Created.UnixMilli() != 1700000000000 {
				t.Errorf("the project of the runs: %+v (%v)", p, err)
			}
			if err := errors.Join(s.Maintenance.Check(t.Context()), whole(t, s)); err != nil {
				t.Error(err)
			}
		})
	}
}

// checkOldWork wants the work of an old database to go on where it stood.
func checkOldWork(t *testing.T, s *sqlite.Store, version int64) {
	t.Helper()
	due, _, err := s.Journal.Due(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, d := range due {
		ids = append(ids, d.Run)
	}
	if !slices.Equal(ids, []string{"dead", "queued"}) {
		t.Errorf("due are %v: what is paused waits for a person, and what is over is over", ids)
	}
	claim, err := s.Journal.Claim(t.Context(), "dead", time.Minute)
	if err != nil || claim.Epoch != 2 {
		t.Fatalf("claim %+v: %v", claim, err)
	}
	if saved := save(t, s, claim, draft("scene_001", `{"n":2}`)); saved[0].Metadata.Ref.Version != 2 {
		t.Errorf("the next version is %+v", saved[0].Metadata.Ref)
	}
	if events := read(t, s, "dead", 0); len(events) != 3 || events[2].Seq != 3 {
		t.Errorf("the log goes on with %d events", len(events))
	}
	if version >= 2 {
		if records, _, err := s.Health.Recall(t.Context(), 0); err != nil || len(records) != 1 {
			t.Errorf("the providers' health: %v (%v)", records, err)
		}
	}
	if version >= 3 {
		if a, err := s.Log.Answer(t.Context(), run.AnswerKey{Key: "k", Root: "dead"}); err != nil || string(a.JSON) != `{"x":1}` {
			t.Errorf("the answer is %+v (%v)", a, err)
		}
	}
}

func TestOpen_ANewerSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	newest, err := sqlite.Schemas()
	if err != nil {
		t.Fatal(err)
	}
	future := fmt.Sprintf(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, 1)`, newest+7)
	if err := sqlite.MakeOld(t.Context(), dir, newest, future); err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(t.Context(), dir)
	f, ok := errors.AsType[*failure.Error](err)
	if !ok || f.Class != failure.Input || !strings.Contains(f.Message, "newer version") || !strings.Contains(f.Message, dir) || f.Hint == "" {
		t.Errorf("%v", err)
	}
}

// A run of a schema without pinned candidates is due where the providers can be asked that it has
// asked, or where what it was begun with can.
func TestMigrate_RunsThatPinnedNobody(t *testing.T) {
	dir := t.TempDir()
	statements := oldData(4)
	for i, body := range []string{
		`{"stage_id":"a","provider":"anthropic"}`, `{"stage_id":"a","provider":"local"}`, `not JSON`,
	} {
		statements = append(statements,
			fmt.Sprintf(`INSERT INTO events (run_id, seq, ts, name, body) VALUES ('dead', %d, 1, 'attempt_started', '%s')`, i+3, body))
	}
	statements = append(statements, `UPDATE runs SET last_seq = 5 WHERE id = 'dead'`,
		`UPDATE events SET body = '{"recipe_id":"r","notice":"No key is set, so that only the offline model answers"}' WHERE run_id = 'paused' AND seq = 1`,
		`UPDATE runs SET wake_at = 0 WHERE id = 'paused'`)
	if err := sqlite.MakeOld(t.Context(), dir, 4, statements...); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	for routes, want := range map[string]string{
		"offline": "paused", "offline,name anthropic,any": "dead queued paused", "offline,name local,any": "dead queued paused",
		"offline,name openai,any": "queued paused",
	} {
		s.Journal.Carry(strings.Split(routes, ","))
		due, _, err := s.Journal.Due(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, id := range []string{"dead", "queued", "paused"} {
			if slices.ContainsFunc(due, func(d local.DueRun) bool { return d.Run == id }) {
				ids = append(ids, id)
			}
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: due are %s, want %s", routes, got, want)
		}
	}
}

// What a person edited before there was a mark for it is current if it counted then, and a version says
// which run made it.
func TestOpen_MarksEarlierEdits(t *testing.T) {
	const before = 7
	statements := oldData(before)
	digest := artifact.DigestOf([]byte(`{"n":1}`))
	for _, v := range []struct {
		entity  string
		version int
		source  artifact.Source
	}{{"scene_001", 2, artifact.Human}, {"scene_002", 1, artifact.Human}, {"scene_002", 2, artifact.Code}} {
		statements = append(statements, fmt.Sprintf(`INSERT INTO artifacts (project_id, type, entity_id, version, digest, metadata)
			VALUES ('p', 'scene', '%s', %d, '%s', '{"ref":{"artifact_type":"scene","entity_id":"%s","version":%d},"source":"%s"}')`,
			v.entity, v.version, digest, v.entity, v.version, v.source))
	}
	dir := t.TempDir()
	if err := sqlite.MakeOld(t.Context(), dir, before, statements...); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	var got []string
	for _, entity := range []string{"scene_001", "scene_002"} {
		versions, err := s.Artifacts.Versions(t.Context(), "p", "scene", entity)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range versions {
			got = append(got, fmt.Sprintf("%s:v%d current=%v chosen=%v run=%q stage=%q",
				entity, v.Ref.Version, v.Current, v.Chosen, v.RunID, v.StageID))
		}
	}
	want := []string{
		`scene_001:v1 current=false chosen=false run="over" stage="a"`, `scene_001:v2 current=true chosen=true run="" stage=""`,
		`scene_002:v1 current=false chosen=false run="" stage=""`, `scene_002:v2 current=true chosen=false run="" stage=""`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
