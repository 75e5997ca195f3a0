// Package problem makes the answers of the API that say why a request was not done.
package problem

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/stage/projectconfig"
)

// Refusal is a problem on its way to the client.
type Refusal struct {
	client.Problem

	// Wait is after how many seconds the request may be repeated; 0 if that is not known.
	Wait int

	cause *failure.Error // whose hint and remedies it names, in the client's words; nil for none
}

var _ huma.StatusError = (*Refusal)(nil)

// GetStatus returns the HTTP status.
func (r *Refusal) GetStatus() int { return r.Status }

// ContentType returns the media type of problems.
func (r *Refusal) ContentType(string) string { return MediaType }

// GetHeaders returns the headers of the answer.
func (r *Refusal) GetHeaders() http.Header {
	h := http.Header{}
	if r.Wait > 0 {
		h.Set("Retry-After", strconv.Itoa(r.Wait))
	}
	return h
}

// MediaType is the media type of problems, that of RFC 9457.
const MediaType = "application/problem+json"

// Refuse makes a problem; without a hint, hint is "".
func Refuse(status int, code, message, hint string) *Refusal {
	p := client.Problem{
		Type: "/docs#" + code, Title: http.StatusText(status), Status: status,
		Detail: message, Code: code, Message: message,
	}
	if hint != "" {
		p.Hint = &hint
	}
	return &Refusal{Problem: p}
}

// detailed returns the problem with a detail for each thing that is wrong.
func (r *Refusal) detailed() client.Problem {
	p := r.Problem
	p.Errors = slices.Clone(p.Errors)
	for i, e := range p.Errors {
		p.Errors[i].Detail = cmp.Or(e.Detail, e.Message)
	}
	return p
}

// known lists the errors that have a code of their own.
var known = []struct {
	err     error
	status  int
	code    string
	message string // in place of the error's own, where that says less
}{
	{err: pipeline.ErrNotOver, status: http.StatusConflict, code: "run_not_over"},
	{err: pipeline.ErrNothingFailed, status: http.StatusBadRequest, code: "no_failed_stage"},
	{err: pipeline.ErrNoStage, status: http.StatusUnprocessableEntity, code: "unknown_stage"},
	{err: pipeline.ErrNoBudget, status: http.StatusConflict, code: "no_budget_left"},
	{err: pipeline.ErrUnknownPrice, status: http.StatusUnprocessableEntity, code: "unknown_price"},
	{err: runs.ErrOver, status: http.StatusConflict, code: "run_over"},
	{err: runs.ErrPaused, status: http.StatusConflict, code: "run_paused"},
	{err: runs.ErrNeedsNobody, status: http.StatusConflict, code: "nothing_to_acknowledge"},
	{err: runs.ErrNotPaused, status: http.StatusBadRequest, code: "not_paused"},
	{err: runs.ErrRetriedOtherwise, status: http.StatusConflict, code: "already_retried"},
	{err: providers.ErrNoProvider, status: http.StatusNotFound, code: "provider_not_found"},
	{err: providers.ErrNoModel, status: http.StatusNotFound, code: "model_not_found"},
	{err: run.ErrNoCarrier, status: http.StatusConflict, code: "no_carrier"},
	{err: durable.ErrHeld, status: http.StatusConflict, code: "run_busy", message: "another process is working on the run"},
	{err: durable.ErrLost, status: http.StatusConflict, code: "run_busy", message: "another process is working on the run"},
	{err: library.ErrRecipeExists, status: http.StatusConflict, code: "recipe_exists"},
	{err: library.ErrRecipeChanged, status: http.StatusPreconditionFailed, code: "recipe_changed"},
	{err: recipe.ErrNotFound, status: http.StatusNotFound, code: "recipe_not_found"},
	{err: project.ErrNotFound, status: http.StatusNotFound, code: "project_not_opened", message: "there is no such project"},
	{err: project.ErrExists, status: http.StatusConflict, code: "project_exists", message: "too many projects have that slug"},
	{err: run.ErrExists, status: http.StatusConflict, code: "run_exists"},
	{err: run.ErrNotFound, status: http.StatusNotFound, code: "run_state_not_found", message: "there is no such run"},
}

// Responder answers with problems, and logs the server's own failures.
type Responder struct {
	log *slog.Logger
	met func(err error) (damage bool)
}

// NewResponder returns a responder that logs to log. It reports each error that means
// trouble of the store to met, which reports whether the log has to mention it.
func NewResponder(log *slog.Logger, met func(err error) (damage bool)) *Responder {
	return &Responder{log: log, met: met}
}

// For returns the problem that answers an error. The text of an unexpected error is only
// logged: the answer has the request's id, by which an operator finds it.
func (p *Responder) For(ctx context.Context, err error) *Refusal {
	return p.problem(ctx, err).spoken(ctx)
}

