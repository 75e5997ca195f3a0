package health_test

import (
	"fmt"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/health"
)

func Example() {
	registry := health.New(health.Options{})
	route := registry.NewRoute(health.Way{Endpoint: "openai", Provider: "openai", Model: "gpt", Credential: "OPENAI_API_KEY"})
	request := health.Request{ID: 1, Subject: "run/scene_001", Round: "1/1", Order: []*health.Route{&route}}

	permit, ok := route.Acquire(&request)
	fmt.Println("may ask:", ok)
	permit.Failure(&failure.Error{Class: failure.Auth, Message: "the key is wrong"}, time.Now())

	a := route.Check(&request, time.Now())
	fmt.Println(a.Free(), a.Reason, a.Detail)

	// Output:
	// may ask: true
	// false gated auth: the key is wrong
}
