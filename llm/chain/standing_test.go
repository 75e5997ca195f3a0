package chain_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
)

// bare is a failure of which an HTTP status is all there is.
func bare(c failure.Class, status int) *failure.Error {
	f := fault(c)
	f.Bare, f.Status = true, status
	return f
}

// person are the classes that a person has to mend, with how long a gate is closed by each.
var person = map[failure.Class][]time.Duration{
	failure.Auth:           {time.Minute, 4 * time.Minute, 15 * time.Minute, 15 * time.Minute},
	failure.Permission:     {time.Minute, 4 * time.Minute, 15 * time.Minute, 15 * time.Minute},
	failure.QuotaExhausted: {time.Minute, 4 * time.Minute, 16 * time.Minute, time.Hour, time.Hour},
	failure.NotFound:       {time.Minute, 4 * time.Minute, 16 * time.Minute, time.Hour, time.Hour},
}

// gateOf returns the gate of a provider that is closed, whosever it is.
func (w *world) gateOf() (g health.CooldownStatus, closed bool) {
	for _, s := range w.router.Health().Status() {
		for _, g := range s.Cooldowns {
			return g, true
		}
		for _, m := range s.Models {
			for _, g := range m.Cooldowns {
				return g, true
			}
		}
	}
	return g, false
}

// A gate that takes a person begins short, grows as long as it is refused, and begins anew
// after an answer.
func TestRouter_CooldownsBeginShortAndGrow(t *testing.T) {
	for class, lengths := range person {
		t.Run(string(class), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				mended := false
				w.model("a:one", func(int, time.Duration) error {
					if mended {
						return nil
					}
					return fault(class)
				})
				for n, want := range lengths {
					w.ask(w.stage()) //nolint:errcheck // it is refused
					g, _ := w.gateOf()
					if got := time.Until(g.Until); got != want {
						t.Fatalf("the %d. time it is closed for %v, want %v", n+1, got, want)
					}
					if g.Since != w.start {
						t.Errorf("closed since %v, want since the first refusal", g.Since.Sub(w.start))
					}
					time.Sleep(want)
				}
				mended = true
				w.must(w.stage(), "one")
				if g, closed := w.gateOf(); closed {
					t.Errorf("after an answer: %+v", g)
				}
				mended = false
				time.Sleep(2 * time.Hour) // so that it is not doubted
				w.ask(w.stage())          //nolint:errcheck // it is refused
				if g, _ := w.gateOf(); time.Until(g.Until) != time.Minute {
					t.Errorf("after an answer it is closed for %v", time.Until(g.Until))
				}
			})
		})
	}
}

// A run that may not wait fails at once with what a person has to do, whatever the
// other candidates are waited for; and a request that waits asks once for each time that the cooldown ends.
func TestRouter_OneRequestGoesThroughACooldownAtATime(t *testing.T) {
	for class := range person {
		t.Run(string(class), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.model("a:one", takes(time.Second, until(30*time.Second, fault(class))))
				w.model("b:two", takes(time.Second, fine))
				s := w.stage()
				w.units(s, 1)
				time.Sleep(2 * time.Minute) // the gate is open
				from := len(w.calls)
				w.units(s, 8)
				at := map[string][]time.Duration{}
				for _, c := range w.calls[from:] {
					at[c.model] = append(at[c.model], c.at-w.calls[from].at)
				}
				if n := len(slices.DeleteFunc(at["one"], func(d time.Duration) bool { return d >= time.Second })); n != 1 {
					t.Errorf("%d went through the gate before it was known that it is open: %v", n, w.called())
				}
			})
		})
	}
}

