package failure_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
)

func TestStored_RestoreKeepsTheDiagnosedEffect(t *testing.T) {
	for _, c := range []failure.Class{
		failure.RateLimited, failure.QuotaExhausted, failure.Connection, failure.Permission, failure.NotFound, failure.BadOutput, failure.Unknown,
	} {
		usual := failure.EffectOf(c)
		for bits := range 8 {
			for _, scope := range []failure.Scope{usual.Scope, failure.ScopeModel, failure.ScopeNone} {
				e := &failure.Error{
					Class:      c,
					Message:    "the model is gone",
					Hint:       "name another one",
					Effect:     failure.Effect{Retryable: bits&1 > 0, OtherModel: bits&2 > 0, OtherProvider: bits&4 > 0, Scope: scope},
					Code:       "model_gone",
					Status:     404,
					Documented: 410,
					RequestID:  "req_1",
					RetryAfter: new(1500 * time.Millisecond),
				}
				data, err := json.Marshal(failure.Store(e))
				if err != nil {
					t.Fatal(err)
				}
				var s failure.Stored
				if err := json.Unmarshal(data, &s); err != nil {
					t.Fatal(err)
				}
				if got := s.Restore(); !reflect.DeepEqual(got, e) {
					t.Fatalf("%s\n%+v\nwant\n%+v", data, got, e)
				}
			}
		}
	}
}

func TestStored_WritesAnUsualEffectAsEarlierVersionsDid(t *testing.T) {
	e := failure.New(failure.NotFound, "no such model", "")
	e.Effect = failure.EffectOf(e.Class)
	data, err := json.Marshal(failure.Store(e))
	if want := `{"class":"not_found","message":"no such model"}`; err != nil || string(data) != want {
		t.Errorf("%s, %v; want %s", data, err, want)
	}
}

func TestStored_RestoreOfAnEarlierVersionTakesTheUsualEffect(t *testing.T) {
	var s failure.Stored
	if err := json.NewDecoder(strings.NewReader(`{"class":"rate_limited","message":"slow down","retryable":true}`)).Decode(&s); err != nil {
		t.Fatal(err)
	}
	if got, want := s.Restore().Effect, failure.EffectOf(failure.RateLimited); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestError_CloneSharesNoRemedies(t *testing.T) {
	e := failure.New(failure.Budget, "spent", "").Advised("%s", failure.ListRuns())
	c := e.Clone()
	c.Remedies[0] = failure.Doctor()
	c.Message = "changed"
	if e.Message != "spent" || e.Remedies[0].String() != failure.ListRuns().String() {
		t.Errorf("%+v", e)
	}
}
