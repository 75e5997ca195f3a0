package client_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// TestClient_RunFromUploadToExport does what a program does that has a story told.
func TestClient_RunFromUploadToExport(t *testing.T) {
	w := newWorld(t, app.Config{}, api.Options{Tokens: tokens})
	c, ctx := on(t, w.handler, client.Options{Token: token}), t.Context()

	health, err := c.Health(ctx)
	ready, err2 := c.Ready(ctx)
	if err = errors.Join(err, err2); err != nil || health.Status != "ok" || ready.Status != "ready" || health.Version != "test" {
		t.Fatalf("%+v, %+v: %v", health, ready, err)
	}
	recipes, err := c.Recipes.List(ctx)
	if err != nil || len(recipes) == 0 || recipes[0].RecipeID != "mvp_ingest" || len(recipes[0].Stages) != 4 {
		t.Fatalf("%+v: %v", recipes, err)
	}
	if _, err := c.Projects.Open(ctx, "story"); code(err) != "project_not_found" {
		t.Errorf("a project that is not there: %v", err)
	}
	p, err := c.Projects.Create(ctx, client.NewProject{Slug: "story", DisplayName: "A Story"})
	if err != nil || p.ProjectID != "story" || p.DisplayName != "A Story" {
		t.Fatalf("%+v: %v", p, err)
	}
	up, err := c.Projects.Upload(ctx, "story", "lighthouse \"é\".md", story(t))
	if err != nil || up.OriginalName != "lighthouse \"é\".md" || up.Scenes != 5 {
		t.Fatalf("%+v: %v", up, err)
	}
	inputs, err := c.Projects.Inputs(ctx, "story")
	if err != nil || len(inputs) != 1 || !reflect.DeepEqual(inputs[0], up.Input) {
		t.Errorf("%+v, uploaded %+v: %v", inputs, up.Input, err)
	}
	ask := client.RunRequest{ProjectID: "story", InputFile: up.StoredPath, AcceptConfig: true}
	first, err := c.Runs.Start(ctx, "key-1", ask)
	again, err2 := c.Runs.Start(ctx, "key-1", ask)
	if err = errors.Join(err, err2); err != nil || first.Existing || !again.Existing || first.RunID != again.RunID {
		t.Fatalf("one key gave %+v and %+v: %v", first, again, err)
	}
	ask.Force = true
	if _, err := c.Runs.Start(ctx, "key-1", ask); code(err) != "idempotency_key_reused" {
		t.Errorf("a key used for something else: %v", err)
	}
	id := first.RunID
	followed := all(t, c.Runs.Follow(ctx, id, 0))
	if last := followed[len(followed)-1]; !event.Terminal(last.Body) {
		t.Errorf("the last event is %s", last.Body.EventName())
	}
	paged := pages(t, c, id, 7)
	if !slices.EqualFunc(followed, paged, same) {
		t.Errorf("%d events were followed, and %d are on the pages", len(followed), len(paged))
	}
	if behind := all(t, c.Runs.Follow(ctx, id, paged[9].Seq)); !slices.EqualFunc(behind, followed[10:], same) {
		t.Errorf("%d events behind the tenth of %d", len(behind), len(followed))
	}
	if rest := all(t, c.Runs.Follow(ctx, id, paged[len(paged)-1].Seq)); len(rest) > 0 {
		t.Errorf("behind the last event comes %+v", rest)
	}
	state, tag, err := c.Runs.State(ctx, id, "")
	if err != nil || state.State.Status != run.RunDone || state.State.LastSeq != int64(len(followed)) || tag == "" {
		t.Fatalf("state %+v, tag %q: %v", state.State, tag, err)
	}
	if _, now, err := c.Runs.State(ctx, id, tag); !errors.Is(err, client.ErrUnchanged) {
		t.Errorf("tag %q of what did not change: %q, %v", tag, now, err)
	}
	seesProject(t, c)
	exports(t, c, state.State)
}

