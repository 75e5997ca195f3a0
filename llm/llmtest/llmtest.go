// Package llmtest is the contract that every adapter of a provider fulfils: what
// callers rely on of a model whose provider misbehaves. The providers are played by
// package simulator, in virtual time and without a network.
package llmtest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// Subject is an adapter under test.
type Subject struct {
	// Provider and BaseURL are where the simulator plays the provider.
	Provider string
	BaseURL  string

	// Model is a model of the provider that the simulator knows.
	Model string

	// New makes the adapter.
	New func(e wire.Endpoint) llm.Model

	// Scope is whose health a failure of the provider's capacity counts against.
	Scope failure.Scope

	// TellsRequestID says that failures have an id, too.
	TellsRequestID bool

	// Caches says that the provider keeps the beginnings of prompts.
	Caches bool

	// Estimates says that the server does not tell how many tokens there were.
	Estimates bool
}

// Key is the key that the adapter is given. It must not be shown.
const Key = "sk-a-key-that-nobody-may-see-0123456789"

// spec is what the adapter knows of the model.
var spec = llm.Spec{Window: 200_000, MaxOutput: 8_000, Price: &llm.Price{Input: 2, Output: 10, CacheRead: 0.2, CacheWrite: 2.5}}

// schema is the form of the answers that are asked for. Real schemas of the stages
// have all that is in it.
var schema = llm.NewSchema("scene_judgement", `{
  "type": "object",
  "additionalProperties": false,
  "required": ["summary", "mood", "beats", "confidence"],
  "properties": {
    "summary": {"type": "string"},
    "mood": {"type": ["string", "null"], "enum": ["calm", "tense", null]},
    "beats": {
      "type": "array",
      "items": {"type": "object", "additionalProperties": false, "required": ["what"], "properties": {"what": {"type": "string"}}}
    },
    "confidence": {"type": ["number", "null"]}
  }
}`)

// Question returns a question that is answered in some 60 tokens or more.
func Question() llm.Request {
	return llm.Request{
		Role: llm.Work, Unit: "scene_001", Schema: schema, MaxOutputTokens: 4096,
		System: "You read screenplays. " + strings.Repeat("Judge from the scene alone. ", 20),
		Prompt: "INT. LIGHTHOUSE - NIGHT\n\n" + strings.Repeat(
			"The keeper climbs the stairs, counts them under her breath, and does not look down at the sea. ",
			12,
		),
	}
}

// Run holds an adapter to the contract.
func Run(t *testing.T, s Subject) {
	t.Run("nothing_of_the_environment", func(t *testing.T) { checkEnvironment(t, s) })
	run(t, s, checks)
}

// Costs holds an adapter to what each end of a call counts for.
func Costs(t *testing.T, s Subject) { run(t, s, costs) }

func run(t *testing.T, s Subject, checks []check) {
	for _, c := range checks {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				scenario, err := scenario.Parse(c.name, []byte("target: "+s.Provider+"\nrules:\n"+c.rules))
				if err != nil {
					t.Fatal(err)
				}
				w := &world{T: t, Subject: s, sim: simulator.New(scenario, simulator.Options{})}
				w.model = s.New(w.endpoint())
				c.check(w)
				if n := len(w.sim.Calls()); n != c.calls {
					t.Errorf("%s: the provider saw %d calls, want %d", c.contract, n, c.calls)
				}
			})
		})
	}
}

// world is an adapter at a simulated provider.
type world struct {
	*testing.T
	Subject
	sim   *simulator.Simulator
	model llm.Model
}

func (w *world) endpoint() wire.Endpoint {
	return wire.Endpoint{Provider: w.Provider, BaseURL: w.BaseURL, Key: Key, Model: w.Model, Spec: spec, Transport: w.sim.Transport()}
}

// ask asks the question, and holds what is true of every answer and failure against
// what comes back.
func (w *world) ask(ctx context.Context) (llm.Response, error) {
	w.Helper()
	req := Question()
	resp, err := w.model.Generate(ctx, req)
	if resp.Usage.CostUSD == nil {
		w.Error("what the call cost is not reported")
	}
	if err == nil {
		if err := req.Schema.Validate(resp.JSON); err != nil {
			w.Errorf("the answer %s: %v", resp.JSON, err)
		}
		return resp, nil
	}
	if resp.JSON != nil {
		w.Errorf("with the failure %v comes an answer: %s", err, resp.JSON)
	}
	f, ok := errors.AsType[*failure.Error](err)
	if !ok {
		w.Fatalf("the error is not classified: %v", err)
	}
	if strings.Contains(err.Error(), Key) || strings.Contains(err.Error(), Key[:12]) {
		w.Errorf("the error tells the key: %v", err)
	}
	if f.Class != failure.Canceled && (f.Hint == "" || f.Rule == "") {
		w.Errorf("hint %q, rule %q", f.Hint, f.Rule)
	}
	return resp, err
}

// fails asks the question, which is to fail with a class.
func (w *world) fails(class failure.Class) (llm.Response, *failure.Error) {
	w.Helper()
	resp, err := w.ask(w.Context())
	f, _ := errors.AsType[*failure.Error](err)
	if f == nil {
		w.Fatalf("it was answered, want %s", class)
	}
	if f.Class != class {
		w.Fatalf("%s (%v; %s), want %s", f.Class, err, f.Rule, class)
	}
	return resp, f
}

// took returns how long f took in virtual time.
func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
