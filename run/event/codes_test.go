package event_test

import (
	"fmt"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run/event"
)

func TestCodesOf_StatusFirst(t *testing.T) {
	for _, c := range []struct {
		failed                 failure.Error
		code, provider, status string
	}{
		{failure.Error{Code: "overloaded_error", Status: 529}, "529", "overloaded_error", "529"},
		{failure.Error{Code: "overloaded_error", Status: 200, Documented: 529}, "529", "overloaded_error", "200"},
		{failure.Error{Code: "503", Status: 503}, "503", "null", "503"},
		{failure.Error{Code: "1302", Status: 429}, "429", "1302", "429"},
		{failure.Error{Code: "odd_error", Status: 200}, "odd_error", "odd_error", "200"},
		{failure.Error{}, "null", "null", "null"},
	} {
		codes := event.CodesOf(&c.failed)
		if got, want := fmt.Sprint(said(codes.Error), said(codes.Provider), said(codes.Status)), fmt.Sprint(c.code, c.provider,
			c.status); got != want {
			t.Errorf("%+v: %s, want %s", c.failed, got, want)
		}
	}
}

func said[T any](v *T) any {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(*v)
}
