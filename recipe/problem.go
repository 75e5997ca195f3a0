package recipe

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/internal/spelling"
)

// Error is one mistake in a recipe file. It is of class [failure.Input].
type Error struct {
	File         string
	Line, Column int    // from 1; the column counts characters. 0 if the mistake is nowhere in particular
	Pointer      string // the JSON pointer of the value; "" for the file as a whole
	Message      string
	Hint         string // what to do about it; may be empty
}

// Error returns the mistake as one line: place, message, hint.
func (e *Error) Error() string { return e.failure().Error() }

// Unwrap returns the mistake as a [failure.Error].
func (e *Error) Unwrap() error { return e.failure() }

func (e *Error) failure() *failure.Error {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
	}
	return failure.New(failure.Input, where+": "+e.Message, e.Hint)
}

// Errors are the mistakes found in a recipe file, at least one, in the order of
// the file.
type Errors []*Error

// Error returns one line for each mistake.
func (list Errors) Error() string {
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the mistakes one by one.
func (list Errors) Unwrap() []error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errs
}

// maxProblems bounds a report: it is as much as a person fixes at a time, and a hostile
// file can't have near names looked for without end.
const maxProblems = 20

// problems collects the mistakes of one file.
type problems struct {
	file   string
	pinned bool // no other parameters can be given
	open   bool // placeholders without a value stay open
	list   Errors
}

func (p *problems) full() bool { return len(p.list) >= maxProblems }

func (p *problems) add(at position, message, hint string) {
	if !p.full() {
		p.list = append(p.list, &Error{File: p.file, Line: at.Line, Column: at.Column, Pointer: at.Pointer, Message: message, Hint: hint})
	}
}

// unknown adds that there is no such name among the known ones.
func (p *problems) unknown(at position, message, name string, known []string, otherwise string) {
	if p.full() {
		return
	}
	hint := otherwise
	if near := spelling.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	p.add(at, message, hint)
}

// err returns the mistakes in the order of the file, or nil if there are none.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return p.list
}

// quote shows text from the file on one line, cut to a readable length.
func quote(s string) string { return strconv.Quote(plaintext.Cut(s, 60)) }
