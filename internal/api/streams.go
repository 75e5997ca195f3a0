package api

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run"
)

const (
	// heartbeat is how often a stream shows that it lives.
	heartbeat = 15 * time.Second
	// writeTime is how long a client may take to take a frame.
	writeTime = 30 * time.Second
	// farewell is how long a client may take to take the last frame of a server that stops.
	farewell = 500 * time.Millisecond
	// mostStreams bounds the streams of a server that has room for them.
	mostStreams = 2000
	// mostFollowed bounds the runs that one stream can name.
	mostFollowed = 200
	// page is how many entries a stream reads from the store at once.
	page = 500
)

// streams registers what is told of as it happens.
func (s *API) streams() {
	one := operation("runStream", http.MethodGet, "/runs/{run_id}/events/stream", "What happens in a run, as server-sent events; id is the event's seq", http.StatusNotFound, http.StatusUnprocessableEntity)
	one.Parameters = []*huma.Param{pathParam("run_id"), headerParam("Last-Event-ID", "Begin behind this event."), numberParam("after", 0, 0, "The same, for clients that can't set the header.")}
	one.Responses = map[string]*huma.Response{"200": text("A stream that ends behind the run's last event.", "text/event-stream"), "204": {Description: "The run is over, and nothing follows."}}
	s.raw(one, s.streamRun)

	all := operation("stream", http.MethodGet, "/events/stream", "What happens in some runs, in a project or in all, as server-sent events; id is the event's position in the log", http.StatusUnprocessableEntity)
	all.Parameters = []*huma.Param{queryParam("runs", "Ids with commas between them."), queryParam("project", ""),
		headerParam("Last-Event-ID", "Begin behind this event; without it, with what happens from now on."), numberParam("after", 0, 0, "The same, for clients that can't set the header.")}
	all.Responses = map[string]*huma.Response{"200": text("A stream without end.", "text/event-stream")}
	s.raw(all, s.streamAll)
}

// stream is a client that follows events. Its ids are places in one order.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	from    netip.Prefix                                            // where the client is
	last    int64                                                   // id of the last frame that was sent
	id      func(f frame) int64                                     // of a frame in the stream's order
	wants   func(f frame) bool                                      // whether a frame is for it
	tells   bool                                                    // where it begins, which a client that leaves before any frame can't know
	head    bool                                                    // only the headers are asked for
	ends    bool                                                    // with the last frame of a run
	stored  func(ctx context.Context, after int64) ([]frame, error) // what the store has behind an id, in order; not all of it at once
}

func (s *API) streamRun(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("run_id")
	state, err := run.Load(r.Context(), s.app.Store, id)
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
	return s.stream(r.Context(), &stream{w: w, from: address(r), head: r.Method == http.MethodHead, last: after, ends: true,
		id:    func(f frame) int64 { return f.seq },
		wants: func(f frame) bool { return f.run == id },
		stored: func(ctx context.Context, after int64) (frames []frame, err error) {
			for e, err := range s.app.Store.Events(ctx, id, after) {
				if err != nil || len(frames) == page {
					return frames, err
				}
				f, err := newFrame(run.LogEntry{Event: e})
				if err != nil {
					return nil, err
				}
				frames = append(frames, f)
			}
			return frames, nil
		}})
}

