package sqlite_test

import (
	"testing"

	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/internal/storage/storagetest"
)

// The race detector makes opening a file so slow that the store in memory, which shares all
// that is concurrent, is enough for it; the files are checked without it.
func TestStore_Contract(t *testing.T) {
	t.Run("file", func(t *testing.T) {
		if raced {
			t.Skip("not tested with -race, which makes opening a file ten times slower: make test plays it without")
		}
		storagetest.Run(t, func(t *testing.T) storage.Store { return open(t, t.TempDir()).Seams() })
	})
	t.Run("memory", func(t *testing.T) {
		storagetest.Run(t, func(t *testing.T) storage.Store {
			s, err := sqlite.OpenMemory(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s.Seams()
		})
	})
}
