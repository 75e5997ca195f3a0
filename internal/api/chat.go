package api

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
	"github.com/cineforge/cineforge/project"
)

// chatLimit is how large a message may be, in bytes.
const chatLimit = 1 << 20

// chat registers what is said in projects.
func (s *API) chat() {
	s.message = schemaOf[client.Message](s)
	list := operation("messages", http.MethodGet, "/projects/{project_id}/chat", "What was said in a project, and what happened in its latest runs, oldest first", http.StatusNotFound)
	list.Parameters = []*huma.Param{pathParam("project_id")}
	list.Responses = map[string]*huma.Response{"200": described("The messages.", listOf(s.message))}
	s.raw(list, func(w http.ResponseWriter, r *http.Request) error {
		all, err := s.messages(r.Context(), r.PathValue("project_id"))
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, all)
	})
	post := operation("postMessage", http.MethodPost, "/projects/{project_id}/chat", "Say something; a message of an id that was posted is that message", http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge)
	post.Parameters = []*huma.Param{pathParam("project_id")}
	post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: s.message}}}
	post.Responses = map[string]*huma.Response{"200": described("The message as it is kept.", s.message)}
	s.raw(post, s.post)
	s.answers()
}

// post keeps a message with all members that it has, known or not.
func (s *API) post(w http.ResponseWriter, r *http.Request) error {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, chatLimit))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return refuse(http.StatusRequestEntityTooLarge, "too_large", "the message is larger than "+megabytes(chatLimit), "")
	}
	if err != nil {
		return refuse(http.StatusUnprocessableEntity, "invalid_request", "the message ended early", "send it again")
	}
	if err := s.isMessage(data); err != nil {
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
	kept, err := s.app.Post(r.Context(), r.PathValue("project_id"), project.Message{ID: m.ID, Time: at, Content: data})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, kept.Content)
}

func noMessage(why string) error {
	return refuse(http.StatusUnprocessableEntity, "invalid_request", "that is no message: "+why, "send {id, type, content, timestamp}")
}

// isMessage says what is wrong with a message. It is kept and sent on as it is, so that
// it has to be as the document says.
func (s *API) isMessage(data []byte) error {
	var v any
	if !utf8.Valid(data) {
		return noMessage("it is not UTF-8")
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return noMessage(err.Error())
	}
	var found huma.ValidateResult
	huma.Validate(s.huma.OpenAPI().Components.Schemas, s.message, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, v, &found)
	if len(found.Errors) > 0 {
		return noMessage(found.Errors[0].Error())
	}
	return nil
}

// messages returns what was posted and what happened, by the time that each message states;
// of the same time, in the order in which they came. Where a message was posted about what
// is told of here, this one counts: its actions are those that work.
func (s *API) messages(ctx context.Context, projectID string) ([]json.RawMessage, error) {
	posted, err := s.app.Messages(ctx, projectID)
	if err != nil {
		return nil, err
	}
	told, err := s.told(ctx, projectID)
	if err != nil {
		return nil, err
	}
	type message struct {
		at      float64 // unix milliseconds
		content json.RawMessage
	}
	all := make([]message, 0, len(posted)+len(told))
	known := map[string]bool{}
	for _, m := range told {
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

// statedTime returns the time of a posted message in unix milliseconds: as it says, unless it
// can't be that.
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