func (p *Responder) problem(ctx context.Context, err error) *Refusal {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r
	}
	if e, ok := errors.AsType[*run.RepeatedError](err); ok {
		r := Refuse(http.StatusConflict, "idempotency_key_reused", "the Idempotency-Key was used for another request",
			"use a new key for each request")
		r.RunID = e.RunID
		return r
	}
	if e, ok := errors.AsType[*library.InUseError](err); ok {
		f, _ := errors.AsType[*failure.Error](err)
		r := Of(http.StatusConflict, "in_use", f)
		r.RunID = e.RunID
		return r
	}
	if kind := run.TroubleOf(err); kind != "" {
		if p.met(err) {
			p.log.WarnContext(ctx, "a request met something damaged", "trouble", kind, "error", err.Error(), "request_id", RequestID(ctx))
		}
		r := Refuse(http.StatusServiceUnavailable, "store_unavailable",
			"the store is unavailable ("+string(kind)+")", "try again soon; see the server's log")
		r.Wait = 5
		return r
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Refuse(http.StatusServiceUnavailable, "timeout", "the request took too long", "try again")
	}
	if r := ofList(err); r != nil {
		return r
	}
	f, classified := errors.AsType[*failure.Error](err)
	for _, k := range known {
		switch {
		case errors.Is(err, k.err) && classified:
			return Of(k.status, k.code, f)
		case errors.Is(err, k.err):
			return Refuse(k.status, k.code, cmp.Or(k.message, k.err.Error()), "")
		}
	}
	if classified && f.Class == failure.Input {
		return Of(http.StatusUnprocessableEntity, "invalid_request", f)
	}
	if ctx.Err() == nil { // else the client has left, and caused it
		p.log.ErrorContext(ctx, "a request failed", "error", err.Error(), "request_id", RequestID(ctx))
	}
	return Refuse(http.StatusInternalServerError, "internal", "the server failed to answer this request",
		"see the server's log under the request_id")
}

// ofList returns the problem of an error that is a list of what is wrong; nil for any other.
func ofList(err error) *Refusal {
	if list, ok := errors.AsType[recipe.Errors](err); ok {
		r := Refuse(http.StatusUnprocessableEntity, "invalid_recipe", "the recipe can't be run: "+list[0].Error(), "")
		for _, e := range list {
			r.Errors = append(r.Errors, client.Detail{Message: e.Error()})
		}
		return r
	}
	if list, ok := errors.AsType[projectconfig.FieldErrors](err); ok {
		r := Refuse(http.StatusUnprocessableEntity, "invalid_request", list[0].Error(), "")
		for _, e := range list {
			r.Errors = append(r.Errors, client.Detail{Message: e.Error(), Location: settingLocation(e)})
		}
		return r
	}
	if list, ok := errors.AsType[content.FieldErrors](err); ok {
		r := Refuse(http.StatusUnprocessableEntity, "invalid_request", "the data can't be used: "+list[0].Error(), "")
		for _, e := range list {
			r.Errors = append(r.Errors, client.Detail{Message: e.Error(), Detail: e.Detail, Location: "body.data", Pointer: "/data" + e.Pointer})
		}
		return r
	}
	return nil
}

// settingLocation says where in a request a setting of the project stands.
func settingLocation(e *projectconfig.FieldError) string {
	if e.File != "" {
		return "body.config_file"
	}
	return "body.config_overrides." + e.Field
}

// As gives the problem of an error another code, where the general one says less.
func As(err error, of error, status int, code string) error {
	if err == nil || !errors.Is(err, of) {
		return err
	}
	message := "there is no such " + strings.ReplaceAll(strings.TrimSuffix(code, "_not_found"), "_", " ")
	if f, ok := errors.AsType[*failure.Error](err); ok {
		return Of(status, code, f)
	}
	return Refuse(status, code, message, "")
}

// Transform turns the framework's error for a bad request into a problem, and adds the
// request's id to each problem; see [huma.Transformer].
func Transform(ctx huma.Context, _ string, v any) (any, error) {
	r, ok := v.(*Refusal)
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
			details = append(details, client.Detail{Message: d.Message, Location: d.Location, Pointer: Pointer(d.Location)})
		}
		if len(details) > 0 {
			message = "the request can't be used: " + details[0].Location + ": " + details[0].Message
		}
		r, ok = Refuse(e.Status, code, message, hint), true
		r.Errors = details
	}
	if !ok {
		return v, nil
	}
	p := r.detailed()
	p.RequestID = RequestID(ctx.Context())
	return p, nil
}

// Write answers with the problem of an error, for handlers that write their answer themselves.
func (p *Responder) Write(w http.ResponseWriter, r *http.Request, err error) {
	answer := p.For(r.Context(), err)
	answer.RequestID = RequestID(r.Context())
	for name, values := range answer.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", MediaType)
	w.WriteHeader(answer.Status)
	json.NewEncoder(w).Encode(answer.detailed()) //nolint:errcheck // the client has left
}

// Pointer returns the JSON pointer for the location of a problem in a body, such as
// body.actions[0].id; "" for a location elsewhere.
func Pointer(location string) string {
	path, ok := strings.CutPrefix(location, "body.")
	if !ok {
		return ""
	}
	return "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(path)
}

type requestKey struct{}

// WithRequestID returns a context of the request with an id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestID returns the id of the request that ctx belongs to.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
