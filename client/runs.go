package client

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/run"
)

// Runs makes the requests about runs.
type Runs struct{ conn *connection }

// Start starts a run. The same key gives the same run, however often it is sent, so that a
// request whose answer was lost is sent again; with the key "" each request makes a run.
func (r *Runs) Start(ctx context.Context, key string, ask RunRequest) (out Started, err error) {
	_, err = r.conn.do(ctx, request{method: http.MethodPost, path: []string{"runs", "start"}, body: ask, key: key}, &out)
	return out, err
}

// RunsQuery says which runs are listed. The zero value means the newest ones.
type RunsQuery struct {
	Project  string
	Status   run.Status
	Statuses []run.Status // any of these, beside Status
	NeedsYou bool         // only those that need a person
	Drill    string       // "true" for drills only, "false" for none, or the scenario of drills
	Cursor   string       // the NextCursor of the page before
	Limit    int          // of the page; 0 for as many as the server likes
}

// List returns a page of the list of runs, newest first.
func (r *Runs) List(ctx context.Context, q RunsQuery) (RunsPage, error) {
	values := limited(q.Limit)
	var statuses []string
	for _, s := range append(slices.Clone(q.Statuses), q.Status) {
		if s != "" {
			statuses = append(statuses, string(s))
		}
	}
	if q.NeedsYou {
		values.Set("needs_you", "true")
	}
	for name, v := range map[string]string{
		"project": q.Project, "status": strings.Join(statuses, ","), "drill": q.Drill, "cursor": q.Cursor,
	} {
		if v != "" {
			values.Set(name, v)
		}
	}
	return get[RunsPage](ctx, r.conn, values, "runs")
}

// State returns the state of a run, and its tag. If the state still has the given tag, the
// error is ErrUnchanged; no state has the tag "".
func (r *Runs) State(ctx context.Context, runID, tag string) (out RunState, now string, err error) {
	header, err := r.conn.do(ctx, request{
		method: http.MethodGet, path: []string{"runs", runID, "state"}, header: map[string]string{"If-None-Match": tag},
	}, &out)
	return out, header.Get("ETag"), err
}

// StageAttempt is an attempt with its stage.
type StageAttempt struct {
	StageID string `json:"stage_id"`
	run.AttemptState
}

// AttemptsPage is a part of the list of a run's attempts.
type AttemptsPage struct {
	Attempts   []StageAttempt `json:"attempts" nullable:"false"`
	NextCursor string         `json:"next_cursor,omitempty" doc:"What the next page is asked for with; missing at the end."`
}

// AttemptsQuery says which attempts of a run are listed. The zero value means the first ones.
type AttemptsQuery struct {
	Stage, Unit string
	Status      run.AttemptStatus
	Cursor      string // the NextCursor of the page before
	Limit       int    // of the page; 0 for as many as the server likes
}

// Attempts returns a page of the list of a run's attempts, by the order of its stages and then by time.
func (r *Runs) Attempts(ctx context.Context, runID string, q AttemptsQuery) (AttemptsPage, error) {
	values := limited(q.Limit)
	for name, v := range map[string]string{"stage": q.Stage, "unit": q.Unit, "status": string(q.Status), "cursor": q.Cursor} {
		if v != "" {
			values.Set(name, v)
		}
	}
	return get[AttemptsPage](ctx, r.conn, values, "runs", runID, "attempts")
}

// BriefState is State without the attempts.
func (r *Runs) BriefState(ctx context.Context, runID, tag string) (out RunState, now string, err error) {
	header, err := r.conn.do(ctx, request{
		method: http.MethodGet, path: []string{"runs", runID, "state"}, query: url.Values{"brief": {"true"}},
		header: map[string]string{"If-None-Match": tag},
	}, &out)
	return out, header.Get("ETag"), err
}

// Events returns the events of a run after a seq, in order. With a limit of 0 it returns as
// many as the server likes to answer at once; none are left when it returns none.
func (r *Runs) Events(ctx context.Context, runID string, after int64, limit int) ([]Event, error) {
	q := limited(limit)
	q.Set("after", strconv.FormatInt(after, 10))
	page, err := get[RunEvents](ctx, r.conn, q, "runs", runID, "events")
	return page.Events, err
}

// RetryFailedStage starts a run that continues another one from the stage that failed. The key
// is as in [Runs.Start].
func (r *Runs) RetryFailedStage(ctx context.Context, runID, key string) (out Started, err error) {
	_, err = r.conn.do(ctx, request{method: http.MethodPost, path: []string{"runs", runID, "retry-failed-stage"}, key: key}, &out)
	return out, err
}

// Retry starts a run that continues another one. The key is as in [Runs.Start]. With the tag of
// a plan, a retry that would do something else is a *Problem of code plan_changed.
func (r *Runs) Retry(ctx context.Context, runID, key string, ask RetryRequest, planTag string) (out Started, err error) {
	_, err = r.conn.do(ctx, request{
		method: http.MethodPost, path: []string{"runs", runID, "retry"}, body: ask,
		key: key, header: map[string]string{"If-Match": planTag},
	}, &out)
	return out, err
}

// RetryPlan returns what a retry would keep, do again and cost, and a tag of what it would do,
// for [Runs.Retry].
func (r *Runs) RetryPlan(ctx context.Context, runID string, ask RetryRequest) (out run.RetryPlan, tag string, err error) {
	q := url.Values{}
	for name, v := range map[string]string{
		"from": ask.From, "recipe": ask.Recipe,
		"max_cost_usd": decimal(ask.MaxCostUSD), "max_wait_seconds": decimal(ask.MaxWaitSeconds),
		"provider_order": strings.Join(ask.ProviderOrder, ","), "without_providers": strings.Join(ask.WithoutProviders, ","),
		"on_exhausted": ask.OnExhausted,
	} {
		if v != "" {
			q.Set(name, v)
		}
	}
	for stageID, models := range ask.Chains {
		q.Add("chain", stageID+"="+strings.Join(models, ","))
	}
	for name, on := range map[string]bool{"full": ask.Full, "newest": ask.Newest} {
		if on {
			q.Set(name, "true")
		}
	}
	header, err := r.conn.do(ctx, request{method: http.MethodGet, path: []string{"runs", runID, "retry-plan"}, query: q}, &out)
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
func (r *Runs) Export(ctx context.Context, runID string, w io.Writer) error {
	_, err := r.ExportAs(ctx, runID, ExportFiles, w)
	return err
}

// tail keeps the end of what is written: a server that fails in the middle of an archive leaves
// its end out.
type tail struct{ last []byte }

// endRecord is how long the end of an archive is.
const endRecord = 22

// Write keeps the last bytes.
func (t *tail) Write(p []byte) (int, error) {
	t.last = append(t.last, p[max(len(p)-endRecord, 0):]...)
	t.last = t.last[max(len(t.last)-endRecord, 0):]
	return len(p), nil
}

// ofArchive reports whether it is the end of an archive.
func (t *tail) ofArchive() bool { return bytes.HasPrefix(t.last, []byte("PK\x05\x06")) }