func seesProject(t *testing.T, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	p, err := c.Projects.Get(ctx, "story")
	recent, err2 := c.Projects.Recent(ctx, 1)
	if err = errors.Join(err, err2); err != nil || p.RunCount != 1 || len(recent) != 1 || recent[0].ProjectPath != "story" {
		t.Errorf("%+v, %+v: %v", p, recent, err)
	}
	made, err := c.Artifacts.List(ctx, "story")
	if err != nil || !slices.ContainsFunc(made, func(a client.ArtifactSummary) bool { return a.ArtifactType == artifact.SceneIndex }) {
		t.Errorf("%+v: %v", made, err)
	}
	edited, err := c.Artifacts.Update(ctx, "story", artifact.ProjectConfig, artifact.ProjectEntity,
		client.Edit{Data: map[string]any{"title": "Mine"}, Rationale: "better"})
	if err != nil || edited.Version != 2 {
		t.Errorf("%+v: %v", edited, err)
	}
	versions, err := c.Artifacts.Versions(ctx, "story", artifact.ProjectConfig, artifact.ProjectEntity)
	if err != nil || len(versions) != 2 || versions[1].Source != artifact.Human {
		t.Errorf("%+v: %v", versions, err)
	}
	one, err := c.Artifacts.Get(ctx, "story", artifact.ProjectConfig, artifact.ProjectEntity, 2)
	if err != nil || !bytes.Contains(one.Payload.Data, []byte("Mine")) {
		t.Errorf("%+v: %v", one, err)
	}
	if _, err := c.Artifacts.Get(ctx, "story", "nothing", "x", 1); code(err) != "artifact_not_found" {
		t.Errorf("an artifact that is not there: %v", err)
	}
}

// changesArtifacts goes back to a version, confirms it and edits it, each as it was seen.
func changesArtifacts(t *testing.T, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	_, tag, err := c.Artifacts.GetTagged(ctx, "story", artifact.ProjectConfig, artifact.ProjectEntity, 2)
	of := client.OfArtifact{ProjectID: "story", ArtifactType: artifact.ProjectConfig, EntityID: artifact.ProjectEntity, Tag: tag}
	back, err2 := c.Artifacts.Restore(ctx, of, client.Restoration{Version: 1, Rationale: "it was better"})
	if err = errors.Join(err, err2); err != nil || back.Version != 1 {
		t.Errorf("%+v: %v", back, err)
	}
	if _, err := c.Artifacts.Confirm(ctx, of, client.Confirmation{}); code(err) != "artifact_changed" {
		t.Errorf("of a version that is not current: %v", err)
	}
	of.Tag = ""
	if confirmed, err := c.Artifacts.Confirm(ctx, of, client.Confirmation{Rationale: "read"}); err != nil || confirmed.Version != 1 {
		t.Errorf("%+v: %v", confirmed, err)
	}
	first, tag, err := c.Artifacts.GetTagged(ctx, "story", artifact.ProjectConfig, artifact.ProjectEntity, 1)
	of.Tag = tag
	if _, err := c.Artifacts.UpdateAt(ctx, of, client.Edit{Data: map[string]any{"title": "Ours"}}); code(err) != "invalid_request" {
		t.Errorf("with hardly a member: %v", err)
	}
	var data map[string]any
	err = errors.Join(err, json.Unmarshal(first.Payload.Data, &data))
	data["title"] = "Ours"
	again, err2 := c.Artifacts.UpdateAt(ctx, of, client.Edit{Data: data, Rationale: "better still"})
	if err = errors.Join(err, err2); err != nil || again.Version != 3 {
		t.Errorf("%+v: %v", again, err)
	}
	chosen, err := c.Artifacts.Select(ctx, "story", client.ArtifactsQuery{Types: []string{artifact.ProjectConfig}})
	if err != nil || len(chosen) != 1 || chosen[0].CurrentVersion != 3 || *chosen[0].Title != "Ours" {
		t.Errorf("%+v: %v", chosen, err)
	}
	scenes := 0
	whole := client.ArtifactsQuery{Types: []string{artifact.Scene}, Latest: true, Superseded: true}
	for a, err := range c.Artifacts.Stream(ctx, "story", whole) {
		if err != nil || a.Metadata.Ref.ArtifactType != artifact.Scene || len(a.Data) == 0 {
			t.Errorf("%+v: %v", a.Metadata, err)
		}
		scenes++
	}
	for range c.Artifacts.Stream(ctx, "story", client.ArtifactsQuery{}) {
		break // may be left at any time
	}
	if scenes == 0 {
		t.Error("no scenes")
	}
	for _, err := range c.Artifacts.Stream(ctx, "none", client.ArtifactsQuery{}) {
		if code(err) != "project_not_opened" {
			t.Error(err)
		}
	}
}

