package sqlite_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
)

// BenchmarkHealth_Attempts measures what questions about providers cost with a million events, a third
// of which end attempts, over a day. It takes a minute to fill the database.
func BenchmarkHealth_Attempts(b *testing.B) {
	if os.Getenv("CINEFORGE_MILLION") == "" {
		b.Skip("set CINEFORGE_MILLION to fill a database with a million events")
	}
	s := open(b, b.TempDir())
	begun := time.Now()
	const runs, each = 2500, 400
	from := time.Now().Add(-24 * time.Hour)
	if err := sqlite.FillAttempts(b.Context(), s, from, runs, each); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d events in %v", runs*each, time.Since(begun).Round(time.Second))
	for _, length := range []time.Duration{time.Hour, 24 * time.Hour} {
		w := storage.Window{From: time.Now().Add(-length), Until: time.Now()}
		b.Run(fmt.Sprint("ended within ", length), func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = 0
				for _, err := range s.Health.Ended(b.Context(), w) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
			}
			b.ReportMetric(float64(n), "attempts")
		})
		b.Run(fmt.Sprint("counted within ", length), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Health.CountAttempts(b.Context(), w); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("fallbacks within ", length), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Health.Fallbacks(b.Context(), w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("last failure", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Health.LastFailed(b.Context(), "anthropic", time.Now()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
