package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// Idempotent is the part of a request by which it can be repeated.
type Idempotent struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"The same key gives the same run, however often it is sent."`
}

// key returns the idempotency key of a request, with a digest of what it asks for.
func (o Idempotent) key(path string, body any) (run.IdempotencyKey, error) {
	if o.Key == "" {
		return run.IdempotencyKey{}, nil
	}
	asked, err := json.Marshal(body)
	return run.IdempotencyKey{Key: o.Key, Asked: artifact.DigestOf(append([]byte(path+"\n"), asked...))}, err
}

// started names a run to the client that asked for it.
func started(id string, existing bool) client.Started {
	return client.Started{RunID: id, StateURL: "/api/runs/" + id + "/state", EventsURL: "/api/runs/" + id + "/events", Existing: existing}
}

// start begins a run, or returns the run of the same request.
func (h *runsHandler) start(ctx context.Context, in *startRequest) (client.Started, error) {
	b := in.Body
	if err := h.costly.take(); err != nil {
		return client.Started{}, err
	}
	if b.RetryOf != "" {
		return h.retries.begin(ctx, b.RetryOf, in.Idempotent, client.RetryRequest{Reason: b.Reason}, nil)
	}
	ask, err := h.request(ctx, b)
	if err != nil {
		return client.Started{}, err
	}
	if ask.Once, err = in.key("/runs/start", b); err != nil {
		return client.Started{}, err
	}
	var warnings []client.RequestWarning
	ask.Warn = func(w recipe.Warning) {
		warnings = append(warnings, client.RequestWarning{Line: w.Line, Message: w.Message})
	}
	ask.New = isNew(in.Idempotent, b)
	id, existing, err := h.runs.Start(ctx, ask)
	if r, ok := errors.AsType[*run.RepeatedError](err); ok && r.Same {
		id, existing, err = r.RunID, true, nil
	}
	begun := started(id, existing)
	begun.Warnings = warnings
	return begun, err
}

// plan says what a start of the same request would do.
func (h *runsHandler) plan(ctx context.Context, in *planRequest) (run.StartPlan, error) {
	if err := h.costly.take(); err != nil {
		return run.StartPlan{}, err
	}
	if in.Body.RetryOf != "" {
		return run.StartPlan{}, problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "a retry has a plan of its own",
			"ask for GET /api/runs/"+endpoint.Clip(in.Body.RetryOf)+"/retry-plan")
	}
	leave, err := h.memory.enter(ctx)
	if err != nil {
		return run.StartPlan{}, err
	}
	defer leave()
	ask, err := h.request(ctx, in.Body.RunRequest)
	if err != nil {
		return run.StartPlan{}, err
	}
	return h.runs.Plan(ctx, ask)
}

// request returns what the body of a request asks for.
func (h *runsHandler) request(ctx context.Context, b client.RunRequest) (ask runs.Request, err error) {
	if b.RunID != "" && !runs.ValidRunID(b.RunID) {
		return ask, problem.Refuse(http.StatusUnprocessableEntity, "invalid_run_id", "that is not a valid run id",
			"use up to 64 letters, digits, dots, dashes and underscores")
	}
	given := params(b)
	if name, ok := given[runs.ParamConfigFile].(string); ok {
		b.ConfigFile = name // an input of the project, wherever it is named
	}
	ask = runs.Request{
		Request: event.Request{
			Selection: event.Selection{RuntimeParams: given, StartFrom: b.StartFrom, EndAt: b.EndAt, DryRun: b.DryRun},
			Options: event.Options{
				Force: b.Force, Drill: b.Drill, Routing: routing(b.ModelChoice),
				Limits: event.Limits{MaxCostUSD: b.MaxCostUSD, MaxWaitSeconds: b.MaxWaitSeconds, OnExhausted: b.OnExhausted},
			},
		},
		RecipeID: cmp.Or(b.RecipeID, defaultRecipe), ProjectID: b.ProjectID, Queue: true, RunID: b.RunID, Reason: b.Reason,
	}
	if ask.File, err = h.inputFile(ctx, b.ProjectID, b.InputFile); err != nil {
		return ask, err
	}
	ask.Config, err = h.configFile(ctx, b)
	return ask, err
}

// routing is which models a request names, in the form in which runs take it.
func routing(c client.ModelChoice) event.Routing {
	return event.Routing{Chains: c.Chains, ProviderOrder: c.ProviderOrder, WithoutProviders: c.WithoutProviders}
}

// configFile returns the input that a request names as its config file; without a name
// there is none.
func (h *runsHandler) configFile(ctx context.Context, b client.RunRequest) (stage.File, error) {
	if b.ConfigFile == "" {
		return stage.File{}, nil
	}
	return h.inputFile(ctx, b.ProjectID, b.ConfigFile)
}

// isNew reports whether a request makes a new run also while one of the same is under way.
func isNew(key Idempotent, b client.RunRequest) bool {
	if b.New != nil {
		return *b.New
	}
	return key.Key != "" || b.RunID != ""
}

const defaultRecipe = "mvp_ingest"

// inputFile returns a file for a run to work with.
func (h *runsHandler) inputFile(ctx context.Context, projectID, name string) (stage.File, error) {
	if _, err := h.library.Project(ctx, projectID); err != nil {
		return stage.File{}, err
	}
	in, data, err := h.library.Input(ctx, projectID, name)
	if errors.Is(err, project.ErrNotFound) {
		err = problem.Refuse(http.StatusNotFound, "input_not_found",
			fmt.Sprintf("the project has no input %q", endpoint.Clip(name)), "send back the stored_path that the upload answered")
	}
	return stage.File{Name: in.Original, Data: data}, err
}

// params returns the runtime parameters of a request, by the names that recipes use.
func params(b client.RunRequest) map[string]any {
	p := map[string]any{"accept_config": b.AcceptConfig, "skip_qa": b.SkipQA}
	for name, v := range map[string]string{
		"default_model": b.DefaultModel, "model": b.DefaultModel,
		"utility_model": cmp.Or(b.WorkModel, b.DefaultModel), "sota_model": cmp.Or(b.EscalateModel, b.DefaultModel),
		"work_model": b.WorkModel, "verify_model": b.VerifyModel, "qa_model": cmp.Or(b.QAModel, b.VerifyModel),
		"escalate_model": b.EscalateModel, "config_file": b.ConfigFile,
	} {
		if v != "" {
			p[name] = v
		}
	}
	if len(b.ConfigOverrides) > 0 {
		p["config_overrides"] = b.ConfigOverrides
	}
	maps.Copy(p, b.Params)
	return p
}
