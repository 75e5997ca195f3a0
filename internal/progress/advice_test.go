package progress

import "testing"

// A command in quotes is one that works from where the program was called; other words stay.
func TestAs_QuotedWritesCommands(t *testing.T) {
	const text = `a retry asks cineforge once more, and "cineforge providers release a --reason TEXT" ends the wait`
	for program, want := range map[as]string{
		"":                     text,
		"cineforge --data d 1": `a retry asks cineforge once more, and "cineforge --data d 1 providers release a --reason TEXT" ends the wait`,
	} {
		if got := program.quoted(text); got != want {
			t.Errorf("%q: %s", program, got)
		}
	}
}
