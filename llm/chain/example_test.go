package chain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/spend"
)

// printer prints what happens to requests, before they go on.
type printer struct{}

func (printer) Observe(_ context.Context, events ...chain.Event) error {
	for _, e := range events {
		switch e := e.(type) {
		case chain.AttemptStarted:
			fmt.Printf("ask %s: %s\n", e.Model, e.Decision.Why)
		case chain.AttemptFailed:
			fmt.Printf("%s failed: %s\n", e.Model, e.Err.Message)
		case chain.StageFallback:
			fmt.Printf("from %s to %s\n", e.From.Name, e.Decision.Model)
		case chain.AttemptFinished:
			fmt.Printf("%s answered %s\n", e.Model, e.Response.JSON)
		}
	}
	return nil
}

func Example() {
	refuses := llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
		return llm.Response{}, &failure.Error{
			Class:   failure.QuotaExhausted,
			Message: "the account has no credit",
			Effect:  failure.EffectOf(failure.QuotaExhausted),
		}
	})
	answers := llm.ModelFunc(func(context.Context, llm.Request) (llm.Response, error) {
		return llm.Response{Model: "gpt", JSON: json.RawMessage(`{"scenes":12}`)}, nil
	})

	router := chain.New(chain.Options{}) // one for all that a process asks
	stage := router.NewStage(chain.Plan{
		Candidates: []llm.Candidate{
			{Provider: "anthropic", Name: "claude", Model: refuses, Credential: "ANTHROPIC_API_KEY"},
			{Provider: "openai", Name: "gpt", Model: answers, Credential: "OPENAI_API_KEY"},
		},
		MaxAttempts: 4,
		MaxWait:     time.Hour,
		Budgets:     spend.Budgets{spend.NewBudget(5, 0)},
	}, printer{})

	_, err := stage.Generate(context.Background(), llm.Request{Role: llm.Work, Unit: "scenes", Prompt: "How many scenes?"})
	fmt.Println(err)
	for _, p := range router.Health().Status() {
		fmt.Println(p.Endpoint, "cooldowns:", len(p.Cooldowns))
	}

	// Output:
	// ask claude: the first choice
	// claude failed: the account has no credit
	// from claude to gpt
	// ask gpt: the next in the chain that can be asked
	// gpt answered {"scenes":12}
	// <nil>
	// anthropic cooldowns: 1
	// openai cooldowns: 0
}
