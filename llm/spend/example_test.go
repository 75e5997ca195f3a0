package spend_test

import (
	"fmt"

	"github.com/cineforge/cineforge/llm/spend"
)

func ExampleBudgets() {
	run, stage := spend.NewBudget(1.00, 0), spend.NewBudget(0.05, 0)
	budgets := spend.Budgets{run, stage}

	fmt.Println(budgets.Reserve(0.03)) // a call begins
	fmt.Println(budgets.Reserve(0.03)) // another one beside it
	budgets.Settle(0.03, 0.02)         // the first one has ended
	fmt.Println(budgets.Reserve(0.03))

	// Output:
	// <nil>
	// the cost budget does not allow it
	// <nil>
}
