package memory_test

import (
	"testing"

	"github.com/cineforge/cineforge/durable/durabletest"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/memory"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/internal/storage/storagetest"
)

func TestStore_Contract(t *testing.T) {
	storagetest.Run(t, func(*testing.T) storage.Store { return memory.New().Seams() })
}

func TestStore_Engine(t *testing.T) {
	durabletest.Run(t, durabletest.Subject{
		World: func(*testing.T) durabletest.World {
			s := memory.New().Seams()
			return durabletest.Local(func() durabletest.Store { return storagetest.Engine(s, func() {}) }, 0)
		},
		Lease: local.DefaultClaimTTL, Notice: local.DefaultClaimTTL, Crowd: 10_000,
	})
}
