package backoff_test

import (
	"fmt"
	"time"

	"github.com/cineforge/cineforge/resilience/backoff"
)

func middle() float64 { return 0.5 } // rand.Float64 in a program

func ExamplePolicy_Delay() {
	p := backoff.Policy{Base: time.Second, Cap: 20 * time.Second, Full: true}
	for n := 1; n <= 3; n++ {
		fmt.Println(p.Delay(n, middle))
	}
	// Output:
	// 500ms
	// 1s
	// 2s
}

func ExampleHinted() {
	// The server said "Retry-After: 10". Up to 2.5 s are added, so that all callers that it
	// said this to don't come back at once.
	fmt.Println(backoff.Hinted(10*time.Second, middle))
	// Output: 11.25s
}
