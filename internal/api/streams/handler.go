// Package streams tells clients of the API what happens, as it happens: in streams of events, and in
// pages of the log.
package streams

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/feed"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

const (
	// MaxStreams limits the streams of a server that has room for them.
	MaxStreams = 2000
	// streamPage is how many entries a stream reads from the store at once.
	streamPage = 500
)

// Options are what is told to clients, and to how many.
type Options struct {
	Reader  *runs.Reader
	Tail    *feed.Tail
	Streams int    // how many there are at a time; one address has half of them at most
	Version string // of the program
}

// handler sends events as they happen.
type handler struct {
	reader  *runs.Reader
	tail    *feed.Tail
	slots   *guard.Slots
	version string
}

// Register registers the streams of events, and the log.
func Register(r *endpoint.Router, o Options) {
	h := &handler{reader: o.Reader, tail: o.Tail, slots: guard.NewSlots(o.Streams), version: o.Version}
	one := endpoint.Get("runStream", "/runs/{run_id}/events/stream",
		"What happens in a run, as server-sent events; id is the event's seq", http.StatusNotFound, http.StatusUnprocessableEntity)
	one.Parameters = []*huma.Param{
		endpoint.PathParam("run_id"), endpoint.HeaderParam("Last-Event-ID", "Start after this event."),
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
	all.Parameters = append(filterParams(),
		endpoint.QueryParam("brief", "With 1, each event has only the members that lists show."),
		endpoint.HeaderParam("Last-Event-ID", "Begin behind this event; without it, with what happens from now on."),
		endpoint.NumberParam("after", 0, 0, "The same, for clients that can't set the header."))
	all.Responses = map[string]*huma.Response{"200": endpoint.Text(
		"A stream without end. With topics its first frame is {\"event\":\"hello\"}, which has no id; without, it has only events of runs.",
		"text/event-stream")}
	r.Raw(all, h.ofAll)
	h.registerLog(r)
}

// ofRun sends what happens in a run.
func (h *handler) ofRun(w http.ResponseWriter, r *http.Request) error {
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
		id:    func(f *feed.Frame) int64 { return f.Seq },
		wants: func(f *feed.Frame) bool { return f.RunID == id },
		stored: func(ctx context.Context, after int64) (frames []*feed.Frame, err error) {
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

// ofAll sends what happens in all runs, or what a filter means.
func (h *handler) ofAll(w http.ResponseWriter, r *http.Request) error {
	of, err := readFilter(r)
	if err != nil {
		return err
	}
	after, given, err := lastEventID(r)
	if err != nil {
		return err
	}
	brief, err := flag(r, "brief")
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
	of.OfRuns = len(of.Topics) == 0
	var hello []byte
	if !of.OfRuns {
		at, err := h.timeOf(r.Context(), after)
		if err != nil {
			return err
		}
		if hello, err = json.Marshal(client.Hello{
			Event: "hello", ServerTime: event.Timestamp{Time: time.Now()}, Version: h.version, Position: after, Head: head, PositionTime: at,
		}); err != nil {
			return err
		}
	}
	return h.serve(r.Context(), &stream{
		w: w, from: guard.Address(r), head: r.Method == http.MethodHead, last: after, hello: hello, announces: !given, brief: brief,
		id:    func(f *feed.Frame) int64 { return f.Position },
		wants: func(f *feed.Frame) bool { return of.Match(&f.LogEntry) },
		stored: func(ctx context.Context, after int64) ([]*feed.Frame, error) {
			entries, err := h.reader.Feed.Entries(ctx, of, after, streamPage)
			frames := make([]*feed.Frame, 0, len(entries))
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

// timeOf returns when the event at a position was stored; nil if there is none.
func (h *handler) timeOf(ctx context.Context, position int64) (*event.Timestamp, error) {
	entries, err := h.reader.Feed.Entries(ctx, run.EventFilter{}, position-1, 1)
	if err != nil || len(entries) == 0 || entries[0].Position != position {
		return nil, err
	}
	return &event.Timestamp{Time: entries[0].Time}, nil
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
		return 0, false, problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "invalid event id",
			"send back the id of the last event that came")
	}
	return after, true, nil
}
