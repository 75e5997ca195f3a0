package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// mostEvents is how many events are answered at once.
const mostEvents = 10_000

// events registers what happened in a run.
func (s *API) events() {
	op := operation("runEvents", http.MethodGet, "/runs/{run_id}/events", "What happened in a run, as JSON or NDJSON", http.StatusNotFound, http.StatusUnprocessableEntity)
	op.Parameters = []*huma.Param{pathParam("run_id"), numberParam("after", 0, 0, "Begin behind the event of this seq."),
		numberParam("limit", 1, mostEvents, "How many at the most; all, up to 10,000."), headerParam("If-None-Match", "")}
	ok := described("The events, in order.", schemaOf[client.RunEvents](s))
	ok.Content["application/x-ndjson"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	op.Responses = map[string]*huma.Response{"200": ok, "304": {Description: "Nothing has happened since."}}
	s.raw(op, s.answerEvents)
}

func (s *API) answerEvents(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("run_id")
	after, err := number(r, "after", 0, 1<<62, 0)
	if err != nil {
		return err
	}
	limit, err := number(r, "limit", 1, mostEvents, mostEvents)
	if err != nil {
		return err
	}
	events := []event.Event{}
	for e, err := range s.app.Store.Events(r.Context(), id, after) {
		if err != nil {
			return err
		}
		if events = append(events, e); int64(len(events)) == limit {
			break
		}
	}
	last := after
	if n := len(events); n > 0 {
		last = events[n-1].Seq
	} else if after == 0 {
		return refuse(http.StatusNotFound, "run_events_not_found", "there is no such run", "")
	} else if _, err := run.Load(r.Context(), s.app.Store, id); err != nil {
		return as(err, run.ErrNotFound, http.StatusNotFound, "run_events_not_found")
	}
	tag := `"` + strconv.FormatInt(after, 10) + "-" + strconv.FormatInt(last, 10) + `"`
	w.Header().Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if !strings.Contains(r.Header.Get("Accept"), "application/x-ndjson") {
		return writeJSON(w, http.StatusOK, client.RunEvents{RunID: id, Events: events})
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

// number reads a whole number of a query.
func number(r *http.Request, name string, least, most, otherwise int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		return 0, refuse(http.StatusUnprocessableEntity, "invalid_request", name+" is no whole number from "+strconv.FormatInt(least, 10)+" to "+strconv.FormatInt(most, 10), "")
	}
	return n, nil
}