// An operator's word lets one question of a key through, at once, and one in 10 s at the
// most; if it is answered, all go on.
func TestRouter_OperatorOverrulesACooldown(t *testing.T) {
	for class := range person {
		for _, mended := range []bool{true, false} {
			t.Run(fmt.Sprint(class, " ", mended), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					w := newWorld(t, chain.Options{})
					ok := false
					w.model("a:one", takes(500*time.Millisecond, func(int, time.Duration) error {
						if ok {
							return nil
						}
						return fault(class)
					}))
					if _, err := w.ask(w.stage()); failure.ClassOf(err) != class {
						t.Fatal(err)
					}
					time.Sleep(5 * time.Second)
					if _, err := w.ask(w.stage()); err == nil || len(w.calls) != 1 { // no operator has said anything
						t.Fatalf("%v; calls %v", err, w.called())
					}
					ok, w.plan.Operator = mended, time.Now()
					at := time.Since(w.start)
					s := w.stage()
					if mended {
						w.units(s, 6)
						first := slices.DeleteFunc(w.begun(), func(d time.Duration) bool { return d < at || d > at+time.Millisecond })
						if len(first) != 1 {
							t.Errorf("%d went through together: %v", len(first), w.called())
						}
						if took := time.Since(w.start) - at; took > 6*time.Second {
							t.Errorf("six questions took %v after it was mended: %v", took, w.called())
						}
						return
					}
					for range 8 { // which are given up
						w.ask(s) //nolint:errcheck // it is refused
					}
					if len(w.calls) != 2 {
						t.Errorf("the word is good for one question: %v", w.called())
					}
					time.Sleep(time.Second)
					w.plan.Operator = time.Now()
					w.ask(w.stage()) //nolint:errcheck // it is refused
					if last := w.calls[len(w.calls)-1].at; len(w.calls) != 3 || last < at+10*time.Second {
						t.Errorf("a second word within 10 s: %v", w.called())
					}
				})
			})
		}
	}
}

// An order to wait no more in a run counts as a new run does.
func TestRouter_TryNowOverrulesACooldown(t *testing.T) {
	for class := range person {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.model("a:one", until(20*time.Second, fault(class)))
			w.model("b:two", until(time.Hour, hinted(failure.RateLimited, time.Hour))) // so that it waits
			s := w.stage()
			time.AfterFunc(25*time.Second, s.TryNow)
			w.must(s, "one")
			if took := time.Since(w.start); took > 26*time.Second {
				t.Errorf("%s: answered after %v: %v", class, took, w.called())
			}
		})
	}
}

// Whose key or model has answered lately is asked once more before it is gated, after a
// pause, by the same question, and once an hour.
func TestRouter_ARefusalAfterAnswersIsAskedAboutOnce(t *testing.T) {
	for class := range person {
		t.Run(string(class), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				down := false
				strays := 1
				w.model("a:one", func(n int, _ time.Duration) error {
					if n > 1 && strays > 0 || down {
						strays--
						return fault(class)
					}
					return nil
				})
				s := w.stage()
				w.must(s, "one")
				time.Sleep(9 * time.Minute)
				w.must(s, "one") // one stray refusal is not the end
				w.wantCalls("one@0s", "one@9m0s", "one@9m2s")
				down = true
				if _, err := w.ask(s); failure.ClassOf(err) != class { // an hour has not passed
					t.Fatal(err)
				}
				if len(w.calls) != 4 {
					t.Errorf("calls %v", w.called())
				}
				down = false
				time.Sleep(time.Hour)
				w.must(s, "one")
				down = true
				w.ask(s) //nolint:errcheck // it is refused
				if len(w.calls) != 7 {
					t.Errorf("calls %v", w.called())
				}
				down = false
				time.Sleep(2 * time.Hour)
				w.must(s, "one")
				time.Sleep(11 * time.Minute)
				down = true
				w.ask(s) //nolint:errcheck // it is refused, and its last answer is too long ago for a doubt
				if len(w.calls) != 9 {
					t.Errorf("calls %v", w.called())
				}
			})
		})
	}
}

// Others wait for the second question, or go elsewhere; they don't fail on the way.
func TestRouter_OthersWaitForTheSecondQuestion(t *testing.T) {
	for class := range person {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.plan.MaxWait = 0
			w.model("a:one", func(n int, _ time.Duration) error {
				if n == 2 {
					return fault(class)
				}
				return nil
			})
			s := w.stage()
			w.must(s, "one")
			w.units(s, 6)
			if took := time.Since(w.start); took > 5*time.Second {
				t.Errorf("%s: %v: %v", class, took, w.called())
			}
		})
	}
}

