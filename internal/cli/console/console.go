// Package console is how the program speaks to the terminal: exit codes, streams, and the forms
// in which it reads and prints.
package console

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cineforge/cineforge/internal/argument"
)

// The exit codes, a promise to scripts.
const (
	CodeOK          = 0
	CodeError       = 1
	CodeUsage       = 2
	CodeTimedOut    = 3 // a watch timed out, or the run was cancelled
	CodeRunFailed   = 5
	CodeRunPaused   = 6 // the run needs a person
	CodeNoProvider  = 7
	CodeInterrupted = 130
	CodePipe        = 141 // the output has no reader any more
)

// Exit is an error with its exit code. With a nil Err nothing is printed, because everything has
// been printed before.
type Exit struct {
	Code int
	Err  error
}

// Error returns the text of the error.
func (e *Exit) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns the error.
func (e *Exit) Unwrap() error { return e.Err }

// Usage returns err as an error of the command line, by which no run was made.
func Usage(err error) error { return &Exit{CodeUsage, err} }

// Streams is where commands read and write.
type Streams struct {
	In       io.Reader
	Out, Err *os.File
}

// Format is the form of a command's output.
type Format struct {
	JSON bool // machine-readable
}

// Quote writes a word as a shell reads it.
func Quote(word string) string { return argument.Quote(word) }

// Count writes a number of things, with their name in the right form.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	if one, rest, ok := strings.Cut(thing, " of "); ok {
		return fmt.Sprintf("%d %ss of %s", n, one, rest)
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Bytes writes a size with its unit.
func Bytes(n int64) string {
	switch {
	case n < 1000:
		return Count(int(n), "byte")
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	case n < 1000*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
