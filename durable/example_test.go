package durable_test

import (
	"context"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/durabletest"
	"github.com/cineforge/cineforge/durable/local"
)

// greeter is a worker whose runs have two steps, one after the other.
type greeter struct{}

func (greeter) Open(_ context.Context, claim durable.Claim, _ durable.Terms) (durable.Run, []durable.Result, error) {
	return greeting{}, nil, nil
}

func (greeter) Cancel(context.Context, durable.Claim, string) error { return nil }

type greeting struct{}

// Next names the first step that has not ended. It is pure.
func (greeting) Next(done []durable.Result, running []durable.Step) []durable.Step {
	steps := []durable.Step{"hello", "goodbye"}
	if len(running) > 0 || len(done) == len(steps) {
		return nil
	}
	return steps[len(done) : len(done)+1]
}

// Do does a step. A real worker records its result before it returns.
func (greeting) Do(_ context.Context, step durable.Step) (durable.Result, error) {
	fmt.Println(step)
	return durable.Result{Step: step, Outcome: durable.Done}, nil
}

func (greeting) TryNow(context.Context, string) error { return nil }

// An engine asks a worker for the steps of a run, and has them done.
func Example() {
	journal := durabletest.NewJournal()
	if err := journal.Make(context.Background(), "greetings", "run-1", time.Time{}); err != nil {
		fmt.Println(err)
		return
	}
	engine := local.New(journal, greeter{}, local.Options{})
	if err := engine.Execute(context.Background(), "run-1"); err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello
	// goodbye
}
