package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
)

// talkLimit is how large a question with what was said before may be, in bytes.
const talkLimit = 8 << 20

// answers registers what the chat answers. No model is asked: what it says is where the
// latest run stands, by its events, and what can be done.
func (s *API) answers() {
	type ask struct {
		InProject
		Body client.ChatRequest
	}
	streamed(s, operation("chatStream", http.MethodPost, "/projects/{project_id}/chat/stream",
		"Ask where a project stands; the answer is a stream of chunks, made from the events of its latest run without any model",
		http.StatusNotFound),
		func(ctx context.Context, in *ask) (string, []client.Action, error) {
			return s.standing(ctx, in.Project)
		})
	type insight struct {
		InProject
		Body client.InsightRequest
	}
	streamed(s, operation("chatInsight", http.MethodPost, "/projects/{project_id}/chat/insight",
		"A comment on what has happened in a project, such as the end of a run, in the form of chatStream", http.StatusNotFound),
		func(ctx context.Context, in *insight) (string, []client.Action, error) {
			return s.standing(ctx, in.Project)
		})
}

// streamed registers an operation whose answer is a text and actions, as a stream.
func streamed[I any](s *API, op huma.Operation, do func(ctx context.Context, in *I) (string, []client.Action, error)) {
	op.Errors = append(op.Errors, append(badBodies, http.StatusUnprocessableEntity)...)
	op.MaxBodyBytes = talkLimit
	op.Responses = map[string]*huma.Response{"200": {
		Description: "Server-sent events; the data of each is such a chunk, and the last is of type done.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: schemaOf[client.ChatChunk](s)}}}}
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		text, actions, err := do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		chunks := []client.ChatChunk{{Type: "text", Content: text}}
		if len(actions) > 0 {
			chunks = append(chunks, client.ChatChunk{Type: "actions", Actions: actions})
		}
		chunks = append(chunks, client.ChatChunk{Type: "done", Warnings: warningsOf(ctx)})
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			ctx.SetHeader("Content-Type", "text/event-stream")
			ctx.SetHeader("X-Accel-Buffering", "no")
			for _, c := range chunks {
				data, err := json.Marshal(c)
				if err != nil {
					return // it has nothing that can't be written
				}
				if _, err := fmt.Fprintf(ctx.BodyWriter(), "data: %s\n\n", data); err != nil {
					return
				}
			}
		}}, nil
	})
}

// standing says where a project's latest run stands, and what can be done about it.
func (s *API) standing(ctx context.Context, projectID string) (string, []client.Action, error) {
	p, err := s.app.Project(ctx, projectID)
	if err != nil {
		return "", nil, err
	}
	latest, _, err := s.app.List(ctx, app.Filter{RunFilter: run.RunFilter{ProjectID: projectID}, Limit: 1})
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
	state, err := s.app.State(ctx, latest[0].RunID)
	if err != nil {
		return "", nil, err
	}
	return standingOf(state, time.Now()), append(actionsFor(state), details(state.RunID)), nil
}

// standingOf says where a run stands, in paragraphs.
func standingOf(s run.State, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Run %s of %s on %s %s", s.RunID, s.RecipeID, cmp.Or(s.InputName, "its input"), headline(s))
	if done := progressOf(s); done != "" {
		b.WriteString("\n\n" + done)
	}
	if s.StartedAt != nil {
		end := now
		if s.FinishedAt != nil {
			end = s.FinishedAt.Time
		}
		fmt.Fprintf(&b, "\n\nIt has taken %s and cost $%.4f.", end.Sub(s.StartedAt.Time).Round(time.Second), s.TotalCostUSD)
	}
	a := advice.For(s)
	if a.Helps != "" {
		b.WriteString("\n\n" + a.Helps)
	}
	for _, r := range a.Remedies {
		if r.Endpoint != "" {
			b.WriteString("\n- " + r.Label + ": `" + r.Request() + "`")
		}
	}
	b.WriteString("\n\nThis is read from the run's events; no model was asked.")
	return b.String()
}

// headline says in a sentence what a run is doing, or how it ended.
func headline(s run.State) string {
	switch s.Status {
	case run.Queued:
		return "is queued and begins as soon as there is room."
	case run.RunDone:
		if s.DryRun {
			return "was checked and can be run."
		}
		return "is done."
	case run.RunCancelled:
		return "was cancelled."
	case run.RunFailed:
		text := "failed: "
		if id := advice.FailedStage(s); id != "" {
			text = "failed at " + id + ": "
		}
		return text + strings.TrimSuffix(failureText(s), ".") + "."
	case run.Paused:
		for _, id := range s.StageOrder {
			if st, _ := s.Stage(id); st.Status == run.StagePaused {
				return "is paused at " + id + ": " + cmp.Or(st.Error, strings.ReplaceAll(st.PauseReason, "_", " ")) + "."
			}
		}
		return "is paused."
	case run.Waiting:
		if len(s.Needs) > 0 {
			return "waits for " + run.NeedsText(s.Needs) + "."
		}
		if s.NextAttemptAt != nil && s.WaitReason != nil {
			return "waits until " + s.NextAttemptAt.UTC().Format("15:04:05 MST") + ": " + strings.TrimSuffix(*s.WaitReason, ".") + "."
		}
		return "waits."
	}
	return "is under way."
}

// progressOf says how far the stages of a run are.
func progressOf(s run.State) string {
	var parts []string
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		part := id + " is " + strings.ReplaceAll(string(st.Status), "_", " ")
		if st.UnitsTotal > 0 && !st.Status.Completed() {
			part += fmt.Sprintf(" (%d of %d units)", st.UnitsDone, st.UnitsTotal)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	text := "Stages: " + strings.Join(parts, ", ") + "."
	if made := madeBy(s); made != "" {
		text += " It made " + made + "."
	}
	return text
}

// madeBy counts the artifacts of a run by their types.
func madeBy(s run.State) string {
	var types []string
	counts := map[string]int{}
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		for _, ref := range st.ArtifactRefs {
			if counts[ref.ArtifactType]++; counts[ref.ArtifactType] == 1 {
				types = append(types, ref.ArtifactType)
			}
		}
	}
	for i, name := range types {
		types[i] = fmt.Sprintf("%d %s", counts[name], strings.ReplaceAll(name, "_", " "))
		if counts[name] > 1 {
			types[i] += "s"
		}
	}
	if n := len(types); n > 1 {
		return strings.Join(types[:n-1], ", ") + " and " + types[n-1]
	}
	return strings.Join(types, "")
}
