// Package suggest names what a misspelt name may have meant.
package suggest

import (
	"fmt"
	"strings"
)

// Name returns what to add to the message that a name is unknown: "; did you mean X?" if a
// known name is near, else the known names, or "" if these are too many.
func Name(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	if len(known) > 40 {
		return ""
	}
	return "; there is " + strings.Join(known, ", ")
}

// nearest returns the known name that a slip of the pen turns into name, or that
// begins with it, or "".
func nearest(name string, known []string) string {
	name = strings.ToLower(name)
	if len(name) > 100 {
		return ""
	}
	best := ""
	limit := min(3, len(name)/2)
	for _, k := range known {
		if d := distance(name, strings.ToLower(k)); d <= limit {
			best = k
			limit = d - 1
		}
	}
	if best == "" && len(name) > 2 {
		for _, k := range known {
			if strings.Contains(strings.ToLower(k), name) {
				return k
			}
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of neighbours
// that turn a into b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
