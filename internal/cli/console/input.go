package console

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

// Documents returns the reader of all files that commands are given.
func Documents() document.Reader {
	return document.Reader{Options: document.Options{MaxBytes: document.DefaultLimit}}
}

// ReadInput reads the file that a command names, or standard input for "-". The name is text
// that can be stored; argument.Name gives the file's own.
func ReadInput(path string, stdin io.Reader) (name string, data []byte, err error) {
	if path != "-" {
		data, err = Documents().Load(path)
		return argument.Text(filepath.Base(path)), data, err
	}
	data, err = io.ReadAll(io.LimitReader(stdin, document.DefaultLimit+1))
	switch {
	case err != nil:
		return "", nil, fmt.Errorf("standard input can't be read: %w", err)
	case len(data) > document.DefaultLimit:
		return "", nil, failure.New(failure.Input, fmt.Sprintf("standard input holds more than %d MB", document.DefaultLimit>>20),
			"give a smaller file")
	case len(data) == 0:
		return "", nil, failure.New(failure.Input, "standard input is empty", "pipe a script into it, or name a file")
	}
	return "stdin", data, nil
}

// Piped reports whether standard input is a pipe or a file, so that it is meant to be read.
func Piped(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && (info.Mode().IsRegular() || info.Mode()&os.ModeNamedPipe != 0)
}

// PrintJSON prints v as an indented object.
func PrintJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// OneLine returns text from files and models as one line without control characters.
func OneLine(s string) string { return plaintext.Line(s) }

// Version returns the version that the binary was built from: "0.13.0", or "devel" for one that
// was built from no release.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return bare("")
	}
	return bare(info.Main.Version)
}

// bare removes from a module's version what only Go writes: "v0.13.0" is "0.13.0", "(devel)" is "devel".
func bare(version string) string {
	return cmp.Or(strings.TrimPrefix(strings.Trim(version, "()"), "v"), "devel")
}

// IsTerminal reports whether f is a terminal.
func IsTerminal(f *os.File) bool {
	return term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// Color reports whether output to f has colours.
func Color(f *os.File) bool { return IsTerminal(f) && os.Getenv("NO_COLOR") == "" }

// CheckText returns an error if a value that is stored as text is not UTF-8.
func CheckText(what, value string) error {
	if utf8.ValidString(value) {
		return nil
	}
	return Usage(failure.New(failure.Input, what+" isn't UTF-8 text", "set the terminal to UTF-8, or convert the value with iconv"))
}
