package normalize

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestChunks(t *testing.T) {
	for _, test := range []struct {
		name, text string
		limit      int
		want       []chunk
	}{
		{"empty", "", 10, nil},
		{"blank", "\n \n\n", 10, nil},
		{"one", "a b\n", 10, []chunk{{"a b\n", 1, 1}}},
		{"no line end", "a b", 10, []chunk{{"a b", 1, 1}}},
		{"at paragraphs", "one\ntwo\n\nthree\n\nfour\n", 10, []chunk{{"one\ntwo\n\n", 1, 3}, {"three\n\n", 4, 5}, {"four\n", 6, 6}}},
		{"as many as fit", "a\n\nb\n\nc\n", 6, []chunk{{"a\n\nb\n\n", 1, 4}, {"c\n", 5, 5}}},
		{"a long paragraph at its lines", "one\ntwo\nthree\n", 9, []chunk{{"one\ntwo\n", 1, 2}, {"three\n", 3, 3}}},
		{"a long line at its sentences", "So it was. So be it.\n", 14, []chunk{{"So it was. ", 1, 1}, {"So be it.\n", 1, 1}}},
		{"a long sentence at its words", "one two three\n", 9, []chunk{{"one two ", 1, 1}, {"three\n", 1, 1}}},
		{"a long word anywhere", "жжжжж\n", 4, []chunk{{"жжжж", 1, 1}, {"ж\n", 1, 1}}},
		{"the rest of a long one joins the next", "one two three\n\nx\n", 10, []chunk{{"one two ", 1, 1}, {"three\n\nx\n", 1, 3}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, chunks(test.text, test.limit), cmp.AllowUnexported(chunk{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestChunks_KeepEverythingInOrderWithinTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-zé]{1,9}[ .]{1,2}|\n|\n\n){0,60}`).Draw(t, "text")
		limit := rapid.IntRange(1, 40).Draw(t, "limit")
		lines := strings.Split(text, "\n")
		var joined strings.Builder
		for _, c := range chunks(text, limit) {
			joined.WriteString(c.text)
			if n := utf8.RuneCountInString(c.text); n > limit {
				// Blank lines at a paragraph's end are not worth a chunk of their own.
				if utf8.RuneCountInString(strings.TrimRight(c.text, "\n ")) > limit {
					t.Fatalf("a chunk of %d runes, over %d: %q", n, limit, c.text)
				}
			}
			if c.start < 1 || c.end < c.start || c.end > len(lines) {
				t.Fatalf("chunk at lines %d-%d of %d: %q", c.start, c.end, len(lines), c.text)
			}
			within := strings.Join(lines[c.start-1:c.end], "\n") + "\n"
			if !strings.Contains(within, strings.TrimSpace(c.text)) {
				t.Fatalf("lines %d-%d hold %q, not %q", c.start, c.end, within, c.text)
			}
		}
		if got, want := strings.Fields(joined.String()), strings.Fields(text); fmt.Sprint(strings.Join(got, "")) != strings.Join(want, "") {
			t.Fatalf("lost something: %q became %q", text, joined.String())
		}
	})
}

func TestTail(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 5, ""},
		{"short\n", 10, "short"},
		{"one two three", 8, "three"},
		{"жжжжжж", 3, "жжж"},
	} {
		if got := tail(test.text, test.limit); got != test.want {
			t.Errorf("tail(%q, %d) = %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}
