package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// OfRun names the run that a request is about.
type OfRun struct {
	Run string `path:"run_id" maxLength:"200"`
}

// Once is a request that may be repeated.
type Once struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"The same key gives the same run, however often it is sent."`
}

// of says what the request asks for.
func (o Once) of(path string, body any) (run.IdempotencyKey, error) {
	if o.Key == "" {
		return run.IdempotencyKey{}, nil
	}
	asked, err := json.Marshal(body)
	return run.IdempotencyKey{Key: o.Key, Asked: artifact.DigestOf(append([]byte(path+"\n"), asked...))}, err
}

// mostListed is how many runs of a project are listed where there are no pages.
const mostListed = 1000

// runs registers what is seen of runs, and how they are begun.
func (s *API) runs() {
	type OfProject struct {
		InProject
	}
	handle(s, operation("projectRuns", http.MethodGet, "/projects/{project_id}/runs", "The runs of a project, newest first", http.StatusNotFound), func(ctx context.Context, in *OfProject) ([]run.Overview, error) {
		if _, err := s.app.Project(ctx, in.Project); err != nil {
			return nil, err
		}
		page, _, err := s.app.List(ctx, app.Filter{RunFilter: run.RunFilter{ProjectID: in.Project}, Limit: mostListed})
		return page, err
	})
	type list struct {
		Project string `query:"project" maxLength:"200"`
		Status  string `query:"status" enum:"queued,running,waiting,paused,done,failed,cancelled"`
		Cursor  string `query:"cursor" maxLength:"200" doc:"The next_cursor of the page before."`
		Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	}
	handle(s, operation("listRuns", http.MethodGet, "/runs", "All runs, newest first", http.StatusUnprocessableEntity), func(ctx context.Context, in *list) (client.RunsPage, error) {
		page, next, err := s.app.List(ctx, app.Filter{RunFilter: run.RunFilter{ProjectID: in.Project, Before: in.Cursor}, Status: run.Status(in.Status), Limit: in.Limit})
		if errors.Is(err, run.ErrNotFound) {
			err = refuse(http.StatusUnprocessableEntity, "invalid_cursor", "the cursor is of no list", "begin with the first page")
		}
		return client.RunsPage{Runs: page, NextCursor: next}, err
	})
	type start struct {
		Once
		Body client.RunRequest
	}
	handle(s, operation("startRun", http.MethodPost, "/runs/start", "Run a recipe on a file of a project",
		http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusBadRequest), func(ctx context.Context, in *start) (client.Started, error) {
		return s.start(ctx, in.Once, in.Body)
	})
	type conditional struct {
		OfRun
		Match string `header:"If-None-Match" maxLength:"200"`
	}
	huma.Register(s.huma, unlessKept(operation("runState", http.MethodGet, "/runs/{run_id}/state", "Where a run stands", http.StatusNotFound)), func(ctx context.Context, in *conditional) (*tagged[client.RunState], error) {
		state, err := s.app.State(ctx, in.Run)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		tag := etag(state.LastSeq)
		if len(state.Needs) > 0 { // which no event tells
			tag = strings.TrimSuffix(tag, `"`) + `-` + run.NoCarrier + `"`
		}
		if matches(in.Match, tag) {
			return nil, unchanged(tag)
		}
		out := client.RunState{RunID: in.Run, State: live(state, time.Now()), BackgroundError: failureOf(state)}
		return &tagged[client.RunState]{tag, out}, nil
	})
	s.events()
}

// etag is the tag of what a run is as of an event.
func etag(seq int64) string { return `"` + strconv.FormatInt(seq, 10) + `"` }

// matches reports whether a list of tags has one.
func matches(list, tag string) bool {
	for t := range strings.SplitSeq(list, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}

// unlessKept describes an operation that answers nothing to who has its answer.
func unlessKept(op huma.Operation) huma.Operation {
	op.Responses = map[string]*huma.Response{"304": {Description: "It is what the client has."}}
	return op
}

func unchanged(tag string) error {
	return huma.ErrorWithHeaders(huma.Status304NotModified(), http.Header{"Etag": {tag}})
}

// live counts the time of what is under way up to now.
func live(s run.State, now time.Time) run.State {
	for _, st := range s.Stages {
		if (st.Status == run.StageRunning || st.Status == run.StageWaiting) && st.StartedAt != nil {
			st.DurationSeconds = max(st.DurationSeconds, now.Sub(st.StartedAt.Time).Seconds())
		}
	}
	return s
}

// failureOf returns the text of a run's failure, with what a person can do about it; nil if
// the run has not failed.
func failureOf(s run.State) *string {
	if s.Status != run.RunFailed {
		return nil
	}
	st, _ := s.Stage(advice.FailedStage(s))
	return new(join(failureText(s), st.Hint))
}

// failureText says why a failed run failed.
func failureText(s run.State) string {
	st, _ := s.Stage(advice.FailedStage(s))
	return cmp.Or(st.Error, s.Error, "no stage says why")
}

// started names a run to whoever asked for it.
func started(id string, existing bool) client.Started {
	return client.Started{RunID: id, StateURL: "/api/runs/" + id + "/state", EventsURL: "/api/runs/" + id + "/events", Existing: existing}
}

func (s *API) start(ctx context.Context, key Once, b client.RunRequest) (client.Started, error) {
	if err := s.afford(); err != nil {
		return client.Started{}, err
	}
	if b.RetryOf != "" {
		return s.retry(ctx, b.RetryOf, key, client.RetryRequest{})
	}
	if b.RunID != "" && !app.ValidRunID(b.RunID) {
		return client.Started{}, refuse(http.StatusUnprocessableEntity, "invalid_run_id", "that can't be a run's id", "use up to 64 letters, digits, dots, dashes and underscores")
	}
	in, data, err := s.input(ctx, b.ProjectID, b.InputFile)
	if err != nil {
		return client.Started{}, err
	}
	config, err := s.configFile(ctx, b)
	if err != nil {
		return client.Started{}, err
	}
	asked, err := key.of("/runs/start", b)
	if err != nil {
		return client.Started{}, err
	}
	var warnings []client.RequestWarning
	id, existing, err := s.app.Start(ctx, app.Start{
		Config: config, Warn: func(w recipe.Warning) {
			warnings = append(warnings, client.RequestWarning{Line: w.Line, Message: w.Message})
		},
		File: stage.File{Name: in.Original, Data: data}, RecipeID: cmp.Or(b.RecipeID, defaultRecipe), ProjectID: b.ProjectID, Params: params(b),
		StartFrom: b.StartFrom, EndAt: b.EndAt, DryRun: b.DryRun, Force: b.Force, New: own(key,
			b), Drill: b.Drill, RunID: b.RunID, Once: asked, Queue: true,
	})
	if r, ok := errors.AsType[*run.RepeatedError](err); ok && r.Same {
		id, existing, err = r.RunID, true, nil
	}
	begun := started(id, existing)
	begun.Warnings = warnings
	return begun, err
}

// configFile returns the input that a request names as its config file; without a name
// there is none.
func (s *API) configFile(ctx context.Context, b client.RunRequest) (stage.File, error) {
	if b.ConfigFile == "" {
		return stage.File{}, nil
	}
	in, data, err := s.input(ctx, b.ProjectID, b.ConfigFile)
	return stage.File{Name: in.Original, Data: data}, err
}

// own reports whether a request is for a run of its own, also while one of the same is
// under way.
func own(key Once, b client.RunRequest) bool {
	if b.New != nil {
		return *b.New
	}
	return key.Key != "" || b.RunID != ""
}

const defaultRecipe = "mvp_ingest"

// input returns a file that a run is to work with.
func (s *API) input(ctx context.Context, projectID, name string) (project.Input, []byte, error) {
	if _, err := s.app.Project(ctx, projectID); err != nil {
		return project.Input{}, nil, err
	}
	in, data, err := s.app.Input(ctx, projectID, name)
	if errors.Is(err, project.ErrNotFound) {
		err = refuse(http.StatusNotFound, "input_not_found", fmt.Sprintf("the project has no input %q", clip(name)), "send back the stored_path that the upload answered")
	}
	return in, data, err
}

// params are the runtime parameters of a request, by the names that recipes use.
func params(b client.RunRequest) map[string]any {
	p := map[string]any{"accept_config": b.AcceptConfig, "skip_qa": b.SkipQA}
	for name, v := range map[string]string{
		"default_model": b.DefaultModel, "model": b.DefaultModel, "utility_model": cmp.Or(b.WorkModel, b.DefaultModel), "sota_model": cmp.Or(b.EscalateModel, b.DefaultModel),
		"work_model": b.WorkModel, "verify_model": b.VerifyModel, "qa_model": cmp.Or(b.QAModel, b.VerifyModel), "escalate_model": b.EscalateModel, "config_file": b.ConfigFile,
	} {
		if v != "" {
			p[name] = v
		}
	}
	if len(b.ConfigOverrides) > 0 {
		p["config_overrides"] = b.ConfigOverrides
	}
	return p
}

// retry begins a run that goes on with another one.
func (s *API) retry(ctx context.Context, id string, key Once, b client.RetryRequest, agreed ...func(pipeline.RetryPlan) error) (client.Started, error) {
	if b.Recipe == event.PinnedRecipe {
		b.Recipe = "" // which asks for the same
	}
	once, err := key.of("/runs/"+id+"/retry", b)
	if err != nil {
		return client.Started{}, err
	}
	r := app.Retry{Retry: asked(b), Queue: true, Once: once}
	if len(agreed) > 0 {
		r.Agreed = agreed[0]
	}
	next, existing, err := s.app.Retry(ctx, id, r)
	if e, ok := errors.AsType[*run.RepeatedError](err); ok && e.Same {
		return started(e.RunID, true), nil
	}
	return started(next, existing), err
}

// asked is what a request asks of a retry.
func asked(b client.RetryRequest) pipeline.Retry {
	r := pipeline.Retry{Mode: event.RetryFailed, RecipeName: b.Recipe, Limits: event.Limits{MaxCostUSD: b.MaxCostUSD, MaxWaitSeconds: b.MaxWaitSeconds}}
	switch {
	case b.Full:
		r.Mode = event.RetryFull
	case b.From != "":
		r.Mode, r.Stage = event.RetryFrom, b.From
	}
	return r
}
