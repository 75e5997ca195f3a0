package run_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

func TestAttemptState_KeepsTheDiagnosedEffect(t *testing.T) {
	f := &failure.Error{
		Class:      failure.Permission,
		Message:    "not this model",
		Hint:       "name another one",
		Effect:     failure.Effect{Retryable: true, OtherModel: true, OtherProvider: false, Scope: failure.ScopeModel},
		Code:       "model_not_allowed",
		Status:     200,
		Documented: 403,
		RequestID:  "req_1",
		RetryAfter: new(7 * time.Second),
	}
	b := event.AttemptFailed{Attempt: event.Attempt{StageID: "a", Unit: "u", Role: "work", Attempt: 1}}
	b.SetFailure(f)
	data, err := json.Marshal(event.Event{Seq: 2, RunID: "r", Body: b})
	if err != nil {
		t.Fatal(err)
	}
	var e event.Event
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	st := fold(t, started("a"), e.Body).Stages["a"]
	if got := st.Attempts[0].Failure; !reflect.DeepEqual(got, f) {
		t.Errorf("%s\n%+v\nwant\n%+v", data, got, f)
	}
}
