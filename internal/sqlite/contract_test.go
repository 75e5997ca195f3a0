package sqlite_test

import (
	"testing"

	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/internal/storage/storagetest"
)

func TestStore_Contract(t *testing.T) {
	t.Run("file", func(t *testing.T) {
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
