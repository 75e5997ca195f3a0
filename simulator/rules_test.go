package simulator_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// read returns the scenario of a text.
func read(t *testing.T, text string) scenario.Scenario {
	t.Helper()
	s, err := scenario.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hits asks n times and returns a string with an x for each call that was hit.
func (b bench) hits(ctx context.Context, a api, n int) string {
	var out strings.Builder
	for range n {
		if b.ask(ctx, a).status == 200 {
			out.WriteByte('.')
		} else {
			out.WriteByte('x')
		}
	}
	return out.String()
}

func TestFits_WhichCallsARuleIsAbout(t *testing.T) {
	haiku := apiNamed("messages")
	haiku.model = "claude-haiku-4-5"
	for when, want := range map[string][3]string{ // sonnet, haiku, gpt
		"{}":                               {"xxxx", "xxxx", "xxxx"},
		"{provider: anthropic}":            {"xxxx", "xxxx", "...."},
		"{provider: target}":               {"xxxx", "xxxx", "...."},
		"{provider: [Target, open*]}":      {"xxxx", "xxxx", "xxxx"},
		"{provider: nobody}":               {"....", "....", "...."},
		"{model: claude-*}":                {"xxxx", "xxxx", "...."},
		"{model: '*haiku*'}":               {"....", "xxxx", "...."},
		"{model: [gpt-*, '*-sonnet-4-6']}": {"xxxx", "....", "xxxx"},
		"{api: chat}":                      {"....", "....", "xxxx"},
		"{streaming: true}":                {"....", "....", "...."},
		"{streaming: false}":               {"xxxx", "xxxx", "xxxx"},
		"{prompt_contains: the clock}":     {"xxxx", "xxxx", "xxxx"},
		"{prompt_contains: the cloak}":     {"....", "....", "...."},
		"{tokens_over: 30}":                {"xxxx", "xxxx", "xxxx"},
		"{tokens_over: 31}":                {"....", "....", "...."},
		"{calls: 2}":                       {".x..", "....", ".x.."}, // of the provider: haiku's calls are its 5th to 8th
		"{calls: 3-}":                      {"..xx", "xxxx", "..xx"},
		"{calls: 2-3}":                     {".xx.", "....", ".xx."},
		"{calls: [1, 3-4, 7-]}":            {"x.xx", "..xx", "x.xx"},
		"{model: '*haiku*', calls: 2}":     {"....", ".x..", "...."}, // of the rule's models
		"{share: 0}":                       {"....", "....", "...."},
		"{share: 1}":                       {"xxxx", "xxxx", "xxxx"},
	} {
		b := inProcess(read(t, "rules: [{when: "+when+", fault: {error: overloaded}}]"))
		for i, a := range []api{apiNamed("messages"), haiku, apiNamed("chat")} {
			if got := b.hits(t.Context(), a, 4); got != want[i] {
				t.Errorf("%s, %s: %s, want %s", when, a.model, got, want[i])
			}
		}
	}
	b := inProcess(read(t, "target: local\nrules: [{when: {provider: target}, fault: {error: overloaded}}]"))
	if got := b.hits(t.Context(), apiNamed("compat"), 1) + b.hits(t.Context(), apiNamed("messages"), 1); got != "x." {
		t.Error(got)
	}
	s, err := simulator.Find("S05")
	if err != nil {
		t.Fatal(err)
	}
	s.Target = "google"
	b = inProcess(s)
	if got := b.hits(t.Context(), apiNamed("generate"), 1) + b.hits(t.Context(), apiNamed("messages"), 1); got != "x." {
		t.Error(got)
	}
}

func TestEpoch_TheFirstRuleThatFitsDecides(t *testing.T) {
	b := inProcess(read(t, `rules:
  - {name: pass, when: {model: '*haiku*'}, fault: {}}
  - {name: first, when: {calls: 1-2}, fault: {error: overloaded}}
  - {name: second, when: {calls: 2-3}, fault: {error: server_error}}
`))
	a := apiNamed("messages")
	for range 4 {
		b.ask(t.Context(), a)
	}
	a.model = "claude-haiku-4-5"
	b.ask(t.Context(), a)
	var got []string
	for _, c := range b.sim.Calls() {
		got = append(got, fmt.Sprint(c.Status, " ", c.Rule))
	}
	// The third call is the third for each rule, whatever decided about the others.
	if s := strings.Join(got, ", "); s != "529 first, 529 first, 500 second, 200 , 200 " {
		t.Error(s)
	}
}

func TestEpoch_BeginsWithTheFirstCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inProcess(read(t, "rules: [{when: {after: 10s, until: 30s}, fault: {error: overloaded}}]"))
		a := apiNamed("chat stream")
		time.Sleep(time.Hour)
		at := func(seconds int, want string) {
			t.Helper()
			if got := b.hits(t.Context(), a, 1); got != want {
				t.Errorf("at %d s: %s, want %s", seconds, got, want)
			}
		}
		at(0, ".")
		time.Sleep(10*time.Second - 1)
		at(10, ".")
		time.Sleep(time.Nanosecond)
		at(10, "x")
		time.Sleep(20*time.Second - 1)
		at(30, "x")
		time.Sleep(time.Nanosecond)
		at(30, ".")
		b.sim.SetScenario(b.sim.Scenario())
		time.Sleep(time.Hour)
		at(0, ".")
		time.Sleep(10 * time.Second)
		at(10, "x")
	})
}

