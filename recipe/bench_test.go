package recipe_test

import (
	"strings"
	"testing"

	"github.com/cineforge/cineforge/recipe"
)

// BenchmarkPlan measures what the start of every run pays: Parse and Plan of the
// shipped recipe.
func BenchmarkPlan(b *testing.B) {
	data := shipped(b)
	known := modules()
	options := recipe.PlanOptions{Params: map[string]any{"input_file": "x", "accept_config": true}, Modules: known}
	b.ReportAllocs()
	for b.Loop() {
		r, err := recipe.Parse("mvp_ingest.yaml", data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Compile(options); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseHostile measures the files that cost the most within the limits.
func BenchmarkParseHostile(b *testing.B) {
	stairs := ""
	for i := range 100 {
		stairs += strings.Repeat(" ", i+1) + strings.Repeat("k", 100) + ":\n"
	}
	for _, file := range []struct{ name, src string }{
		{"keys", one + "project:\n" + strings.Repeat("  k: v\n", 4994)},
		{"paths", one + "project:\n" + stairs + strings.Repeat(strings.Repeat(" ", 101)+"k: v\n", 4800)},
		{"dashes", one + "project:\n  " + strings.Repeat("- ", 1<<19-100)},
		{"brackets", one + "project: " + strings.Repeat("[", 1<<19)},
		{"commas", one + "project: {a: [" + strings.Repeat("1,", 1<<19-100) + "]}\n"},
		{"needs", one + "    needs: [" + strings.Repeat("x,", 1<<19-100) + "]\n"},
		{"comments", one + strings.Repeat("#\n", 1<<19-100)},
	} {
		b.Run(file.name, func(b *testing.B) {
			b.SetBytes(int64(len(file.src)))
			b.ReportAllocs()
			for b.Loop() {
				recipe.Parse("f.yaml", []byte(file.src))
			}
		})
	}
}