func exports(t *testing.T, c *client.Client, s run.State) {
	t.Helper()
	changesArtifacts(t, c)
	for f, begins := range map[client.ExportFormat]string{
		client.ExportFountain: "", client.ExportFDX: "<?xml", client.ExportJSON: "{", client.ExportCSV: "\uFEFFscene,number",
		client.ExportFiles: "PK",
	} {
		var ofRun, ofProject bytes.Buffer
		name, err := c.Runs.ExportAs(t.Context(), s.RunID, f, &ofRun)
		_, err2 := c.Projects.Export(t.Context(), "story", f, &ofProject)
		for _, got := range []string{ofRun.String(), ofProject.String()} {
			if err = errors.Join(err, err2); err != nil || name == "" || got == "" || !strings.HasPrefix(got, begins) {
				t.Errorf("%s: %q, %.40q: %v", f, name, got, err)
			}
		}
	}
	if _, err := c.Projects.Export(t.Context(), "none", client.ExportCSV, io.Discard); code(err) != "project_not_opened" {
		t.Error(err)
	}
	var archive bytes.Buffer
	if err := c.Runs.Export(t.Context(), s.RunID, &archive); err != nil {
		t.Fatal(err)
	}
	files, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	if err != nil || len(files.File) < 8 || files.File[0].Name != "runs/"+s.RunID+"/run_state.json" {
		t.Errorf("the archive has %d files: %v", len(files.File), err)
	}
	if err := c.Runs.Export(t.Context(), "run-none", io.Discard); code(err) != "run_state_not_found" {
		t.Errorf("of a run that is not there: %v", err)
	}
}

