package simulator_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/cineforge/cineforge/simulator/scenario"
)

// FuzzRequests sends anything to every dialect, and faults of every kind meet it.
func FuzzRequests(f *testing.F) {
	for i, a := range apis {
		for j, structured := range []bool{false, true} {
			data, err := json.Marshal(a.body(prompt, structured))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data, byte(i), byte(j))
		}
	}
	for i, r := range refusals {
		a := apiNamed(r.api)
		data, err := json.Marshal(with(a.body(prompt, false), r.changes))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, byte(i), byte(i))
	}
	faults := []scenario.Fault{
		{}, {Output: "wrong_schema"}, {Output: "truncated"}, {Output: "refusal", BlockPrompt: true}, {Output: "content_filter"},
		{Output: "empty"},
		{Cut: &scenario.Point{AfterTokens: 3}}, {End: &scenario.Point{AfterTokens: 3}}, {Malformed: &scenario.Point{AfterTokens: 3}},
		{StreamError: &scenario.StreamError{AfterTokens: 3, Error: "bad_gateway"}}, {Error: "context_length"}, {Error: "content_filter"},
		{
			Status: 404,
			Page:   true,
		}, {Drip: &scenario.Drip{Pieces: 7, Every: time.Nanosecond}}, {FirstEvent: time.Nanosecond, Meanwhile: "pings"},
		{
			Hostile: "negative_usage",
		}, {Hostile: "huge_usage"}, {Hostile: "control_characters"}, {Hostile: "echo_key"}, {Hostile: "huge_headers"},
	}
	f.Fuzz(func(t *testing.T, body []byte, which, fault byte) {
		if len(body) > 1<<16 {
			return
		}
		a := apis[int(which)%len(apis)]
		b := always(faults[int(fault)%len(faults)])
		got := b.do(t.Context(), a, body)
		call := b.last(t)
		if !call.Ended || call.ClientLeft || call.OutputTokens < 0 || call.Status != got.status || got.status == 0 ||
			len(got.raw) > 50_000_000 {
			t.Errorf("%v\n%+v", got, call)
		}
		if got.status == http.StatusOK && !call.Streaming && call.Fault == "" && !json.Valid([]byte(got.raw)) {
			t.Errorf("%q", got.raw)
		}
	})
}
