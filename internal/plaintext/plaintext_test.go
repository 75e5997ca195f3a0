package plaintext_test

import (
	"testing"

	"github.com/cineforge/cineforge/internal/plaintext"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"INT. HALL\u00a0- DAY":       "INT. HALL - DAY",
		"a\r\n\tb":                   "a   b",
		"\x1b[31mred\x1b[0m\x00":     "[31mred[0m",
		"\u202egnp.exe\u2069":        "gnp.exe",
		"caf\u00e9 \u65e5\u672c":     "caf\u00e9 \u65e5\u672c",
		"\ufeffb\u200bo\u0301\ufffd": "bo\u0301\ufffd",
	} {
		if got := plaintext.Line(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		text string
		most int
		want string
	}{{"caf\u00e9s", 4, "caf\u00e9…"}, {"caf\u00e9", 4, "caf\u00e9"}, {"", 0, ""}, {"a", 0, "…"}} {
		if got := plaintext.Cut(test.text, test.most); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}
