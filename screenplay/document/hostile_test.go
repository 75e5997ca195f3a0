package document_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/screenplay/document"
)

// hostile are inputs on which anything but linear time shows. n is their size.
func hostile(n int) map[string]string {
	return map[string]string{
		"one line":              strings.Repeat("rain ", n/5),
		"one line of capitals":  strings.Repeat("RAIN ", n/5),
		"capitals and dashes":   strings.Repeat("RAIN - DAY ", n/11),
		"empty lines":           "Rain." + strings.Repeat("\n", n),
		"carriage returns":      "Rain." + strings.Repeat("\r", n),
		"open notes":            strings.Repeat("[[", n/2),
		"open boneyards":        strings.Repeat("/*", n/2),
		"open notes, lines":     strings.Repeat("[[\n", n/3),
		"notes":                 strings.Repeat("[[a]]\n", n/6),
		"emphasis":              strings.Repeat("*a _b ", n/6),
		"headings":              strings.Repeat("INT. A - DAY\n\n", n/14),
		"headings, no blanks":   strings.Repeat("INT. A - DAY\n", n/13),
		"cues":                  strings.Repeat("BOB\nHi\n\n", n/8),
		"many names":            names(n),
		"speeches by name":      strings.Repeat("Bob. Hi there.\n\n", n/16),
		"parentheses":           "BOB" + strings.Repeat("(", n) + "\nHi\n",
		"extensions":            "BOB" + strings.Repeat("(A)", n/3) + "\nHi\n",
		"full stops":            strings.Repeat(".", n),
		"hashes":                "INT. A " + strings.Repeat("#", n) + "\n",
		"title page":            strings.Repeat("Key: a\n", n/7),
		"high bytes":            strings.Repeat("\xe9", n),
		"NUL":                   "Rain." + strings.Repeat("\x00", n),
		"two spaces":            "BOB\n" + strings.Repeat("  \n", n/3),
		"Markdown":              strings.Repeat("**BOB**  \nHi\n\n", n/14),
		"open Markdown comment": strings.Repeat("<!-- \n\n", n/7),
	}
}

// names returns n bytes of scenes and cues, each with a name of its own.
func names(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		word := strings.Map(func(r rune) rune { return r - '0' + 'A' }, fmt.Sprint(1_000_000+i*7919))
		fmt.Fprintf(&b, "INT. %s - DAY\n\n%s\nHi\n\n", word, word)
	}
	return b.String()
}

func TestReader_HostileIsLinear(t *testing.T) {
	for name, text := range hostile(1 << 19) {
		for _, file := range []string{"a.txt", "a.md"} {
			t.Run(name+" "+file, func(t *testing.T) {
				d, err := document.Reader{}.Read(t.Context(), file, []byte(text))
				if err != nil {
					if failure.ClassOf(err) != failure.Input {
						t.Errorf("refused as no fault of the file: %v", err)
					}
					return
				}
				checkReport(t, d)
			})
		}
	}
}

// BenchmarkHostile reads 50 MB of each hostile input.
func BenchmarkHostile(b *testing.B) {
	for name, text := range hostile(50 << 20) {
		b.Run(name, func(b *testing.B) {
			data := []byte(text)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if d, err := (document.Reader{}).Read(context.Background(), "a.txt", data); err == nil {
					document.Summary(d)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	page := inFountain[strings.Index(inFountain, "INT."):] + "\n" +
		strings.Repeat("The rain falls on the garden, and nobody is in it.\n", 3) + "\n"
	for _, size := range []int{120 << 10, 10 << 20} {
		b.Run(fmt.Sprintf("%dkB", size>>10), func(b *testing.B) {
			data := []byte(strings.Repeat(page, size/len(page)))
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := (document.Reader{}).Read(b.Context(), "a.fountain", data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