// TestClient_OperatorActs pauses, resumes, retries and cancels runs, and holds a provider.
func TestClient_OperatorActs(t *testing.T) {
	w := newWorld(t, simulated(fast), api.Options{})
	c, ctx := on(t, w.handler, client.Options{}), t.Context()
	id := begun(t, c, story(t), client.RunRequest{})
	until(t, c, id, run.Paused)
	if err := c.Runs.TryNow(ctx, id); code(err) != "run_paused" {
		t.Errorf("to try a paused run now: %v", err)
	}
	if err := c.Runs.Resume(ctx, id, client.ResumeRequest{}); err != nil {
		t.Fatal(err)
	}
	until(t, c, id, run.RunDone)
	if err := c.Runs.Resume(ctx, id, client.ResumeRequest{}); code(err) != "not_paused" {
		t.Errorf("to resume a run that is done: %v", err)
	}
	if err := c.Runs.Cancel(ctx, id); code(err) != "run_over" {
		t.Errorf("to cancel a run that is done: %v", err)
	}
	if _, err := c.Runs.RetryFailedStage(ctx, id, ""); code(err) != "no_failed_stage" {
		t.Errorf("to retry a run that is done: %v", err)
	}
	retried(t, c, id)

	held, err := c.Providers.HoldFor(ctx, "anthropic", "they asked us to", 90*time.Second)
	if err != nil || held.Held == nil || held.Held.Reason != "they asked us to" {
		t.Fatalf("%+v: %v", held, err)
	}
	waiting := begun(t, c, strings.NewReader("INT. OTHER ROOM - DAY\n\nSomebody else is here.\n"), client.RunRequest{AcceptConfig: true})
	until(t, c, waiting, run.Waiting)
	if err := c.Runs.TryNow(ctx, waiting); err != nil {
		t.Error(err)
	}
	if err := c.Runs.Cancel(ctx, waiting); err != nil {
		t.Fatal(err)
	}
	until(t, c, waiting, run.RunCancelled)
	next, err := c.Runs.RetryFailedStage(ctx, waiting, "again")
	if err != nil || next.RunID == waiting {
		t.Errorf("%+v: %v", next, err)
	}
	if _, err := c.Providers.Probe(ctx, "anthropic", "the page is green"); err != nil {
		t.Error(err)
	}
	if free, err := c.Providers.Release(ctx, "anthropic", "they are through"); err != nil || free.Held != nil || len(free.Ended) != 1 ||
		free.Ended[0].Hold == nil {
		t.Errorf("%+v: %v", free, err)
	}
	for _, name := range []string{"anthropic:claude-sonnet-4-6", "ANTHROPIC_API_KEY"} {
		if free, err := c.Providers.Release(ctx, name, "nothing is in the way"); err != nil || free.Name != "anthropic" || free.Ended == nil ||
			len(free.Ended) > 0 {
			t.Errorf("%s: %+v: %v", name, free, err)
		}
	}
	if _, err := c.Providers.Release(ctx, "anthropic:a/b?c#d", "x"); code(err) != "model_not_found" {
		t.Errorf("a model that is not there: %v", err)
	}
	until(t, c, next.RunID, run.RunDone)
	if _, err := c.Providers.HoldFor(ctx, "nobody", "x", time.Hour); code(err) != "provider_not_found" {
		t.Errorf("a provider that is not there: %v", err)
	}
	all, err := c.Providers.List(ctx)
	turns, err2 := c.Providers.Transitions(ctx, 2)
	history, errH := c.Providers.History(ctx, client.HistoryQuery{Provider: "anthropic", Window: time.Hour, Bucket: time.Minute, Drills: true})
	if errH != nil || len(history.Providers) != 1 || history.BucketSeconds != 60 || !history.Drill {
		t.Errorf("%+v, %v", history, errH)
	}
	newest, errE := c.Providers.Events(ctx, client.ProviderEventsQuery{Provider: "anthropic", Before: 1 << 40, After: 1})
	if errE != nil {
		t.Error(newest, errE)
	}
	if in, err := c.Incident(ctx, time.Now().Add(-time.Hour)); err != nil || in.Message == "" {
		t.Errorf("%+v, %v", in, err)
	}
	if drills, err := c.Drills(ctx); err != nil || len(drills) == 0 {
		t.Error(drills, err)
	}
	if err = errors.Join(err, err2); err != nil || len(all) != 3 || !all[0].Configured || all[0].Attempts == 0 || len(turns) != 2 ||
		turns[0].To != "released" {
		t.Errorf("%+v, %+v: %v", all, turns, err)
	}
	listed(t, c, 4)
}

// retried looks at the plan of a retry, and does it only as planned.
func retried(t *testing.T, c *client.Client, id string) {
	t.Helper()
	ctx := t.Context()
	plan, tag, err := c.Runs.RetryPlan(ctx, id, client.RetryRequest{From: "project_config"})
	if err != nil || plan.Mode != event.RetryFrom || len(plan.Kept) != 3 || len(plan.Redone) != 1 || tag == "" {
		t.Fatalf("%+v, tag %q: %v", plan, tag, err)
	}
	if _, err := c.Runs.Retry(ctx, id, "", client.RetryRequest{Full: true}, tag); code(err) != "plan_changed" {
		t.Errorf("a retry that is not the plan: %v", err)
	}
	next, err := c.Runs.Retry(ctx, id, "retry-1", client.RetryRequest{From: "project_config"}, tag)
	if err != nil || next.RunID == id {
		t.Fatalf("%+v: %v", next, err)
	}
	until(t, c, next.RunID, run.Paused)
	if err := c.Runs.Cancel(ctx, next.RunID); err != nil {
		t.Fatal(err)
	}
}

