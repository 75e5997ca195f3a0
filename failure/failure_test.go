package failure_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/cineforge/cineforge/failure"
)

func TestClassOf_TravelsThroughWrapping(t *testing.T) {
	classified := &failure.Error{Class: failure.Input, Message: "page 3 is blank", Hint: "fill it", Err: io.ErrUnexpectedEOF}
	for _, tt := range []struct {
		err  error
		want failure.Class
	}{
		{nil, ""},
		{classified, failure.Input},
		{fmt.Errorf("stage a: %w", classified), failure.Input},
		{errors.Join(errors.New("first"), classified), failure.Input},
		{context.Canceled, failure.Canceled},
		{fmt.Errorf("ask: %w", context.Canceled), failure.Canceled},
		{context.DeadlineExceeded, failure.Internal}, // a deadline that was not classified is our fault
		{errors.New("429 capacity timeout"), failure.Internal},
	} {
		if got := failure.ClassOf(tt.err); got != tt.want {
			t.Errorf("ClassOf(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
	if !errors.Is(classified, io.ErrUnexpectedEOF) || classified.Error() != "page 3 is blank; fill it" {
		t.Errorf("%v", classified)
	}
}

func ExampleClassOf() {
	err := fmt.Errorf("ingest: %w", failure.New(failure.Input, "the file is empty", "give one with a script in it"))
	fmt.Println(failure.ClassOf(err))
	fmt.Println(err)
	// Output:
	// input
	// ingest: the file is empty; give one with a script in it
}
