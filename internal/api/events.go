package api

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/export"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
)

// maxEvents is how many events are answered at once.
const maxEvents = 10_000

// registerEvents registers the list of what happened in a run.
func (h *runsHandler) registerEvents(r *endpoint.Router) {
	op := endpoint.Get("runEvents", "/runs/{run_id}/events", "What happened in a run, as JSON or NDJSON",
		http.StatusNotFound, http.StatusUnprocessableEntity)
	format := endpoint.QueryParam("format", "json (the default), or ndjson: a file with one event a line, without limit all of them. "+
		"Accept: application/x-ndjson asks for lines too, up to 10,000.")
	format.Schema.Enum = []any{"json", "ndjson"}
	op.Parameters = []*huma.Param{
		endpoint.PathParam("run_id"), format, endpoint.NumberParam("after", 0, 0, "Begin behind the event of this seq."),
		endpoint.NumberParam("limit", 1, maxEvents, "How many at the most; all, up to 10,000."), endpoint.HeaderParam("If-None-Match", ""),
	}
	ok := endpoint.JSON("The events, in order.", endpoint.SchemaOf[client.RunEvents](r.API))
	ok.Content[typeLines] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	op.Responses = map[string]*huma.Response{"200": ok, "304": {Description: "Nothing has happened since."}}
	r.Raw(op, h.events)
}

// typeLines is the type of JSON with one value a line.
const typeLines = "application/x-ndjson"

// eventsRequest is what a request wants of the events of a run.
type eventsRequest struct {
	after, limit int64
	lines, file  bool // one event a line; the same as a file of its own
}

func readEventsRequest(r *http.Request) (of eventsRequest, err error) {
	switch format := r.URL.Query().Get("format"); format {
	case "":
		of.lines = strings.Contains(r.Header.Get("Accept"), typeLines)
	case "json", "ndjson":
		of.file = format == "ndjson"
		of.lines = of.file
	default:
		return of, problem.Refuse(http.StatusUnprocessableEntity, "invalid_request", "format is json or ndjson", "")
	}
	if of.after, err = endpoint.Number(r, "after", 0, 1<<62, 0); err != nil {
		return of, err
	}
	missing := int64(maxEvents)
	if of.file { // nothing in a truncated file would show that events are missing
		missing = math.MaxInt64
	}
	of.limit, err = endpoint.Number(r, "limit", 1, maxEvents, missing)
	return of, err
}

// events answers with what happened in a run.
func (h *runsHandler) events(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("run_id")
	of, err := readEventsRequest(r)
	if err != nil {
		return err
	}
	events := []client.Event{}
	for e, err := range h.reader.Store.Events(r.Context(), id, of.after) {
		if err != nil {
			return err
		}
		if events = append(events, wording.Worded(problem.InWords(r.Context(), e, wording.Event))); int64(len(events)) == of.limit {
			break
		}
	}
	last := of.after
	if n := len(events); n > 0 {
		last = events[n-1].Seq
	} else if of.after == 0 {
		return problem.Refuse(http.StatusNotFound, "run_events_not_found", "there is no such run", "")
	} else if _, err := run.Load(r.Context(), h.reader.Store, id); err != nil {
		return problem.As(err, run.ErrNotFound, http.StatusNotFound, "run_events_not_found")
	}
	tag := `"` + strconv.FormatInt(of.after, 10) + "-" + strconv.FormatInt(last, 10) + problem.Variant(r.Context()) + `"`
	w.Header().Set("ETag", tag)
	if endpoint.Matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if !of.lines {
		return endpoint.WriteJSON(w, http.StatusOK, client.RunEvents{RunID: id, Events: events})
	}
	if of.file {
		w.Header().Set("Content-Disposition", export.Disposition(id+"-events.ndjson"))
	}
	return writeLines(w, events)
}

func writeLines(w http.ResponseWriter, events []client.Event) error {
	w.Header().Set("Content-Type", typeLines)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, e := range events {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}
