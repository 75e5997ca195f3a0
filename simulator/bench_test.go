package simulator_test

import (
	"strings"
	"testing"
)

// BenchmarkCall measures what one call costs in process, client included.
func BenchmarkCall(b *testing.B) {
	text := strings.Repeat(prompt+"\n", 40) // a scene
	for _, a := range apis {
		b.Run(strings.ReplaceAll(a.name, " ", "_"), func(b *testing.B) {
			bench := rules()
			body := a.body(text, true)
			b.ReportAllocs()
			for b.Loop() {
				if got := bench.do(b.Context(), a, body); got.status != 200 {
					b.Fatal(got)
				}
			}
		})
	}
}
