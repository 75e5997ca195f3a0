package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/stage/projectconfig"
)

// refusal is a problem on its way to the client.
type refusal struct {
	client.Problem
	wait int // seconds after which the request may be made again; 0 if that is not known
}

// GetStatus returns the HTTP status.
func (r *refusal) GetStatus() int { return r.Status }

// ContentType returns the media type of problems.
func (r *refusal) ContentType(string) string { return problemType }

// GetHeaders returns the headers that go with it.
func (r *refusal) GetHeaders() http.Header {
	h := http.Header{}
	if r.wait > 0 {
		h.Set("Retry-After", strconv.Itoa(r.wait))
	}
	return h
}

const problemType = "application/problem+json"

// refuse makes a problem.
func refuse(status int, code, message, hint string) *refusal {
	p := client.Problem{Type: "/docs#" + code, Title: http.StatusText(status), Status: status, Detail: message, Code: code, Message: message}
	if hint != "" {
		p.Hint = &hint
	}
	return &refusal{Problem: p}
}

// with adds to a problem what can be done about it.
func (r *refusal) with(remedies []failure.Remedy) *refusal {
	r.Actions = remedies
	return r
}

// known are the errors that have a code of their own.
var known = []struct {
	err     error
	status  int
	code    string
	message string // in place of the error's own, where that says less
}{
	{pipeline.ErrNotOver, http.StatusConflict, "run_not_over", ""},
	{pipeline.ErrNothingFailed, http.StatusBadRequest, "no_failed_stage", ""},
	{pipeline.ErrNoStage, http.StatusUnprocessableEntity, "unknown_stage", ""},
	{pipeline.ErrNoBudget, http.StatusConflict, "no_budget_left", ""},
	{pipeline.ErrUnknownPrice, http.StatusUnprocessableEntity, "unknown_price", ""},
	{app.ErrOver, http.StatusConflict, "run_over", ""},
	{app.ErrPaused, http.StatusConflict, "run_paused", ""},
	{app.ErrNotPaused, http.StatusBadRequest, "not_paused", ""},
	{app.ErrRetriedOtherwise, http.StatusConflict, "already_retried", ""},
	{app.ErrNoProvider, http.StatusNotFound, "provider_not_found", ""},
	{app.ErrNoModel, http.StatusNotFound, "model_not_found", ""},
	{run.ErrNoCarrier, http.StatusConflict, "no_carrier", ""},
	{durable.ErrHeld, http.StatusConflict, "run_busy", "another process works on the run at the moment"},
	{recipe.ErrNotFound, http.StatusNotFound, "recipe_not_found", ""},
	{project.ErrNotFound, http.StatusNotFound, "project_not_opened", "there is no such project"},
	{project.ErrExists, http.StatusConflict, "project_exists", "there are too many projects of that slug"},
	{run.ErrExists, http.StatusConflict, "run_exists", ""},
	{run.ErrNotFound, http.StatusNotFound, "run_state_not_found", "there is no such run"},
}

// codes are all codes of problems, and what they mean, for those who read the documentation.
var codes = []struct{ Code, Meaning string }{
	{"already_retried", "the run is being retried in another way"},
	{"artifact_not_found", "the project has no such artifact, or no such version of it"},
	{"cross_origin", "a page of another origin asked"},
	{"empty_upload", "the file is empty"},
	{"idempotency_key_reused", "the key was used for another request; run_id names the run of that one"},
	{"input_extraction_failed", "the file has no text that could be read"},
	{"input_not_found", "the project has no such file"},
	{"internal", "the server failed; its log tells more, under the request_id"},
	{"invalid_cursor", "the cursor is of no list"},
	{"invalid_filename", "no input has such a name"},
	{"invalid_recipe", "the recipe can't be run; errors lists why"},
	{"invalid_request", "the request is not as the document says; errors lists where"},
	{"invalid_run_id", "a run can't have such an id"},
	{"method_not_allowed", "the path is there for other methods"},
	{"missing_file", "the form has no part named file"},
	{"missing_filename", "the file of the form has no name"},
	{"model_not_found", "the provider has no such model that was ever asked"},
	{"no_budget_left", "what the run and its retries may spend is spent; max_cost_usd of a retry allows more"},
	{"newer_schema", "a newer version of the program has brought the database up to date"},
	{"no_carrier", "the server can't ask any of the candidates that the run pins; its state says what it needs"},
	{"no_failed_stage", "no stage of the run failed, so there is none to retry"},
	{"not_found", "there is no such path"},
	{"not_paused", "only a paused run is resumed"},
	{"not_ready", "the database can't be read"},
	{"plan_changed", "the retry would do something else than the plan said that the request names"},
	{"project_exists", "there are too many projects of that slug"},
	{"project_not_found", "there is no such project to open"},
	{"project_not_opened", "there is no such project"},
	{"provider_not_found", "there is no such provider"},
	{"recipe_not_found", "there is no such recipe"},
	{"damaged", "the database is damaged"},
	{"disk_fault", "the disk that holds the database reports faults"},
	{"disk_full", "the disk that holds the database is full"},
	{"locked", "another process keeps the database locked"},
	{"read_only", "the database may not be written to"},
	{"removed", "the database is gone while it is used"},
	{"unreachable", "the database can't be opened"},
	{"run_busy", "another process works on the run at the moment"},
	{"run_events_not_found", "there is no such run"},
	{"run_exists", "there is a run of that id already"},
	{"run_not_over", "only a run that is over is retried"},
	{"run_over", "nothing can be said to a run that is over"},
	{"run_paused", "the run is paused, which no time ends"},
	{"run_state_not_found", "there is no such run"},
	{"stopping", "the server is about to end"},
	{"store_unavailable", "nothing can be stored or read at the moment"},
	{"timeout", "the request took too long"},
	{"too_large", "the request is larger than it may be"},
	{"too_many_requests", "too much was asked for in a short time; Retry-After says when to ask again"},
	{"too_many_streams", "too many clients follow events"},
	{"unauthorized", "the server wants its token"},
	{"unknown_price", "what the run may spend is limited, and a model that it may ask has no price"},
	{"unknown_stage", "the run has no such stage"},
	{"unsupported_media_type", "the body is to be application/json"},
	{"wrong_host", "the server is not reached under that name"},
}

