package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Start begins a run. The same key gives the same run, however often it is asked for,
// so that a request whose answer was lost is sent again; with the key "" each request
// makes a run.
func (c *Client) Start(ctx context.Context, key string, r RunRequest) (out Started, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: []string{"runs", "start"}, body: r, key: key}, &out)
	return out, err
}

// RunsQuery says which runs are listed. The zero value means the newest ones.
type RunsQuery struct {
	Project string
	Status  run.Status
	Cursor  string // the NextCursor of the page before
	Limit   int    // of the page; 0 for as many as the server likes
}

// Runs returns a page of the list of runs, newest first.
func (c *Client) Runs(ctx context.Context, q RunsQuery) (out RunsPage, err error) {
	values := limited(nil, q.Limit)
	for name, v := range map[string]string{"project": q.Project, "status": string(q.Status), "cursor": q.Cursor} {
		if v != "" {
			values.Set(name, v)
		}
	}
	_, err = c.do(ctx, request{method: http.MethodGet, path: []string{"runs"}, query: values}, &out)
	return out, err
}

// State returns where a run stands, and a tag of that. If that is still what a tag is
// of, the error is ErrUnchanged; the tag "" is of nothing.
func (c *Client) State(ctx context.Context, runID, tag string) (out RunState, now string, err error) {
	header, err := c.do(ctx, request{method: http.MethodGet, path: []string{"runs", runID, "state"}, header: map[string]string{"If-None-Match": tag}}, &out)
	return out, header.Get("ETag"), err
}

// Events returns what happened in a run behind an event, in order. With a limit of 0
// it returns as much as the server likes to answer at once; nothing is left when none
// comes.
func (c *Client) Events(ctx context.Context, runID string, after int64, limit int) ([]event.Event, error) {
	q := limited(url.Values{"after": {strconv.FormatInt(after, 10)}}, limit)
	var out RunEvents
	_, err := c.do(ctx, request{method: http.MethodGet, path: []string{"runs", runID, "events"}, query: q}, &out)
	return out.Events, err
}

// Cancel ends a run, and returns when it has ended.
func (c *Client) Cancel(ctx context.Context, runID string) error { return c.say(ctx, runID, "cancel") }

// TryNow ends a run's waiting: whoever it waits for is asked at once.
func (c *Client) TryNow(ctx context.Context, runID string) error { return c.say(ctx, runID, "try-now") }

// Resume lets a paused run go on, accepting what it waits for to be accepted, or any run
// with whoever can be asked today.
func (c *Client) Resume(ctx context.Context, runID string, r ResumeRequest) error {
	_, err := c.do(ctx, request{method: http.MethodPost, path: []string{"runs", runID, "resume"}, body: r}, nil)
	return err
}

func (c *Client) say(ctx context.Context, runID, word string) error {
	_, err := c.do(ctx, request{method: http.MethodPost, path: []string{"runs", runID, word}}, nil)
	return err
}

// RetryFailedStage begins a run that goes on with another one from the stage that
// failed. The key is as in [Client.Start].
func (c *Client) RetryFailedStage(ctx context.Context, runID, key string) (out Started, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: []string{"runs", runID, "retry-failed-stage"}, key: key}, &out)
	return out, err
}

// Retry begins a run that goes on with another one. The key is as in [Client.Start].
// If a plan's tag is given, a retry that would do anything else is a *Problem of code
// plan_changed.
func (c *Client) Retry(ctx context.Context, runID, key string, r RetryRequest, planTag string) (out Started, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: []string{"runs", runID, "retry"}, body: r, key: key, header: map[string]string{"If-Match": planTag}}, &out)
	return out, err
}

// RetryPlan says what a retry would keep, do again and cost, and returns a tag of that
// for [Client.Retry].
func (c *Client) RetryPlan(ctx context.Context, runID string, r RetryRequest) (out run.RetryPlan, tag string, err error) {
	q := url.Values{}
	for name, v := range map[string]string{"from": r.From, "recipe": r.Recipe, "max_cost_usd": decimal(r.MaxCostUSD), "max_wait_seconds": decimal(r.MaxWaitSeconds)} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if r.Full {
		q.Set("full", "true")
	}
	header, err := c.do(ctx, request{method: http.MethodGet, path: []string{"runs", runID, "retry-plan"}, query: q}, &out)
	return out, header.Get("ETag"), err
}

// decimal writes a number; "" if there is none.
func decimal(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// Export writes the files of a run, its state, events and artifacts, as a zip archive.
func (c *Client) Export(ctx context.Context, runID string, w io.Writer) error {
	resp, err := c.send(ctx, request{method: http.MethodGet, path: []string{"runs", runID, "export"}})
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	archive := &source{Reader: resp.Body}
	var end tail
	if _, err := io.Copy(io.MultiWriter(w, &end), archive); archive.err != nil {
		return c.lost(ctx, archive.err)
	} else if err != nil {
		return fmt.Errorf("the archive can't be written: %w", err)
	}
	if !end.ofArchive() {
		return c.lost(ctx, errors.New("the archive ended early"))
	}
	return nil
}

// tail keeps the end of what is written: the server can't say in the middle of an
// archive that it failed, but leaves out how it ends.
type tail struct{ last []byte }

// endRecord is how long the end of an archive is.
const endRecord = 22

// Write keeps the last bytes.
func (t *tail) Write(p []byte) (int, error) {
	t.last = append(t.last, p[max(len(p)-endRecord, 0):]...)
	t.last = t.last[max(len(t.last)-endRecord, 0):]
	return len(p), nil
}

func (t *tail) ofArchive() bool { return bytes.HasPrefix(t.last, []byte("PK\x05\x06")) }
