package streams

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/wording"
)

// How many events of the log are answered at once.
const (
	usualEvents = 500
	maxEvents   = 5000
)

const ndjson = "application/x-ndjson"

// registerLog registers the log as pages, for clients that can't hold a stream open.
func (h *handler) registerLog(r *endpoint.Router) {
	op := endpoint.Get("events", "/events", "The log of all events, as JSON or NDJSON: what a stream sends, in pages",
		http.StatusUnprocessableEntity)
	op.Parameters = append(filterParams(),
		endpoint.NumberParam("after", 0, 0, "Begin behind this position; 0 is the beginning of the log."),
		endpoint.NumberParam("limit", 1, maxEvents, "How many at the most; 500 if it is missing."),
		endpoint.HeaderParam("If-None-Match", ""))
	ok := endpoint.JSON("The events, in the order in which they were stored.", endpoint.SchemaOf[client.EventsPage](r.API))
	ok.Content[ndjson] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	ok.Headers = map[string]*huma.Header{client.PositionHeader: {
		Description: "The member position of the JSON form: where the next page begins.", Schema: &huma.Schema{Type: huma.TypeInteger},
	}}
	op.Responses = map[string]*huma.Response{"200": ok, "304": {Description: "Nothing has happened since."}}
	r.Raw(op, h.log)
}

// log answers with a page of the log.
func (h *handler) log(w http.ResponseWriter, r *http.Request) error {
	of, err := readFilter(r)
	if err != nil {
		return err
	}
	after, err := endpoint.Number(r, "after", 0, 1<<62, 0)
	if err != nil {
		return err
	}
	limit, err := endpoint.Number(r, "limit", 1, maxEvents, usualEvents)
	if err != nil {
		return err
	}
	// What is stored between the two reads comes with the next page.
	head, err := h.reader.Feed.Head(r.Context())
	if err != nil {
		return err
	}
	entries, err := h.reader.Feed.Entries(r.Context(), of, after, int(limit))
	if err != nil {
		return err
	}
	page := client.EventsPage{Events: []client.Event{}, Positions: []int64{}, Position: max(after, head)}
	if after > head { // a position from before a backup was put back
		page.Position = head
	}
	for _, e := range entries {
		page.Events = append(page.Events, wording.Worded(problem.InWords(r.Context(), e.Event, wording.Event)))
		page.Positions = append(page.Positions, e.Position)
		page.Position = max(page.Position, e.Position)
	}
	if page.More = len(entries) == int(limit); page.More {
		page.Position = entries[limit-1].Position
	}
	return writePage(w, r, page)
}

// writePage answers with a page in the form that the client accepts.
func writePage(w http.ResponseWriter, r *http.Request, page client.EventsPage) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	mediaType := "application/json"
	var err error
	if strings.Contains(r.Header.Get("Accept"), ndjson) {
		mediaType = ndjson
		for _, e := range page.Events {
			if err == nil {
				err = enc.Encode(e)
			}
		}
	} else {
		err = enc.Encode(page)
	}
	if err != nil {
		return err
	}
	tag := endpoint.Tag(strconv.AppendInt(body.Bytes(), page.Position, 10))
	w.Header().Set("ETag", tag)
	w.Header().Set(client.PositionHeader, strconv.FormatInt(page.Position, 10))
	if endpoint.Matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", mediaType)
	_, err = w.Write(body.Bytes())
	return err
}
