package sqlite_test

import (
	"testing"
	"time"

	"github.com/cineforge/cineforge/durable/durabletest"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage/storagetest"
)

func note(s *sqlite.Store) durabletest.Store {
	return storagetest.Engine(s.Seams(), func() { sqlite.Die(s) })
}

func TestStore_EngineInMemory(t *testing.T) {
	durabletest.Run(t, durabletest.Subject{
		World: func(t *testing.T) durabletest.World {
			s, err := sqlite.OpenMemory(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return durabletest.Local(func() durabletest.Store { return note(s) }, 0)
		},
		Lease: local.DefaultClaimTTL, Notice: local.DefaultClaimTTL, Crowd: crowd,
	})
}

// Each process opens the file by itself, sees what others have done when it looks, and
// sees at once which are gone.
func TestStore_EngineInAFile(t *testing.T) {
	const poll = 200 * time.Millisecond
	notice := local.DefaultClaimTTL
	if sqlite.Locks {
		notice = poll
	}
	durabletest.Run(t, durabletest.Subject{
		World: func(t *testing.T) durabletest.World {
			dir := t.TempDir()
			return durabletest.Local(func() durabletest.Store { return note(open(t, dir)) }, poll)
		},
		Lease: local.DefaultClaimTTL, Notice: notice, Slack: 2 * poll, Sees: sqlite.Locks, Crowd: crowd,
	})
}
