package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
)

func TestWords_FailuresAreExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		a := s.get("/api/failures").is(200)
		s.get("/api/failures", "If-None-Match: "+a.header.Get("ETag")).is(304)
		all := into[[]client.FailureClass](a)
		titles := map[string]bool{}
		for _, c := range all {
			if !strings.HasSuffix(c.Explanation, ".") || !strings.HasSuffix(c.Action, ".") || c.Fault == "" || c.Scope == "" || titles[c.Title] {
				t.Errorf("%+v", c)
			}
			titles[c.Title] = true
			if c.Retryable != failure.EffectOf(c.Class).Retryable || strings.Contains(c.Action, "cineforge") {
				t.Errorf("%+v", c)
			}
		}
		if len(all) != len(failure.Classes()) || all[0].Class != failure.Overloaded || all[0].Fault != failure.Theirs {
			t.Errorf("%d: %+v", len(all), all[0])
		}
	})
}

func TestWords_NamesHaveWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, api.Options{}, app.Config{})
		a := s.get("/api/words").is(200)
		s.get("/api/words", "If-None-Match: "+a.header.Get("ETag")).is(304)
		var all map[string]map[string]string
		if err := json.Unmarshal(a.body, &all); err != nil {
			t.Fatal(err)
		}
		for kind, of := range all {
			if len(of) == 0 {
				t.Errorf("%s has no words", kind)
			}
			for name, text := range of {
				if text == "" || strings.Contains(text, "_") || strings.HasSuffix(text, ".") {
					t.Errorf("%s %s: %q", kind, name, text)
				}
			}
		}
		if got := into[client.Vocabulary](a); got.RunStatuses["waiting"] != "waiting" || got.BreakerStates["open"] != "out" {
			t.Errorf("%+v", got)
		}
	})
}
