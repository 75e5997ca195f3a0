// Package spelling finds the name that was meant where an unknown one is given.
package spelling

import (
	"fmt"
	"slices"
	"strings"
)

// Nearest returns the known name that is closest to name, or "" if none is close
// enough to be what was meant: one slip in a short name, two in a longer one, or
// the one name that begins like it, such as max_wait_seconds for max_wait.
func Nearest(name string, known []string) string {
	best := ""
	limit := min(2, len(name)/3)
	var longer []string
	for _, k := range known {
		if d := slips(name, k, limit); d <= limit && k != name {
			best = k
			limit = d - 1
		}
		if len(name) > 2 && strings.HasPrefix(k, name) && k != name {
			longer = append(longer, k)
		}
	}
	if best == "" && len(longer) == 1 {
		return longer[0]
	}
	return best
}

// Misspelt returns the known name that an unknown one is a form of, or "" if it is a
// name of its own. It is wider than [Nearest]: a form is the same name in another case or with
// other separators (dryRun, dry-run, dryrun for dry_run), one with up to two slips of which
// more is right than wrong (for, froce for force), and one that lacks words or has more (dry,
// dry_run_only). What depends on a name being known can refuse a form of it, and
// ignore the rest.
func Misspelt(name string, known []string) string {
	if len(name) > longest || slices.Contains(known, name) {
		return ""
	}
	plain := fold(name)
	best := ""
	limit := maxSlips
	for _, k := range known {
		other := fold(k)
		if plain == other {
			return k
		}
		if d := slips(plain, other, limit); d <= limit && 2*d < max(len(plain), len(other)) {
			best = k
			limit = d - 1
		}
	}
	if best != "" {
		return best
	}
	for _, k := range known {
		if len(name) > maxSlips && (strings.HasPrefix(k, name+"_") || strings.HasPrefix(name, k+"_")) {
			return k
		}
	}
	return ""
}

const (
	maxSlips = 2
	longest  = 200 // no known name is as long
)

// Meant returns a hint at the name that was meant, such as "did you mean dry_run?", or "".
func Meant(name string, known []string) string {
	near := Misspelt(name, known)
	if near == "" {
		near = Nearest(name, known)
	}
	if near == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", near)
}

// fold removes what spellings of one name differ in: case and separators.
func fold(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// slips counts the insertions, deletions, replacements and swaps of neighbours
// that turn a into b (optimal string alignment). Beyond limit it may return
// anything greater than limit.
func slips(a, b string, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) > limit {
		return limit + 1
	}
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j]+change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before = last
		last = row
	}
	return last[len(b)]
}
