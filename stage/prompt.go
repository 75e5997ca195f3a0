package stage

import "strings"

// Quote separates material that a user wrote from the instructions around it in
// a prompt: between two lines that name it and that do not occur in it, so that
// no text can pretend that the quotation is over.
func Quote(label, material string) string {
	fence := "====="
	for strings.Contains(material, fence) {
		fence += "="
	}
	var b strings.Builder
	b.WriteString(fence + " BEGIN " + label + " " + fence + "\n")
	b.WriteString(strings.TrimRight(material, "\n") + "\n")
	b.WriteString(fence + " END " + label + " " + fence + "\n")
	return b.String()
}
