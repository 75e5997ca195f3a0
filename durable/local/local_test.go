package local_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/cineforge/cineforge/durable/durabletest"
	"github.com/cineforge/cineforge/durable/local"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal_EngineOverAJournalInMemory(t *testing.T) {
	durabletest.Run(t, durabletest.Subject{
		World: func(*testing.T) durabletest.World {
			j := durabletest.NewJournal()
			return durabletest.Local(func() durabletest.Store { return j }, 0)
		},
		Lease: local.DefaultClaimTTL, Notice: local.DefaultClaimTTL, Crowd: 10_000,
	})
}
