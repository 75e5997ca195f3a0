package simulator_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// firstModels are the models that scenarios about a provider's first model mean, and
// nextModels others of the same providers.
var (
	firstModels = map[string]string{
		"anthropic": "claude-sonnet-4-6",
		"openai":    "gpt-5.2",
		"google":    "gemini-3-flash-preview",
		"local":     "llama",
	}
	nextModels = map[string][]string{
		"anthropic": {"claude-opus-4-6", "claude-haiku-4-5-20251001"}, "openai": {"gpt-4.1", "gpt-5-mini"},
		"google": {"gemini-2.5-pro", "gemini-3-pro-preview"}, "local": {"mistral", "mistral-small"},
	}
)

// of returns the same way of asking another model.
func (a api) of(model string) api {
	a.path = strings.Replace(a.path, "/models/"+a.model+":", "/models/"+model+":", 1)
	a.model = model
	return a
}

// played calls see with a built-in scenario for each API, at whose provider the scenario
// is aimed and whose model is the provider's first.
func played(t *testing.T, id string, see func(t *testing.T, b bench, a api)) {
	t.Helper()
	s, err := simulator.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range apis {
		t.Run(id+"/"+a.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s.Target = a.provider
				see(t, inProcess(s), a.of(firstModels[a.provider]))
			})
		})
	}
}

// outcome asks once, waits no longer than some time, and returns what came of it: a
// status, fine, broken off, or nothing.
func (b bench) outcome(t *testing.T, a api, patience time.Duration) string {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	switch got := b.ask(ctx, a); {
	case got.status == 0 && got.err != nil:
		return "nothing"
	case got.status != 200:
		return fmt.Sprint(got.status)
	case got.err != nil || !got.terminal:
		return "broken off"
	}
	return "fine"
}

func (b bench) outcomes(t *testing.T, a api, calls int) (list []string) {
	for range calls {
		list = append(list, b.outcome(t, a, time.Hour))
	}
	return list
}

func wantOutcomes(t *testing.T, got []string, want string) {
	t.Helper()
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
}

func TestBuiltin_ClientClosed(t *testing.T) {
	played(t, "S31", func(t *testing.T, b bench, a api) {
		wantOutcomes(t, b.outcomes(t, a, 4), "499, 500, 499, 500")
		for range 30 {
			b.ask(t.Context(), a)
		}
		if got := b.ask(t.Context(), a); got.status != 500 || !strings.Contains(got.raw, `"code":499`) {
			t.Error(got, got.raw)
		}
	})
}

func TestBuiltin_CreditComesBack(t *testing.T) {
	played(t, "S32", func(t *testing.T, b bench, a api) {
		refused := b.ask(t.Context(), a)
		time.Sleep(10*time.Minute - 1)
		again := b.ask(t.Context(), a)
		time.Sleep(time.Nanosecond)
		if refused.status < 400 || refused.status >= 500 || again.status != refused.status || b.outcome(t, a, time.Hour) != "fine" {
			t.Error(refused, again)
		}
	})
}

func TestBuiltin_StrayRefusals(t *testing.T) {
	played(t, "S33", func(t *testing.T, b bench, a api) {
		wantOutcomes(t, b.outcomes(t, a, 13), "fine, fine, fine, fine, fine, 401, fine, fine, 403, fine, fine, 404, fine")
	})
}

func TestBuiltin_SlowServersAnswer(t *testing.T) {
	for id, want := range map[string][]time.Duration{
		"S34": {45 * time.Second, 0, 90 * time.Second, 0, 60 * time.Second, 0},
		"S35": {10 * time.Minute, 10 * time.Minute, 0},
	} {
		played(t, id, func(t *testing.T, b bench, a api) {
			for i, want := range want {
				start := time.Now()
				if what := b.outcome(t, a, time.Hour); what != "fine" || time.Since(start) != want {
					t.Errorf("call %d: %s after %v, want %v", i+1, what, time.Since(start), want)
				}
			}
		})
	}
}

func TestBuiltin_StalledThinker(t *testing.T) {
	played(t, "S44", func(t *testing.T, b bench, a api) {
		wantOutcomes(t, b.outcomes(t, a, 5), "broken off, broken off, broken off, broken off, fine")
	})
}

func TestBuiltin_FirstModelFails(t *testing.T) {
	for id, want := range map[string]string{"S46": "404", "S62": "503", "S62b": "nothing", "S62c": "broken off"} {
		played(t, id, func(t *testing.T, b bench, a api) {
			want := want
			if id == "S62" && a.provider == "anthropic" {
				want = "529"
			}
			for range 3 {
				wantOutcomes(t, b.outcomes(t, a, 2), want+", "+want)
				wantOutcomes(t, b.outcomes(t, a.of(nextModels[a.provider][0]), 1), "fine")
			}
		})
	}
}

func TestBuiltin_TwoModelsInTurn(t *testing.T) {
	played(t, "S63", func(t *testing.T, b bench, a api) {
		overloaded := "503"
		if a.provider == "anthropic" {
			overloaded = "529"
		}
		for i := range 5 {
			first := "fine"
			next := "fine"
			if i < 2 {
				first = overloaded
			}
			if i == 2 {
				next = "nothing"
			}
			wantOutcomes(t, b.outcomes(t, a, 1), first)
			wantOutcomes(t, b.outcomes(t, a.of(nextModels[a.provider][i%2]), 1), next)
		}
	})
}

func TestBuiltin_HostileProvider(t *testing.T) {
	played(t, "S47", func(t *testing.T, b bench, a api) {
		if a.name != "responses stream" && a.name != "generate" { // two formats are enough for 10 MB and more
			return
		}
		var faults []string
		for range len(scenario.Hostilities()) + 2 {
			b.outcome(t, a, 50*time.Millisecond)
			synctest.Wait()
			faults = append(faults, strings.TrimPrefix(b.last(t).Fault, "hostile:"))
		}
		if want := append(scenario.Hostilities(), "huge_error", "huge_error"); !slices.Equal(faults, want) {
			t.Errorf("%v, want %v", faults, want)
		}
	})
}

func TestBuiltin_OneInTenHangs(t *testing.T) {
	played(t, "S59", func(t *testing.T, b bench, a api) {
		hung := 0
		for range 40 {
			switch what := b.outcome(t, a, time.Minute); what {
			case "nothing":
				hung++
			case "fine":
			default:
				t.Error(what)
			}
		}
		if hung < 3 || hung > 5 {
			t.Errorf("%d of 40 calls hang", hung)
		}
	})
}

func TestBuiltin_MachineSleeps(t *testing.T) {
	played(t, "S60", func(t *testing.T, b bench, a api) {
		if what := b.outcome(t, a, time.Hour); what != "fine" || b.last(t).Duration < 3*time.Second || b.last(t).Fault != "" {
			t.Error(what, b.last(t))
		}
	})
}