func (s *API) streamAll(w http.ResponseWriter, r *http.Request) error {
	of := run.EventFilter{ProjectID: r.URL.Query().Get("project")}
	if list := r.URL.Query().Get("runs"); list != "" {
		of.Runs = strings.Split(list, ",")
	}
	if len(of.Runs) > mostFollowed || slices.ContainsFunc(of.Runs, func(id string) bool { return !app.ValidRunID(id) }) {
		return refuse(http.StatusUnprocessableEntity, "invalid_request", fmt.Sprintf("runs is no list of up to %d ids of runs", mostFollowed), "put commas between them")
	}
	after, given, err := lastEventID(r)
	if err != nil {
		return err
	}
	head, err := s.app.Feed.Head(r.Context())
	if err != nil {
		return err
	}
	if !given || after > head { // an id from before a backup was put back
		after = head
	}
	return s.stream(r.Context(), &stream{w: w, from: address(r), head: r.Method == http.MethodHead, last: after, tells: !given,
		id: func(f frame) int64 { return f.position },
		wants: func(f frame) bool {
			return (of.ProjectID == "" || f.project == of.ProjectID) && (len(of.Runs) == 0 || slices.Contains(of.Runs, f.run))
		},
		stored: func(ctx context.Context, after int64) ([]frame, error) {
			entries, err := s.app.Feed.Entries(ctx, of, after, page)
			frames := make([]frame, 0, len(entries))
			for _, e := range entries {
				f, err := newFrame(e)
				if err != nil {
					return nil, err
				}
				frames = append(frames, f)
			}
			return frames, err
		}})
}

// lastEventID reads behind which event a client begins.
func lastEventID(r *http.Request) (after int64, given bool, err error) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return 0, false, nil
	}
	if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
		return 0, false, refuse(http.StatusUnprocessableEntity, "invalid_request", "that is no id of an event", "send back the id of the last event that came")
	}
	return after, true, nil
}

// stream sends a client what is stored, and then what happens, until it leaves.
func (s *API) stream(ctx context.Context, c *stream) error {
	leave, ok := s.following.enter(c.from)
	if !ok {
		return tooManyStreams()
	}
	defer leave()
	c.control = http.NewResponseController(c.w)
	c.control.SetReadDeadline(time.Time{}) //nolint:errcheck // tests have no connection
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy is to pass on each frame
	if c.head {
		return nil
	}
	begin := "retry: 2000\n\n"
	if c.tells {
		begin = fmt.Sprintf("retry: 2000\nid: %d\n\n", c.last)
	}
	if err := c.send(begin); err != nil {
		return err
	}
	var buffer []frame
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		place, err := s.feed.now(ctx)
		if err != nil {
			return err
		}
		if over, err := c.catchUp(ctx); over || err != nil {
			return err
		}
		for {
			frames, ok, more, ended := s.feed.after(place, buffer)
			if !ok {
				break // it was too slow, and reads from the store
			}
			place += len(frames)
			buffer = frames
			if over, err := c.deliver(frames); over || err != nil {
				return err
			}
			if ended {
				return c.sendIn(farewell, "retry: 1000\n\n") // the server stops; the client comes again
			}
			select {
			case <-more:
			case <-beat.C:
				if err := c.send(": still here\n\n"); err != nil {
					return err
				}
			case <-loggedOut(ctx):
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
}

func tooManyStreams() *refusal {
	p := refuse(http.StatusServiceUnavailable, "too_many_streams", "too many clients follow events", "try again later, or poll /events")
	p.wait = 10
	return p
}

// catchUp sends what the store has and the client has not.
func (c *stream) catchUp(ctx context.Context) (over bool, err error) {
	for {
		frames, err := c.stored(ctx, c.last)
		if err != nil || len(frames) == 0 {
			return false, err
		}
		if over, err := c.deliver(frames); over || err != nil {
			return over, err
		}
	}
}

// deliver sends the frames that the client has not had, at once.
func (c *stream) deliver(frames []frame) (over bool, err error) {
	var b strings.Builder
	for _, f := range frames {
		id := c.id(f)
		if over || !c.wants(f) || id <= c.last {
			continue
		}
		c.last = id
		fmt.Fprintf(&b, "id: %d\ndata: %s\n\n", id, f.data)
		over = c.ends && f.last
	}
	if b.Len() == 0 {
		return over, nil
	}
	return over, c.send(b.String())
}

func (c *stream) send(text string) error { return c.sendIn(writeTime, text) }

// sendIn sends within a time.
func (c *stream) sendIn(most time.Duration, text string) error {
	c.control.SetWriteDeadline(time.Now().Add(most)) //nolint:errcheck // tests have no connection
	if _, err := c.w.Write([]byte(text)); err != nil {
		return err
	}
	return c.control.Flush()
}
