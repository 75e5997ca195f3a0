package page_test

import (
	"io/fs"
	"os"
	"testing"

	"github.com/cineforge/cineforge/internal/page"
)

// The page gives its users the sample to try: the one of the repository.
func TestFiles_HaveTheSample(t *testing.T) {
	want, err := os.ReadFile("../../samples/the_tide_clock.fountain")
	if err != nil {
		t.Fatal(err)
	}
	got, err := fs.ReadFile(page.Files(), "the_tide_clock.fountain")
	if err != nil || string(got) != string(want) {
		t.Errorf("%v, %d bytes; want the sample's %d: build the page again", err, len(got), len(want))
	}
}
