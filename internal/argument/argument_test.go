package argument_test

import (
	"os/exec"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/internal/argument"
)

// words are names that files can have.
var words = []string{"a.fountain", "stdin", "%73tdin", "-", "-rf", "caf\xe9", "caf\xe8", "caf\ufffd", "a\nb", "a\tb", "a b",
	"a\x1b[31m", "a\x7f", `a\b`, `a\\b`, `a\x41`,
	"a%41", "a%2541", "%", "%%E9", "%\xe9", "%4\x01", "%2", "100% Wolf", "'", `"`, "it's",
	"$(reboot)", "a\u202eb", "a\u00a0b", "界.txt", "\xff", "\xffa", "\xe9\x31", "~", "!x", strings.Repeat("\xfe", 255), "\u0085"}

func FuzzText(f *testing.F) {
	for _, w := range words {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, name string) {
		text := argument.Text(name)
		if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || argument.Name(text) != name {
			t.Errorf("%q has the text %q, which has the name %q", name, text, argument.Name(text))
		}
		if argument.Odd(name) && text == name {
			t.Errorf("%q is its own text", name)
		}
	})
}

// Different names have different texts, and a text that none was made of is a name.
func TestText_IsOneForEachName(t *testing.T) {
	seen := map[string]string{}
	for _, w := range words {
		text := argument.Text(w)
		if other, ok := seen[text]; ok && other != w {
			t.Errorf("%q and %q have the text %q", other, w, text)
		}
		if !utf8.ValidString(text) || argument.Name(text) != w {
			t.Errorf("%q has the text %q, which has the name %q", w, text, argument.Name(text))
		}
		seen[text] = w
	}
	for _, plain := range []string{"Night%20Ferry.fountain", "stdin", "100%"} {
		if got := argument.Name(plain); got != plain {
			t.Errorf("%q is taken for the text of %q", plain, got)
		}
	}
}

// What is printed for a shell gives the word back, and is one line that can be printed.
func TestQuote_AShellGivesTheWordBack(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash, whose $'...' is tried")
	}
	for _, w := range words {
		quoted := argument.Quote(w)
		if strings.ContainsFunc(quoted, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(quoted) {
			t.Errorf("%q is written as %q", w, quoted)
		}
		out, err := exec.Command(bash, "-c", "printf %s "+quoted).Output()
		if w[0] == '-' {
			out, err = exec.Command(bash, "-c", "printf %s "+argument.QuoteFile(w)).Output()
			w = "./" + w
		}
		if err != nil || string(out) != w {
			t.Errorf("%s gives %q, want %q (%v)", quoted, out, w, err)
		}
	}
}
