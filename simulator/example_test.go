package simulator_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

func Example() {
	scenario, err := scenario.Parse("outage.yaml", []byte(`
name: outage
rules:
  - name: overloaded
    when: {provider: anthropic, calls: 1}
    fault: {error: overloaded}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	sim := simulator.New(scenario, simulator.Options{})
	client := &http.Client{Transport: sim.Transport()} // or http.ListenAndServe("127.0.0.1:9100", sim)
	for range 2 {
		r, err := http.NewRequest(http.MethodPost, "http://simulator/anthropic/v1/messages", strings.NewReader(
			`{"model": "claude-sonnet-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": "Mara winds the clock."}]}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		r.Header.Set("x-api-key", "any key")
		r.Header.Set("anthropic-version", "2023-06-01")
		resp, err := client.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Println(resp.StatusCode, strings.Contains(string(body), "Mara winds the clock."), err)
	}
	for _, c := range sim.Calls() {
		fmt.Printf("call %d: %d %s %s\n", c.Number, c.Status, c.Rule, c.Fault)
	}
	// Output:
	// 529 false <nil>
	// 200 true <nil>
	// call 1: 529 overloaded error:overloaded
	// call 2: 200
}
