package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/strict"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
)

// QuestionLimit is how large a question with the messages before it may be, in bytes.
const QuestionLimit = 8 << 20

// registerAnswers registers the questions that the chat answers.
func (h *handler) registerAnswers() {
	type ask struct {
		endpoint.InProject
		Body client.ChatRequest
	}
	streamed(h.router, endpoint.Post("chatStream", "/projects/{project_id}/chat/stream",
		"Ask about the state of a project; the answer streams chunks made from the events of its latest run, without a model",
		http.StatusNotFound),
		func(ctx context.Context, in *ask) (string, []client.Action, error) {
			return h.standing(ctx, in.Project)
		})
	type insight struct {
		endpoint.InProject
		Body client.InsightRequest
	}
	streamed(h.router, endpoint.Post("chatInsight", "/projects/{project_id}/chat/insight",
		"A comment on an event in a project, such as the end of a run, in the form of chatStream", http.StatusNotFound),
		func(ctx context.Context, in *insight) (string, []client.Action, error) {
			return h.standing(ctx, in.Project)
		})
}

// streamed registers an operation whose answer is a text and actions, as a stream.
func streamed[I any](r *endpoint.Router, op huma.Operation, do func(ctx context.Context, in *I) (string, []client.Action, error)) {
	op.Errors = append(op.Errors, append(endpoint.BadBodies, http.StatusUnprocessableEntity)...)
	op.MaxBodyBytes = QuestionLimit
	op.Responses = map[string]*huma.Response{"200": {
		Description: "Server-sent events; the data of each is such a chunk, and the last is of type done.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: endpoint.SchemaOf[client.ChatChunk](r.API)}}}}
	huma.Register(r.API, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		text, actions, err := do(ctx, in)
		if err != nil {
			return nil, r.Problems.For(ctx, err)
		}
		chunks := []client.ChatChunk{{Type: "text", Content: text}}
		if len(actions) > 0 {
			chunks = append(chunks, client.ChatChunk{Type: "actions", Actions: actions})
		}
		chunks = append(chunks, client.ChatChunk{Type: "done", Warnings: strict.Warnings(ctx)})
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			ctx.SetHeader("Content-Type", "text/event-stream")
			ctx.SetHeader("X-Accel-Buffering", "no")
			for _, c := range chunks {
				data, err := json.Marshal(c)
				if err != nil {
					return // a chunk can always be encoded
				}
				if _, err := fmt.Fprintf(ctx.BodyWriter(), "data: %s\n\n", data); err != nil {
					return
				}
			}
		}}, nil
	})
}

// standing describes the state of a project's latest run, and returns what can be done about it.
func (h *handler) standing(ctx context.Context, projectID string) (string, []client.Action, error) {
	p, err := h.library.Project(ctx, projectID)
	if err != nil {
		return "", nil, err
	}
	latest, _, err := h.reader.List(ctx, runs.Filter{RunFilter: run.RunFilter{ProjectID: projectID}, Limit: 1})
	if err != nil {
		return "", nil, err
	}
	if len(latest) == 0 {
		text := "Nothing has been run yet. Upload a screenplay to begin."
		if n := len(p.Inputs); n > 0 {
			text = "Nothing has been run yet. " + p.Inputs[n-1].Original + " is here: start an analysis to find its scenes."
		}
		return text, nil, nil
	}
	state, err := h.reader.State(ctx, latest[0].RunID)
	if err != nil {
		return "", nil, err
	}
	return describeRun(state, time.Now()), append(actions(state), details(state.RunID)), nil
}
