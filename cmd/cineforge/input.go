package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/argument"
	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/screenplay/document"
)

// documents returns what reads all files that commands are given.
func documents() document.Reader {
	return document.Reader{Options: document.Options{MaxBytes: document.DefaultLimit}}
}

// readInput reads the file that a command names, or standard input for "-". The name is text
// that can be stored; argument.Name gives the file's own.
func readInput(path string, stdin io.Reader) (name string, data []byte, err error) {
	if path != "-" {
		data, err = documents().Load(path)
		return argument.Text(filepath.Base(path)), data, err
	}
	data, err = io.ReadAll(io.LimitReader(stdin, document.DefaultLimit+1))
	switch {
	case err != nil:
		return "", nil, fmt.Errorf("standard input can't be read: %w", err)
	case len(data) > document.DefaultLimit:
		return "", nil, failure.New(failure.Input, fmt.Sprintf("standard input holds more than %d MB", document.DefaultLimit>>20), "give a smaller file")
	case len(data) == 0:
		return "", nil, failure.New(failure.Input, "standard input is empty", "pipe a script into it, or name a file")
	}
	return "stdin", data, nil
}

// piped reports whether standard input is a pipe or a file, so that somebody means it to be
// read.
func piped(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && (info.Mode().IsRegular() || info.Mode()&os.ModeNamedPipe != 0)
}

// printJSON prints v as an indented object.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// oneLine makes text from files and models fit to print: one line, and nothing in it
// that a terminal would obey.
func oneLine(s string) string { return plaintext.Line(s) }

// version is the version that the binary was built from: "0.13.0", or "devel" for one that
// was built from no release.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return bare("")
	}
	return bare(info.Main.Version)
}

// bare takes from a module's version what only Go writes: "v0.13.0" is "0.13.0", "(devel)" is "devel".
func bare(version string) string {
	return cmp.Or(strings.TrimPrefix(strings.Trim(version, "()"), "v"), "devel")
}

// isTerminal reports whether f is a screen that somebody may be looking at.
func isTerminal(f *os.File) bool {
	return term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// color reports whether f is to be written to in colour.
func color(f *os.File) bool { return isTerminal(f) && os.Getenv("NO_COLOR") == "" }

// isText returns an error if a value that is stored as text is none.
func isText(what, value string) error {
	if utf8.ValidString(value) {
		return nil
	}
	return usage(failure.New(failure.Input, what+" isn't UTF-8 text", "set the terminal to UTF-8, or convert the value with iconv"))
}