// listed goes through the list of runs one by one.
func listed(t *testing.T, c *client.Client, want int) {
	t.Helper()
	var ids []string
	for q := (client.RunsQuery{Limit: 1}); ; {
		page, err := c.Runs.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Runs {
			ids = append(ids, r.RunID)
		}
		if q.Cursor = page.NextCursor; q.Cursor == "" {
			break
		}
	}
	whole, err := c.Runs.List(t.Context(), client.RunsQuery{})
	if err != nil || len(ids) != want || len(whole.Runs) != want {
		t.Fatalf("%v by ones, %d at once, want %d: %v", ids, len(whole.Runs), want, err)
	}
	cancelled, err := c.Runs.List(t.Context(), client.RunsQuery{Status: run.RunCancelled, Project: "story"})
	if err != nil || len(cancelled.Runs) != 1 {
		t.Errorf("%+v: %v", cancelled, err)
	}
}

// until follows a run until it stands as wanted.
func until(t *testing.T, c *client.Client, id string, want run.Status) {
	t.Helper()
	state := run.NewState()
	for e, err := range c.Runs.Follow(t.Context(), id, 0) {
		if err == nil {
			err = state.Apply(e.Event)
		}
		if err != nil {
			t.Fatal(err)
		}
		if state.Status == want {
			return
		}
	}
	t.Fatalf("run %s is %s, want %s: %s", id, state.Status, want, state.Error)
}

