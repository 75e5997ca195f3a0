package system

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// answers is a server without sockets: what it answers by the end of the path.
type answers map[string]func(r *http.Request) string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	for end, answer := range a {
		if strings.HasSuffix(r.URL.Path, end) {
			io.WriteString(w, answer(r))
			return w.Result(), nil
		}
	}
	w.WriteHeader(http.StatusNotFound)
	return w.Result(), nil
}

func (a answers) client(t *testing.T) *Remote {
	t.Helper()
	c, err := client.New("http://127.0.0.1", client.Options{HTTP: &http.Client{Transport: a}})
	if err != nil {
		t.Fatal(err)
	}
	return NewRemote(c)
}

// pausing are the events of a run that pauses at the third and goes on.
func pausing() []event.Event {
	var all []event.Event
	for i, b := range []event.Body{
		event.PipelineStarted{RecipeID: "r", ProjectID: "p", StageIDs: []string{"a"}}, event.StageStarted{StageID: "a"},
		event.StagePaused{StageID: "a", Reason: event.Interrupted}, event.RunResumed{Cause: event.ResumedByOperator},
		event.StageStarted{StageID: "a"}, event.PipelineFinished{Outcome: event.Cancelled},
	} {
		all = append(all, event.Event{Seq: int64(i + 1), RunID: "run-1", Time: time.Unix(5, 0), Body: b})
	}
	return all
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// given returns events as a server gives them.
func given(events []event.Event) []client.Event {
	all := make([]client.Event, len(events))
	for i, e := range events {
		all[i] = client.Event{Event: e, Message: "Something happened."}
	}
	return all
}

func TestRemote_EventsArePaged(t *testing.T) {
	all := pausing()
	r := answers{"/events": func(r *http.Request) string {
		after, _ := strconv.Atoi(r.URL.Query().Get("after"))
		return asJSON(client.RunEvents{RunID: "run-1", Events: given(all[after:min(after+2, len(all))])})
	}}.client(t)
	var got []int64
	for e, err := range r.Events(t.Context(), "run-1", 1) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Seq)
	}
	if want := []int64{2, 3, 4, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A run that is resumed is shown behind its pause, though the server may not
// have gone on with it yet; any other is shown up to a pause in which nothing happens.
func TestRemote_AttendEndsWhereTheRunRests(t *testing.T) {
	for _, tt := range []struct {
		name  string
		since int64
		stays int // how often the server says that the run is as it was
		want  int
	}{
		{"a pause", 0, 9, 3},
		{"a pause that is over", 3, 9, 6},
		{"a pause that only looks like one", 0, 1, 6},
		{"a pause of long ago", 0, 0, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all, asked := pausing(), 0
				a := answers{"/state": func(*http.Request) string {
					s := run.NewState()
					s.RunID, s.Status, s.LastSeq = "run-1", run.Paused, 3
					if asked++; asked > tt.stays {
						s.LastSeq = 4
					}
					return asJSON(client.RunState{RunID: "run-1", State: s})
				}}
				c, err := client.New("http://127.0.0.1", client.Options{HTTP: &http.Client{Transport: streaming{a, all}}})
				if err != nil {
					t.Fatal(err)
				}
				events, end := NewRemote(c).Run(t.Context(), RunOptions{Run: "run-1", Since: tt.since})
				got := 0
				for _, err := range events {
					if err != nil {
						t.Fatal(err)
					}
					got++
				}
				if err := end(); got != tt.want || err != nil {
					t.Errorf("%d events, want %d: %v", got, tt.want, err)
				}
			})
		})
	}
}

// streaming is a server that tells of the first three events, and later of the others.
type streaming struct {
	answers
	events []event.Event
}

func (s streaming) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/stream") {
		return s.answers.RoundTrip(r)
	}
	body, told := io.Pipe()
	go func() {
		for i, e := range s.events {
			if i == 3 {
				select {
				case <-time.After(5 * time.Second):
				case <-r.Context().Done():
				}
			}
			fmt.Fprintf(told, "data: %s\n\n", asJSON(e))
		}
		told.Close()
	}()
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: body, Request: r}, nil
}

// Parameters that requests have no members for are sent by their names, for the server's recipe to judge.
func TestRemote_SendsParametersByName(t *testing.T) {
	ask := asked(withParams(map[string]any{"accept_config": true, "work_model": "m", "tint": "x", "enrich": 3, "config_file": "a.yaml"}))
	want := map[string]any{"tint": "x", "enrich": 3}
	if !ask.AcceptConfig || ask.WorkModel != "m" || ask.ConfigFile != "" || !maps.Equal(ask.Params, want) {
		t.Errorf("%+v", ask)
	}
}

// withParams is a request with runtime parameters.
func withParams(params map[string]any) runs.Request {
	return runs.Request{Request: event.Request{Selection: event.Selection{RuntimeParams: params}}}
}
