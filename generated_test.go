package cineforge_test

import (
	"bytes"
	"os"
	"testing"
)

// The server answers with a copy of the changelog, which "make generate" makes.
func TestTheServerHasTheChangelog(t *testing.T) {
	ours, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile("internal/api/CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ours, copied) {
		t.Error("internal/api/CHANGELOG.md is not CHANGELOG.md (make generate)")
	}
}