func all(t *testing.T, events func(func(client.Event, error) bool)) (got []client.Event) {
	t.Helper()
	for e, err := range events {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	return got
}

// pages reads all events of a run, n at a time.
func pages(t *testing.T, c *client.Client, id string, n int) (got []client.Event) {
	t.Helper()
	for {
		var after int64
		if len(got) > 0 {
			after = got[len(got)-1].Seq
		}
		page, err := c.Runs.Events(t.Context(), id, after, n)
		if err != nil || len(page) > n {
			t.Fatal(len(page), err)
		}
		if len(page) == 0 {
			return got
		}
		got = append(got, page...)
	}
}

func same(a, b client.Event) bool {
	return a.Seq == b.Seq && a.RunID == b.RunID && a.Time.Equal(b.Time) && a.Body.EventName() == b.Body.EventName()
}

// TestProblem_SaysWhatIsWrong wants errors that say what is wrong, for people and for programs.
func TestProblem_SaysWhatIsWrong(t *testing.T) {
	w := newWorld(t, app.Config{}, api.Options{Tokens: tokens, UploadLimit: 1 << 20})
	c, ctx := on(t, w.handler, client.Options{Token: token}), t.Context()
	_, _, err := c.Runs.State(ctx, "run-none", "")
	p, ok := errors.AsType[*client.Problem](err)
	if !ok || p.Status != http.StatusNotFound || p.Code != "run_state_not_found" || err.Error() != "there is no such run" ||
		p.RequestID == "" {
		t.Errorf("%+v", err)
	}
	if _, err := c.Projects.Create(ctx, client.NewProject{Slug: "story"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Projects.Upload(ctx, "story", "big.txt",
		strings.NewReader(strings.Repeat("INT. ROOM - DAY\n\n", 1<<18))); code(err) != "too_large" ||
		!strings.Contains(err.Error(), "larger than 1 MB; give a smaller file") {
		t.Errorf("a file that is too large: %v", err)
	}
	if _, err := c.Projects.Upload(ctx, "story", "x.txt", iotest.ErrReader(errors.New("the disk is gone"))); err == nil ||
		err.Error() != "x.txt can't be read: the disk is gone" {
		t.Errorf("a file that can't be read: %v", err)
	}
	stranger := on(t, w.handler, client.Options{Token: "another-token-altogether"})
	if _, err := stranger.Providers.List(ctx); code(err) != "unauthorized" || strings.Contains(fmt.Sprintf("%+v", err), "another-token") {
		t.Errorf("a wrong token: %v", err)
	}
}

// TestProblem_AnswersOfProxies tells clearly of what is no answer of a server.
func TestProblem_AnswersOfProxies(t *testing.T) {
	answer := func(status int, kind, body string) *client.Client {
		return on(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Location", "https://elsewhere.invalid/")
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			io.WriteString(w, body)
		}), client.Options{Token: token})
	}
	ctx := t.Context()
	_, err := answer(http.StatusBadGateway, "text/html", "<h1>Bad</h1>").Health(ctx)
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Code != "http_502" || p.RetryAfter != 7*time.Second ||
		err.Error() != "the server answered with status 502 Bad Gateway" {
		t.Errorf("%+v", err)
	}
	if _, err := answer(http.StatusFound, "text/html", "").Health(ctx); code(err) != "http_302" {
		t.Errorf("a redirect, which would take the token elsewhere: %v", err)
	}
	if _, err := answer(http.StatusOK, "text/html", "<h1>Welcome</h1>").Health(ctx); err == nil ||
		!strings.Contains(err.Error(), "sent an answer that this program can't read") {
		t.Errorf("a page: %v", err)
	}
	for _, err := range answer(http.StatusOK, "text/html", "<h1>Welcome</h1>").Runs.Follow(ctx, "run-1", 0) {
		if err == nil || !strings.Contains(err.Error(), "no stream of events") {
			t.Errorf("a page for a stream: %v", err)
		}
	}
	if err := answer(http.StatusOK, "application/zip", "PK but no more").Runs.Export(ctx, "run-1", io.Discard); err == nil ||
		!strings.Contains(err.Error(), "the archive ended early") {
		t.Errorf("half an archive: %v", err)
	}
	gone, err := client.New("http://127.0.0.1:1", client.Options{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	_, err = gone.Health(ctx)
	if lost, ok := errors.AsType[*client.UnreachableError](err); !ok || lost.Server != "http://127.0.0.1:1" ||
		!strings.HasPrefix(err.Error(), "the server at http://127.0.0.1:1 can't be reached: ") || strings.Contains(err.Error(), "Get ") {
		t.Errorf("nobody is there: %v", err)
	}
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := gone.Health(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits: %v", err)
	}
}

func TestNew(t *testing.T) {
	for url, ok := range map[string]bool{
		"http://127.0.0.1:8000": true, "https://cineforge.example/under/": true,
		"": false, "127.0.0.1:8000": false, "ftp://host": false, "http://": false, "http://user:secret@host": false,
		"http://host/?token=secret": false, "http://host/#secret": false,
	} {
		_, err := client.New(url, client.Options{})
		if ok != (err == nil) || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := client.New("http://host", client.Options{Token: "se\ncret"}); err == nil || strings.Contains(err.Error(), "cret") {
		t.Errorf("a token with a line break: %v", err)
	}
}

// lossy loses the answers to some requests, or the requests.
type lossy struct {
	http.RoundTripper
	lose  int // how many
	after bool
	sent  int
}

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.sent++; l.sent > l.lose {
		return l.RoundTripper.RoundTrip(r)
	}
	if l.after {
		resp, err := l.RoundTripper.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		resp.Body.Close()
	}
	return nil, errors.New("connection reset by peer")
}

// TestClient_RepeatsOnlyWhatIsSafe sends once more what does the same however often it is sent, and
// nothing else.
func TestClient_RepeatsOnlyWhatIsSafe(t *testing.T) {
	w := newWorld(t, app.Config{}, api.Options{})
	ctx := t.Context()
	steady := on(t, w.handler, client.Options{})
	id := begun(t, steady, story(t), client.RunRequest{})
	inputs, err := steady.Projects.Inputs(ctx, "story")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		lose int
		sent int
		ok   bool
		do   func(c *client.Client) error
	}{
		{"a look", 1, 2, true, func(c *client.Client) error { _, err := c.Providers.List(ctx); return err }},
		{"a look, twice lost", 2, 2, false, func(c *client.Client) error { _, err := c.Providers.List(ctx); return err }},
		{"a start with a key", 1, 2, true, func(c *client.Client) error {
			started, err := c.Runs.Start(ctx, "key", client.RunRequest{ProjectID: "story", InputFile: inputs[0].StoredPath})
			if err == nil && !started.Existing {
				err = errors.New("the answer that was lost had made another run")
			}
			return err
		}},
		{"a start without", 1, 1, false, func(c *client.Client) error { _, err := c.Runs.Start(ctx, "", client.RunRequest{}); return err }},
		{"a word", 1, 1, false, func(c *client.Client) error { return c.Runs.TryNow(ctx, id) }},
		{"a project", 1, 1, false, func(c *client.Client) error {
			_, err := c.Projects.Create(ctx, client.NewProject{Slug: "other"})
			return err
		}},
		{"a file", 1, 1, false, func(c *client.Client) error { _, err := c.Projects.Upload(ctx, "story", "a.md", story(t)); return err }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := &lossy{RoundTripper: &http.Transport{}, lose: tt.lose, after: true}
			c := on(t, w.handler, client.Options{HTTP: &http.Client{Transport: l}})
			err := tt.do(c)
			if (err == nil) != tt.ok {
				t.Errorf("%v", err)
			}
			if _, lost := errors.AsType[*client.UnreachableError](err); err != nil && !lost {
				t.Errorf("the error is %T", err)
			}
			if l.sent != tt.sent {
				t.Errorf("it was sent %d times, want %d", l.sent, tt.sent)
			}
		})
	}
}

// TestClient_RetriesByARecipeOfItsOwn gives the server a recipe, looks at the plan of a
// retry by it, and does that.
func TestClient_RetriesByARecipeOfItsOwn(t *testing.T) {
	w := newWorld(t, simulated(fast), api.Options{})
	c, ctx := on(t, w.handler, client.Options{}), t.Context()
	id := begun(t, c, story(t), client.RunRequest{AcceptConfig: true})
	until(t, c, id, run.RunDone)
	shipped, err := c.Recipes.Find(ctx, "mvp_ingest")
	if err != nil || shipped.Origin != "shipped" || shipped.Digest != artifact.DigestOf([]byte(shipped.Source)) {
		t.Fatalf("%+v: %v", shipped, err)
	}
	if _, err := c.Recipes.Find(ctx, "none"); code(err) != "recipe_not_found" {
		t.Errorf("a recipe that is not there: %v", err)
	}
	if _, err := c.Recipes.Save(ctx, []byte("recipe_id: mine")); code(err) != "invalid_recipe" {
		t.Errorf("a recipe that can't be run: %v", err)
	}
	saved, err := c.Recipes.Save(ctx, []byte(strings.Replace(shipped.Source, "stage_fallback_models: {}",
		"stage_fallback_models: {project_config: [claude-opus-4-6]}", 1)))
	if err != nil || saved.RecipeID != "mvp_ingest" || saved.Digest == shipped.Digest {
		t.Fatalf("%+v: %v", saved, err)
	}
	ask := client.RetryRequest{From: "project_config", Recipe: saved.Name, MaxCostUSD: new(12.5), MaxWaitSeconds: new(0.0)}
	plan, tag, err := c.Runs.RetryPlan(ctx, id, ask)
	if err != nil || plan.Recipe.Digest != saved.Digest || plan.MaxCostUSD != 12.5 || *plan.Limits.MaxWaitSeconds != 0 ||
		len(plan.Changes) != 3 {
		t.Fatalf("%+v: %v", plan, err)
	}
	next, err := c.Runs.Retry(ctx, id, "mine", ask, tag)
	if err != nil {
		t.Fatal(err)
	}
	until(t, c, next.RunID, run.RunDone)
	state, _, err := c.Runs.State(ctx, next.RunID, "")
	if err != nil || state.State.RecipeDigest != saved.Digest || !state.State.Limits.Equal(plan.Limits) {
		t.Errorf("%+v: %v", state.State, err)
	}
	for _, a := range state.State.Stages["project_config"].Attempts {
		if a.Model != "claude-opus-4-6" {
			t.Errorf("%s is asked", a.Model)
		}
	}
}
