package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/feed"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
)

const (
	// maxStreams limits the streams of a server that has room for them.
	maxStreams = 2000
	// maxFollowed limits the runs that one stream can name.
	maxFollowed = 200
	// streamPage is how many entries a stream reads from the store at once.
	streamPage = 500
)

// streamsHandler sends events as they happen.
type streamsHandler struct {
	reader *runs.Reader
	tail   *feed.Tail
	slots  *guard.Slots
}

func (h *streamsHandler) register(r *endpoint.Router) {
	one := endpoint.Get("runStream", "/runs/{run_id}/events/stream",
		"What happens in a run, as server-sent events; id is the event's seq", http.StatusNotFound, http.StatusUnprocessableEntity)
	one.Parameters = []*huma.Param{
		endpoint.PathParam("run_id"), endpoint.HeaderParam("Last-Event-ID", "Begin behind this event."),
		endpoint.NumberParam("after", 0, 0, "The same, for clients that can't set the header."),
	}
	one.Responses = map[string]*huma.Response{
		"200": endpoint.Text("A stream that ends behind the run's last event.", "text/event-stream"),
		"204": {Description: "The run is over, and nothing follows."},
	}
	r.Raw(one, h.ofRun)

	all := endpoint.Get("stream", "/events/stream",
		"What happens in some runs, in a project or in all, as server-sent events; id is the event's position in the log",
		http.StatusUnprocessableEntity)
	all.Parameters = []*huma.Param{
		endpoint.QueryParam("runs", "Ids with commas between them."), endpoint.QueryParam("project", ""),
		endpoint.HeaderParam("Last-Event-ID", "Begin behind this event; without it, with what happens from now on."),
		endpoint.NumberParam("after", 0, 0, "The same, for clients that can't set the header."),
	}
	all.Responses = map[string]*huma.Response{"200": endpoint.Text("A stream without end.", "text/event-stream")}
	r.Raw(all, h.ofAll)
}

// ofRun sends what happens in a run.
func (h *streamsHandler) ofRun(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("run_id")
	state, err := run.Load(r.Context(), h.reader.Store, id)
	if err != nil {
		return err
	}
	after, given, err := lastEventID(r)
	if err != nil {
		return err
	}
	if given && state.Status.Ended() && after >= state.LastSeq {
		w.WriteHeader(http.StatusNoContent) // which keeps a browser from coming again
		return nil
	}
	after = min(after, state.LastSeq) // an id from before a backup was put back
	return h.serve(r.Context(), &stream{
		w: w, from: guard.Address(r), head: r.Method == http.MethodHead, last: after, ends: true,
		id:    func(f feed.Frame) int64 { return f.Seq },
		wants: func(f feed.Frame) bool { return f.RunID == id },
		stored: func(ctx context.Context, after int64) (frames []feed.Frame, err error) {
			for e, err := range h.reader.Store.Events(ctx, id, after) {
				if err != nil || len(frames) == streamPage {
					return frames, err
				}
				f, err := feed.NewFrame(run.LogEntry{Event: e})
				if err != nil {
					return nil, err
				}
				frames = append(frames, f)
			}
			return frames, nil
		},
	})
}

// ofAll sends what happens in all runs, or in some.
func (h *streamsHandler) ofAll(w http.ResponseWriter, r *http.Request) error {
	of := run.EventFilter{ProjectID: r.URL.Query().Get("project"), OfRuns: true}
	if list := r.URL.Query().Get("runs"); list != "" {
		of.Runs = strings.Split(list, ",")
	}
	if len(of.Runs) > maxFollowed || slices.ContainsFunc(of.Runs, func(id string) bool { return !runs.ValidRunID(id) }) {
		return problem.Refuse(http.StatusUnprocessableEntity, "invalid_request",
			fmt.Sprintf("runs is no list of up to %d ids of runs", maxFollowed), "put commas between them")
	}
	after, given, err := lastEventID(r)
	if err != nil {
		return err
	}
	head, err := h.reader.Feed.Head(r.Context())
	if err != nil {
		return err
	}
	if !given || after > head { // an id from before a backup was put back
		after = head
	}
	return h.serve(r.Context(), &stream{
		w: w, from: guard.Address(r), head: r.Method == http.MethodHead, last: after, announces: !given,
		id:    func(f feed.Frame) int64 { return f.Position },
		wants: func(f feed.Frame) bool { return of.Match(f.LogEntry) },
		stored: func(ctx context.Context, after int64) ([]feed.Frame, error) {
			entries, err := h.reader.Feed.Entries(ctx, of, after, streamPage)
			frames := make([]feed.Frame, 0, len(entries))
			for _, e := range entries {
				f, err := feed.NewFrame(e)
				if err != nil {
					return nil, err
				}
				frames = append(frames, f)
			}
			return frames, err
		},
	})
}

// lastEventID reads after which event a client begins.
func lastEventID(r *http.Request) (after int64, given bool, err error) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return 0, false, nil
	}
	if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
		return 0, false, problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "that is no id of an event",
			"send back the id of the last event that came")
	}
	return after, true, nil
}
