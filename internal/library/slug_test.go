package library_test

import (
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/argument"
	"github.com/cineforge/cineforge/internal/library"
)

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Night Ferry (rev. 3).fountain": "night-ferry-rev-3", "../../etc/passwd": "etc-passwd",
		strings.Repeat("long-", 30) + ".md": strings.TrimSuffix(strings.Repeat("long-", 12), "-"),
	} {
		if got := library.Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, want %q", name, got, want)
		}
	}
	if a, b := library.Slug("Ελένη.txt"), library.Slug("Κώστας.txt"); a == b || !strings.HasPrefix(a, "script-") {
		t.Errorf("two Greek names give %q and %q", a, b)
	}
	seen := map[string]string{}
	for _, name := range []string{"caf\xe9.txt", "caf\xe8.txt", "caf.txt", "a\nb.txt", "a\tb.txt", "a b.txt", `a\b.txt`,
		strings.Repeat("\xfe", 251) + ".txt", strings.Repeat("\xfd", 251) + ".txt",
		strings.Repeat("a", 70) + "\xfe", strings.Repeat("a", 70) + "\xfd"} {
		slug := library.Slug(name)
		if other, ok := seen[slug]; ok || len(slug) > 60 || library.Slug(argument.Text(name)) != slug {
			t.Errorf("%q gives %q, and so does %q; its text gives %q", name, slug, other, library.Slug(argument.Text(name)))
		}
		seen[slug] = name
	}
}
