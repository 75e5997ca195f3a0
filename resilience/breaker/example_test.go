package breaker_test

import (
	"fmt"
	"time"

	"github.com/cineforge/cineforge/resilience/breaker"
)

func Example() {
	b := breaker.New(breaker.Options{InARow: 2})
	for _, request := range []string{"scene_001", "scene_002", "scene_003"} {
		permit, again := b.Acquire(request)
		if permit == nil {
			fmt.Println(request, "has to wait:", time.Until(again) > 9*time.Second)
			continue
		}
		permit.Failure(1, 0, "529 overloaded_error")
	}
	fmt.Println(b.Status().State)
	// Output:
	// scene_003 has to wait: true
	// open
}

func ExampleOptions() {
	b := breaker.New(breaker.Options{
		InARow:    2,
		FirstOpen: time.Minute,
		MaxOpen:   time.Hour,
		Changed:   func(t breaker.Transition) { fmt.Println(t.From, "->", t.To, t.Evidence) },
	})
	for _, request := range []string{"a", "b"} {
		permit, _ := b.Acquire(request)
		permit.Failure(1, 0, "503")
	}
	b.Probe("an operator wants it tried")
	// Output:
	// closed -> open 503, 2 failures in a row of different requests within 1s
	// open -> half_open an operator wants it tried
}
