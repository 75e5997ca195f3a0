package progress_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cineforge/cineforge/internal/progress"
)

// colors are the escape sequences that set how text looks.
var colors = regexp.MustCompile("\x1b\\[[0-9;]*m")

func uncolored(s string) string { return colors.ReplaceAllString(s, "") }

var cleaned = []struct{ in, want string }{
	{"INT. HOUSE – NIGHT", "INT. HOUSE – NIGHT"},
	{"\x1b[2J\x1b[31mred", "[2J[31mred"},
	{"\x1b]0;title\x07x", "]0;titlex"},
	{"100%\rdone", "100% done"},
	{"a\nb\tc\u2028d\u0085e", "a b c d e"},
	{"exe.\u202etxt\u202c", "exe.txt"},
	{"\u2066a\u2069\u200e\u200f\u061c", "a"},
	{"\u009b31mx", "31mx"}, // CSI as one character
	{"\x9bx", "\uFFFDx"},   // a byte that is no UTF-8
	{"a\x00\x7f\x08b", "ab"},
	{"zero\u200bwidth\ufeff", "zerowidth"},
	{"日本語\u3000が", "日本語 が"},
	{strings.Repeat("é", 1200), strings.Repeat("é", 999) + "…"},
}

func TestClean(t *testing.T) {
	for _, tt := range cleaned {
		if got := progress.Clean(tt.in); got != tt.want {
			t.Errorf("clean(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, tt := range cleaned {
		f.Add(tt.in)
	}
	for _, n := range nasty {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := progress.Clean(in)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r == '\n' || obeyed(r) }) {
			t.Errorf("clean(%q) = %q", in, got)
		}
		if progress.Clean(got) != got {
			t.Errorf("clean(%q) is not clean: %q", in, got)
		}
	})
}

func TestText_Quantities(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Second, "<0.1s"}, {0, "<0.1s"}, {49 * time.Millisecond, "<0.1s"}, {50 * time.Millisecond, "0.1s"},
		{1234 * time.Millisecond, "1.2s"},
		{10 * time.Second, "10s"}, {59*time.Second + 600*time.Millisecond, "1m0s"}, {130 * time.Second, "2m10s"},
		{26*time.Hour + time.Second, "26h0m1s"},
	} {
		if got := progress.Took(tt.d); got != tt.want {
			t.Errorf("took(%s) = %q, want %q", tt.d, got, tt.want)
		}
	}
	for in, want := range map[float64]string{0: "$0.00", 0.0004: "<$0.01", 0.01: "$0.01", 0.469: "$0.47", 12: "$12.00"} {
		if got := progress.USD(in); got != want {
			t.Errorf("usd(%g) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[int]string{0: "0", 9999: "9999", 10_000: "10k", 61_999: "61k", 999_999: "999k", 1_250_000: "1.2M"} {
		if got := progress.Short(in); got != want {
			t.Errorf("short(%d) = %q, want %q", in, got, want)
		}
	}
}