func TestEpoch_CallsInATimeWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inProcess(read(t, "rules: [{when: {after: 1m, calls: 1-2}, fault: {error: overloaded}}]"))
		before := b.hits(t.Context(), apiNamed("chat"), 3)
		time.Sleep(time.Minute)
		if got := before + b.hits(t.Context(), apiNamed("chat"), 3); got != "...xx." {
			t.Error(got)
		}
	})
}

func TestEpoch_ShareIsDrawnBySeed(t *testing.T) {
	draw := func(seed int, a api) string {
		return inProcess(
			read(t, fmt.Sprintf("seed: %d\nrules: [{when: {share: 0.3}, fault: {error: overloaded}}]", seed)),
		).hits(t.Context(), a, 200)
	}
	one := draw(1, apiNamed("chat"))
	if again := draw(1, apiNamed("chat")); again != one {
		t.Errorf("the same seed draws\n%s and\n%s", one, again)
	}
	if other := draw(2, apiNamed("chat")); other == one {
		t.Error("another seed draws the same")
	}
	if n := strings.Count(one, "x"); n < 40 || n > 80 {
		t.Errorf("%d of 200 calls are hit, at a share of 0.3", n)
	}
}

func TestSetScenario_StartsAnew(t *testing.T) {
	var seen []simulator.Call
	sim := simulator.New(scenario.Scenario{}, simulator.Options{Observe: func(c simulator.Call) { seen = append(seen, c) }, Log: 4})
	b := inProcess(scenario.Scenario{})
	b.sim, b.client.Transport = sim, sim.Transport()
	first := b.ask(t.Context(), apiNamed("chat"))
	sim.SetScenario(read(t, "rules: [{when: {calls: 1}, fault: {error: overloaded}}]"))
	if got := b.hits(t.Context(), apiNamed("chat"), 2); got != "x." {
		t.Error(got)
	}
	calls := sim.Calls()
	if len(calls) != 3 || calls[1].Number != 2 || calls[1].Nth != 1 || calls[1].RequestID == first.header.Get("x-request-id") {
		t.Errorf("%+v", calls)
	}
	for range 4 {
		b.ask(t.Context(), apiNamed("chat"))
	}
	calls = sim.Calls()
	if len(seen) != 7 || seen[1].Fault != "error:overloaded" || len(calls) > 4 || calls[len(calls)-1].Number != 7 {
		t.Errorf("observed %+v, remembered %+v", seen, calls)
	}
	defer func() {
		if recover() == nil {
			t.Error("a scenario that is not sound was taken")
		}
	}()
	sim.SetScenario(scenario.Scenario{Rules: []scenario.Rule{{Fault: scenario.Fault{Error: "no such"}}}})
}

func TestSimulator_ManyAtOnce(t *testing.T) {
	b := inProcess(
		read(t, "rules: [{when: {calls: 1-50}, fault: {error: overloaded}}, {when: {share: 0.2}, fault: {cut: {after_tokens: 3}}}]"),
	)
	var wait sync.WaitGroup
	for i := range 200 {
		wait.Go(func() {
			b.ask(t.Context(), apis[i%len(apis)])
			if i%20 == 0 {
				b.sim.Calls()
			}
		})
	}
	wait.Wait()
	numbers := map[int]bool{}
	nth := map[string]bool{}
	for _, c := range b.sim.Calls() {
		numbers[c.Number] = true
		nth[fmt.Sprint(c.Provider, c.Nth)] = true
		if !c.Ended {
			t.Errorf("%+v", c)
		}
	}
	if len(numbers) != 200 || len(nth) != 200 {
		t.Errorf("%d numbers, %d counts", len(numbers), len(nth))
	}
}

// Each built-in scenario does something to a provider, and lets no client wait for ever
// that has a limit of its own.
func TestBuiltin_AllCanBePlayed(t *testing.T) {
	for _, s := range simulator.Builtin() {
		synctest.Test(t, func(t *testing.T) {
			b := inProcess(s)
			hit := map[string]int{}
			next := apiNamed("messages") // another model of the default target
			next.model = "claude-opus-4-6"
			patience := time.Minute
			if s.ID == "S47" { // a minute of what never ends is much
				patience = time.Second
			}
			for range 8 {
				for _, a := range append([]api{next}, apis...) {
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					b.form(ctx, a)
					cancel()
				}
			}
			synctest.Wait()
			for _, c := range b.sim.Calls() {
				if !c.Ended || c.Problem != "" {
					t.Errorf("%s: %+v", s.Name, c)
				}
				if c.Fault != "" {
					hit[c.Rule]++
				}
			}
			for _, r := range s.Rules {
				if hit[r.Name] == 0 && s.ID != "flaky" && s.ID != "S25" { // the prompt is small
					t.Errorf("%s: rule %q did nothing", s.Name, r.Name)
				}
			}
		})
	}
	flaky, err := simulator.Find("flaky")
	if err != nil {
		t.Fatal(err)
	}
	flaky.Pace = scenario.Pace{}
	synctest.Test(t, func(t *testing.T) {
		b := inProcess(flaky)
		hit := 0
		for range 400 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			b.form(ctx, apiNamed("messages stream"))
			cancel()
		}
		synctest.Wait()
		for _, c := range b.sim.Calls() {
			if c.Fault != "" {
				hit++
			}
		}
		if hit < 25 || hit > 60 {
			t.Errorf("%d of 400 calls go wrong", hit)
		}
	})
}