// problem says what is to be answered for an error. What is nobody's business but the
// operator's is logged, and told of by the request's id only.
func (s *API) problem(ctx context.Context, err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	if e, ok := errors.AsType[*run.RepeatedError](err); ok {
		r := refuse(http.StatusConflict, "idempotency_key_reused", "the Idempotency-Key was used for another request", "use a new key for each request")
		r.RunID = e.RunID
		return r
	}
	if kind := app.TroubleOf(err); kind != "" {
		if s.app.Met(err) {
			s.o.Log.WarnContext(ctx, "a request met something damaged", "trouble", kind, "error", err.Error(), "request_id", requestID(ctx))
		}
		r := refuse(http.StatusServiceUnavailable, "store_unavailable",
			"nothing can be stored or read at the moment ("+string(kind)+")", "try again soon; the server's log tells more")
		r.wait = 5
		return r
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return refuse(http.StatusServiceUnavailable, "timeout", "the request took too long", "try again")
	}
	if list, ok := errors.AsType[recipe.Errors](err); ok {
		r := refuse(http.StatusUnprocessableEntity, "invalid_recipe", "the recipe can't be run: "+list[0].Error(), "")
		for _, e := range list {
			r.Errors = append(r.Errors, client.Detail{Message: e.Error()})
		}
		return r
	}
	if list, ok := errors.AsType[projectconfig.FieldErrors](err); ok {
		r := refuse(http.StatusUnprocessableEntity, "invalid_request", list[0].Error(), "")
		for _, e := range list {
			r.Errors = append(r.Errors, client.Detail{Message: e.Error(), Location: settingLocation(e)})
		}
		return r
	}
	message, hint := err.Error(), ""
	f, classified := errors.AsType[*failure.Error](err)
	var remedies []failure.Remedy
	if classified {
		message, hint, remedies = f.Message, f.Advice(failure.Remedy.Request), f.Remedies
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			if !classified {
				message = cmp.Or(k.message, k.err.Error())
			}
			return refuse(k.status, k.code, message, hint).with(remedies)
		}
	}
	if classified && f.Class == failure.Input {
		return refuse(http.StatusUnprocessableEntity, "invalid_request", message, hint).with(remedies)
	}
	if ctx.Err() == nil { // else the client has left, and caused it
		s.o.Log.ErrorContext(ctx, "a request failed", "error", err.Error(), "request_id", requestID(ctx))
	}
	return refuse(http.StatusInternalServerError, "internal", "the server failed at this request", "the server's log tells more, under the request_id")
}

// settingLocation says where in a request a setting of the project stands.
func settingLocation(e *projectconfig.FieldError) string {
	if e.File != "" {
		return "body.config_file"
	}
	return "body.config_overrides." + e.Field
}

// as gives the problem of an error another code, where the general one says less.
func as(err error, of error, status int, code string) error {
	if err == nil || !errors.Is(err, of) {
		return err
	}
	message, hint := "there is no such "+strings.ReplaceAll(strings.TrimSuffix(code, "_not_found"), "_", " "), ""
	if f, ok := errors.AsType[*failure.Error](err); ok {
		return refuse(status, code, f.Message, f.Advice(failure.Remedy.Request)).with(f.Remedies)
	}
	return refuse(status, code, message, hint)
}

// asProblem turns what the framework says of a bad request into a problem, and marks
// each problem with the request.
func asProblem(ctx huma.Context, _ string, v any) (any, error) {
	r, ok := v.(*refusal)
	if e, framework := v.(*huma.ErrorModel); framework {
		code, message, hint := "invalid_request", cmp.Or(e.Detail, http.StatusText(e.Status)), ""
		switch e.Status {
		case http.StatusRequestEntityTooLarge:
			code = "too_large"
		case http.StatusUnsupportedMediaType:
			code, hint = "unsupported_media_type", "send application/json"
		case http.StatusInternalServerError:
			code = "internal"
		case http.StatusRequestTimeout:
			code = "timeout"
		}
		var details []client.Detail
		for _, d := range e.Errors {
			details = append(details, client.Detail{Message: d.Message, Location: d.Location, Pointer: pointerOf(d.Location)})
		}
		if len(details) > 0 {
			message = "the request can't be used: " + details[0].Location + ": " + details[0].Message
		}
		r, ok = refuse(e.Status, code, message, hint), true
		r.Errors = details
	}
	if !ok {
		return v, nil
	}
	p := r.Problem
	p.RequestID = requestID(ctx.Context())
	return p, nil
}

// write answers with the problem of an error, for handlers that write themselves.
func (s *API) write(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problem(r.Context(), err)
	p.RequestID = requestID(r.Context())
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p.Problem) //nolint:errcheck // the client has left
}
