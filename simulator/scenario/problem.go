package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one mistake in a scenario.
type Error struct {
	File         string
	Line, Column int // from 1; 0 if the scenario was not read from a file
	Message      string
}

// Error returns the mistake as one line: place and message.
func (e *Error) Error() string {
	switch {
	case e.Line > 0:
		return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
	case e.File != "":
		return e.File + ": " + e.Message
	}
	return e.Message
}

// ErrorList is the mistakes found in a scenario, at least one, in the order of the file.
type ErrorList []*Error

// Error returns one line for each mistake.
func (list ErrorList) Error() string {
	lines := make([]string, len(list))
	for i, e := range list {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the mistakes one by one.
func (list ErrorList) Unwrap() []error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errs
}

// maxProblems bounds a report.
const maxProblems = 20

// problems collects the mistakes of a scenario.
type problems struct {
	file   string
	places map[string]position // of keys, by path
	list   ErrorList
}

func (p *problems) add(at position, format string, args ...any) {
	if len(p.list) < maxProblems {
		p.list = append(p.list, &Error{File: p.file, Line: at.Line, Column: at.Column, Message: fmt.Sprintf(format, args...)})
	}
}

// at adds a mistake at a path such as rules[0].fault.error. Where the file does not
// have it, the nearest thing around it is named.
func (p *problems) at(path, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if p.places == nil {
		p.add(position{}, "%s: %s", path, message)
		return
	}
	for around := path; ; around = around[:max(strings.LastIndexAny(around, ".["), 0)] {
		if at, ok := p.places[around]; ok || around == "" {
			p.add(at, "%s", message)
			return
		}
	}
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
