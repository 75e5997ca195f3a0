package limit_test

import (
	"context"
	"fmt"

	"github.com/cineforge/cineforge/resilience/limit"
)

func Example() {
	l := limit.New(limit.Options{Start: 4})
	release, err := l.Acquire(context.Background(), "run 1")
	if err != nil {
		return
	}
	l.TooMany() // the service said 429
	release()
	fmt.Printf("%.1f\n", l.Status().Limit)
	// Output: 2.8
}
