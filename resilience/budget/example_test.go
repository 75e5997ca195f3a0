package budget_test

import (
	"fmt"

	"github.com/cineforge/cineforge/resilience/budget"
)

func Example() {
	// One repetition for four calls, and none for nothing.
	b := budget.New(budget.Options{Cap: 10, PerCall: 0.25})
	fmt.Println(b.Take(1))
	for range 4 {
		b.Call()
	}
	fmt.Println(b.Take(1), b.Take(1))
	// Output:
	// false
	// true false
}
