// Package chat serves what was said in a project, and describes what happens in its runs and what
// can be done about it. No model is asked: all texts are derived from events.
package chat

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/project"
)

// MessageLimit is how large a message may be, in bytes.
const MessageLimit = 1 << 20

// handler answers the requests of the chat.
type handler struct {
	router  *endpoint.Router
	message *huma.Schema // of what is said in projects

	library *library.Service
	reader  *runs.Reader
}

// Register registers the endpoints of the chat.
func Register(r *endpoint.Router, a *app.App) {
	h := &handler{router: r, message: endpoint.SchemaOf[client.Message](r.API), library: a.Library, reader: a.Reader}
	list := endpoint.Get("messages", "/projects/{project_id}/chat",
		"The chat of a project, with notices about its latest runs, oldest first", http.StatusNotFound)
	list.Parameters = []*huma.Param{endpoint.PathParam("project_id")}
	list.Responses = map[string]*huma.Response{"200": endpoint.JSON("The messages.", endpoint.ListOf(h.message))}
	r.Raw(list, h.list)
	post := endpoint.Post("postMessage", "/projects/{project_id}/chat",
		"Post a message; posting an id again returns the first message",
		http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge)
	post.Parameters = []*huma.Param{endpoint.PathParam("project_id")}
	post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: h.message}}}
	post.Responses = map[string]*huma.Response{"200": endpoint.JSON("The message as it is kept.", h.message)}
	r.Raw(post, h.post)
	h.registerAnswers()
}

// list answers with the messages of a project.
func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	all, err := h.messages(r.Context(), r.PathValue("project_id"))
	if err != nil {
		return err
	}
	return endpoint.WriteJSON(w, http.StatusOK, all)
}

// post keeps a message with all members that it has, known or not.
func (h *handler) post(w http.ResponseWriter, r *http.Request) error {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MessageLimit))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return problem.Refuse(http.StatusRequestEntityTooLarge, "too_large", "the message is larger than "+endpoint.Megabytes(MessageLimit), "")
	}
	if err != nil {
		return problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "the message ended early", "send it again")
	}
	if err := h.isMessage(data); err != nil {
		return err
	}
	var m client.Message
	if err := json.Unmarshal(data, &m); err != nil {
		return noMessage(err.Error())
	}
	at := time.Now()
	if isTime(m.Timestamp) {
		at = time.UnixMilli(int64(m.Timestamp))
	}
	kept, err := h.library.Post(r.Context(), r.PathValue("project_id"), project.Message{ID: m.ID, Time: at, Content: data})
	if err != nil {
		return err
	}
	return endpoint.WriteJSON(w, http.StatusOK, kept.Content)
}

func noMessage(why string) error {
	return problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "invalid message: "+why, "send {id, type, content, timestamp}")
}

// isMessage returns what is wrong with a message. It is kept and sent as it is, so that it
// has to match its schema.
func (h *handler) isMessage(data []byte) error {
	var v any
	if !utf8.Valid(data) {
		return noMessage("it is not UTF-8")
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return noMessage(err.Error())
	}
	var found huma.ValidateResult
	huma.Validate(h.router.API.OpenAPI().Components.Schemas, h.message, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, v, &found)
	if len(found.Errors) > 0 {
		return noMessage(found.Errors[0].Error())
	}
	return nil
}

// messages returns what was posted and what happened, by the time that each message states;
// of the same time, in the order in which they came. A notice replaces a posted message of the
// same id: its actions are those that work.
func (h *handler) messages(ctx context.Context, projectID string) ([]json.RawMessage, error) {
	posted, err := h.library.Messages(ctx, projectID)
	if err != nil {
		return nil, err
	}
	notices, err := h.notices(ctx, projectID)
	if err != nil {
		return nil, err
	}
	type message struct {
		at      float64 // unix milliseconds
		content json.RawMessage
	}
	all := make([]message, 0, len(posted)+len(notices))
	known := map[string]bool{}
	for _, m := range notices {
		data, err := json.Marshal(m.Message)
		if err != nil {
			return nil, err
		}
		known[m.ID] = true
		all = append(all, message{m.Timestamp, data})
	}
	for _, m := range posted {
		if !known[m.ID] {
			all = append(all, message{statedTime(m), m.Content})
		}
	}
	slices.SortStableFunc(all, func(a, b message) int { return cmp.Compare(a.at, b.at) })
	list := make([]json.RawMessage, len(all))
	for i, m := range all {
		list[i] = m.content
	}
	return list, nil
}

// statedTime returns the time that a posted message states, in unix milliseconds, or when it was
// posted if that can't be a time.
func statedTime(m project.Message) float64 {
	var stated struct {
		Timestamp float64 `json:"timestamp"`
	}
	if json.Unmarshal(m.Content, &stated) != nil || !isTime(stated.Timestamp) {
		return float64(m.Time.UnixMilli())
	}
	return stated.Timestamp
}

// isTime reports whether a number can be a time in unix milliseconds.
func isTime(ms float64) bool { return ms > 0 && ms < 1e14 }
