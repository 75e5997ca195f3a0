package bounded_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cineforge/cineforge/internal/bounded"
)

func TestCache_KeepsAtMostSoMany(t *testing.T) {
	c := bounded.NewCache[int, string](3)
	for i := range 10 {
		c.Put(i, "x")
		if v, ok := c.Get(i); !ok || v != "x" {
			t.Fatalf("%d is not kept: %q, %v", i, v, ok)
		}
	}
	kept := 0
	for i := range 10 {
		if _, ok := c.Get(i); ok {
			kept++
		}
	}
	if kept != 3 {
		t.Errorf("%d are kept, want 3", kept)
	}
	c.Put(9, "y")
	if v, _ := c.Get(9); v != "y" {
		t.Errorf("%q, want the latest value", v)
	}
	c.Forget(9)
	if _, ok := c.Get(9); ok {
		t.Error("it is kept though it is forgotten")
	}
}

func TestCache_MakeMakesOnce(t *testing.T) {
	c := bounded.NewCache[string, int](2)
	failed := errors.New("failed")
	if _, err := c.Make("a", func() (int, error) { return 1, failed }); !errors.Is(err, failed) {
		t.Errorf("%v, want the error of making it", err)
	}
	var made atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if v, err := c.Make("a", func() (int, error) { return int(made.Add(1)), nil }); v != 1 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		})
	}
	all.Wait()
}
