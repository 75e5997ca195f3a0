package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
)

// maxEvents is how many events are answered at once.
const maxEvents = 10_000

// registerEvents registers the list of what happened in a run.
func (h *runsHandler) registerEvents(r *endpoint.Router) {
	op := endpoint.Get("runEvents", "/runs/{run_id}/events", "What happened in a run, as JSON or NDJSON",
		http.StatusNotFound, http.StatusUnprocessableEntity)
	op.Parameters = []*huma.Param{
		endpoint.PathParam("run_id"), endpoint.NumberParam("after", 0, 0, "Begin behind the event of this seq."),
		endpoint.NumberParam("limit", 1, maxEvents, "How many at the most; all, up to 10,000."), endpoint.HeaderParam("If-None-Match", ""),
	}
	ok := endpoint.JSON("The events, in order.", endpoint.SchemaOf[client.RunEvents](r.API))
	ok.Content["application/x-ndjson"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	op.Responses = map[string]*huma.Response{"200": ok, "304": {Description: "Nothing has happened since."}}
	r.Raw(op, h.events)
}

// events answers with what happened in a run.
func (h *runsHandler) events(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("run_id")
	after, err := endpoint.Number(r, "after", 0, 1<<62, 0)
	if err != nil {
		return err
	}
	limit, err := endpoint.Number(r, "limit", 1, maxEvents, maxEvents)
	if err != nil {
		return err
	}
	events := []client.Event{}
	for e, err := range h.reader.Store.Events(r.Context(), id, after) {
		if err != nil {
			return err
		}
		if events = append(events, wording.Worded(problem.InWords(r.Context(), e, wording.Event))); int64(len(events)) == limit {
			break
		}
	}
	last := after
	if n := len(events); n > 0 {
		last = events[n-1].Seq
	} else if after == 0 {
		return problem.Refuse(http.StatusNotFound, "run_events_not_found", "there is no such run", "")
	} else if _, err := run.Load(r.Context(), h.reader.Store, id); err != nil {
		return problem.As(err, run.ErrNotFound, http.StatusNotFound, "run_events_not_found")
	}
	tag := `"` + strconv.FormatInt(after, 10) + "-" + strconv.FormatInt(last, 10) + problem.Variant(r.Context()) + `"`
	w.Header().Set("ETag", tag)
	if endpoint.Matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if !strings.Contains(r.Header.Get("Accept"), "application/x-ndjson") {
		return endpoint.WriteJSON(w, http.StatusOK, client.RunEvents{RunID: id, Events: events})
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, e := range events {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}
