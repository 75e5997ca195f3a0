package run_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func said[T any](v *T) any {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(*v)
}

// Events of versions in which error_code was the provider's word mean what later ones do.
func TestState_FoldsCodesOfReleasedEvents(t *testing.T) {
	const head = `{"seq":2,"ts":"2026-11-25T18:00:00.000Z","run_id":"r","event":"attempt_failed","stage_id":"a","unit":"u",` +
		`"role":"work","attempt":1,"error_class":"overloaded"`
	for members, want := range map[string]string{
		`,"error_code":"overloaded_error","http_status":529`:                                     "529 overloaded_error 529",
		`,"error_code":"overloaded_error"`:                                                       "overloaded_error overloaded_error null",
		`,"error_code":"503"`:                                                                    "503 null null",
		`,"error_code":"503","http_status":503`:                                                  "503 null 503",
		`,"error_code":null`:                                                                     "null null null",
		`,"error_code":"529","provider_code":"overloaded_error","http_status":529`:               "529 overloaded_error 529",
		`,"error_code":"odd_error","provider_code":"odd_error","http_status":200`:                "odd_error odd_error 200",
		`,"error_code":"overloaded_error","provider_code":"overloaded_error","http_status":null`: "overloaded_error overloaded_error null",
	} {
		var e event.Event
		if err := json.Unmarshal([]byte(head+members+"}"), &e); err != nil {
			t.Fatal(err)
		}
		s, err := run.Fold(log(started("a"), e.Body))
		if err != nil {
			t.Fatal(err)
		}
		a := s.Stages["a"].Attempts[0]
		if got := fmt.Sprint(said(a.ErrorCode), " ", said(a.ProviderCode), " ", said(a.HTTPStatus)); got != want {
			t.Errorf("%s: %s, want %s", members, got, want)
		}
	}
}

func TestState_CountsAnswersByModel(t *testing.T) {
	answer := func(unit, provider, model string) event.Body {
		return event.AttemptFinished{Attempt: event.Attempt{StageID: "a", Unit: unit, Role: "work", Attempt: 1, Provider: provider,
			Model: model}, CostUSD: new(0.5)}
	}
	s, err := run.Fold(log(started("a"), answer("1", "anthropic", "claude"), answer("2", "openai", "gpt"), answer("3", "azure", "gpt"),
		event.UnitReused{StageID: "a", Unit: "4", Role: "work", Provider: "openai", Model: "gpt", FromRunID: "earlier"}, answer("5",
			"anthropic", "claude")))
	if err != nil {
		t.Fatal(err)
	}
	st := s.Stages["a"]
	got, err := json.Marshal(st.ModelsUsed)
	const want = `{"claude":{"answers":2,"cost_usd":1,"providers":{"anthropic":2}},` +
		`"gpt":{"answers":3,"cost_usd":1,"providers":{"azure":1,"openai":2}}}`
	if err != nil || string(got) != want || *st.ModelUsed != "gpt" {
		t.Errorf("%s, and %s is the model used; want %s", got, *st.ModelUsed, want)
	}
}