// What a bare refusal means depends on whether the route has answered. First ever it is what
// it says, and closes no gate for others; within a day after an answer it is a fault that
// passes, until it has come for ten minutes, to different questions.
func TestRouter_BareRefusals(t *testing.T) {
	for status, class := range map[int]failure.Class{401: failure.Auth, 403: failure.Permission, 404: failure.NotFound} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			bubble(t, func(t *testing.T) { // the first answer ever
				w := newWorld(t, chain.Options{})
				w.model("a:one", always(bare(class, status)))
				w.model("b:two", fine)
				w.must(w.stage(), "two")
				if g, closed := w.gateOf(); closed {
					t.Errorf("it closed a gate: %+v", g)
				}
				w.plan.Candidates = w.plan.Candidates[:1]
				g := w.givenUp(w.stage(), chain.Hopeless, class)
				if len(w.calls) != 3 {
					t.Errorf("%v; calls %v", g, w.called())
				}
			})
			bubble(t, func(t *testing.T) { // one stray one
				w := newWorld(t, chain.Options{})
				w.model("a:one", func(n int, _ time.Duration) error {
					if n == 2 {
						return bare(class, status)
					}
					return nil
				})
				s := w.stage()
				w.must(s, "one")
				time.Sleep(23 * time.Hour)
				w.must(s, "one")
				if took := time.Since(w.start) - 23*time.Hour; took > 2*time.Second {
					t.Errorf("answered after %v; calls %v", took, w.called())
				}
			})
			bubble(t, func(t *testing.T) { // one that stays
				w := newWorld(t, chain.Options{})
				w.model("a:one", first(0, nil))
				s := w.stage()
				w.must(s, "one")
				w.plan.Candidates = nil
				w.model("a:one", always(bare(class, status)))
				s = w.stage()
				w.start = time.Now()
				_, err := w.ask(s)
				took := time.Since(w.start)
				if failure.ClassOf(err) != class || took < 10*time.Minute || took > 11*time.Minute {
					t.Errorf("ended after %v by %v", took, err)
				}
			})
			bubble(t, func(t *testing.T) { // one of a question that no other has
				w := newWorld(t, chain.Options{})
				c := w.model("a:one", fine)
				answer := c.Model
				c.Model = llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
					if req.Unit == "odd" {
						return llm.Response{}, bare(class, status)
					}
					return answer.Generate(ctx, req)
				})
				s := w.stage()
				w.must(s, "one")
				var wg sync.WaitGroup
				defer wg.Wait()
				wg.Go(func() {
					_, err := s.Generate(t.Context(), llm.Request{Role: llm.Work, Unit: "odd", Prompt: "?"})
					if took := time.Since(w.start); failure.ClassOf(err) != class || took > 3*time.Minute {
						t.Errorf("ended after %v by %v", took, err)
					}
				})
				for range 60 {
					w.must(s, "one") // the others don't notice
					time.Sleep(time.Second)
				}
			})
		})
	}
}

// A bare 400 too is a proxy's until it lasts.
func TestRouter_BareInvalidRequests(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", func(n int, _ time.Duration) error {
			if n == 2 {
				return bare(failure.InvalidRequest, 400)
			}
			return nil
		})
		s := w.stage()
		w.must(s, "one")
		w.must(s, "one")
	})
}

// That a route has answered is known to other processes, and after a restart.
func TestRouter_AnAnswerIsRemembered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		o := chain.Options{Health: health.Options{Memory: &memoryInMemory{}}}
		w := newWorld(t, o)
		w.model("a:one", fine)
		w.must(w.stage(), "one")
		time.Sleep(time.Hour)
		later := w.another(o)
		later.model("a:one", first(1, bare(failure.NotFound, 404)))
		later.must(later.stage(), "one")
	})
}

// A failure that a gate explains says since when, until when, and what opens it.
func TestRouter_CooldownIsExplained(t *testing.T) {
	for class := range person {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, chain.Options{})
			w.model("a:one", always(fault(class)))
			w.ask(w.stage()) //nolint:errcheck // it is refused
			time.Sleep(10 * time.Second)
			_, err := w.ask(w.stage())
			told := err.Error()
			if f, ok := errors.AsType[*failure.Error](err); ok {
				told += "; " + f.Hint
			}
			g, _ := w.gateOf()
			name := "a"
			if class == failure.NotFound {
				name = "a:one"
			}
			for _, part := range []string{"not asked since " + g.Since.UTC().Format("2006-01-02 15:04:05"),
				"until " + g.Until.UTC().Format("2006-01-02 15:04:05"),
				"a retry asks once more", "releasing " + name + " ends the wait"} {
				if !strings.Contains(told, part) {
					t.Errorf("%s: %q lacks %q", class, told, part)
				}
			}
		})
	}
}

// A release ends what it names, and says what that was.
func TestRouter_ReleaseEndsCooldowns(t *testing.T) {
	key := func(name string) func(string) bool { return func(credential string) bool { return credential == name } }
	for name, test := range map[string]struct {
		model string
		key   func(string) bool
		want  []string // what is ended
	}{
		"all":         {"", nil, []string{" hold", " KEY auth", "one KEY not_found"}},
		"a model":     {"one", nil, []string{"one KEY not_found"}},
		"a key":       {"", key("KEY"), []string{" KEY auth", "one KEY not_found"}},
		"another key": {"", key("OTHER"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.model("a:one", always(fault(failure.NotFound)))
				w.model("a:sister", always(fault(failure.Auth)))
				w.ask(w.stage()) //nolint:errcheck // it is refused
				if err := w.router.Health().SetHold(t.Context(), "a", health.Hold{Reason: "why not", Until: time.Now().Add(time.Hour)}); err != nil {
					t.Fatal(err)
				}
				ended, err := w.router.Health().Release(t.Context(), health.Target{Endpoint: "a", Model: test.model, Key: test.key}, "it is mended")
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, r := range ended {
					what := " hold"
					if r.Cooldown != nil {
						what = r.Model + " " + r.Credential + " " + string(r.Cooldown.Cause.Err.Class)
					}
					got = append(got, what)
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("it ended %q, want %q", got, test.want)
				}
			})
		})
	}
}

// A candidate that a stage keeps away from for a bare refusal is asked again when a person
// wants no more waiting.
func TestRouter_TryNowForgetsBareRefusals(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, chain.Options{})
		w.model("a:one", first(1, bare(failure.Auth, 401)))
		s := w.stage()
		for range 2 {
			w.givenUp(s, chain.Hopeless, failure.Auth)
		}
		w.wantCalls("one@0s")
		s.TryNow()
		w.must(s, "one")
	})
}

// What a provider states counts as far as it can be true: it does not know for how long it
// will have trouble, and credit that was to be there is not, the third time.
func TestRouter_WhatIsStatedCountsWithinBounds(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want []time.Duration // for how long the gate is closed, each time
	}{
		"an overload": {hinted(failure.Overloaded, 10*time.Hour), []time.Duration{time.Hour}},
		"a limit":     {hinted(failure.RateLimited, 10*time.Hour), []time.Duration{10 * time.Hour}},
		"credit":      {hinted(failure.QuotaExhausted, time.Minute), []time.Duration{time.Minute, time.Minute, 16 * time.Minute, time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, chain.Options{})
				w.plan.MaxWait = 0
				w.model("a:one", always(test.err))
				for n, want := range test.want {
					w.ask(w.stage()) //nolint:errcheck // it is refused
					g, _ := w.gateOf()
					if got := time.Until(g.Until); got != want {
						t.Errorf("the %d. time it is closed for %v, want %v", n+1, got, want)
					}
					time.Sleep(want)
				}
			})
		})
	}
}
