package progress

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"charm.land/lipgloss/v2"

	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
)

// longest is how many characters of one text are shown. A provider may answer
// with a whole page where one sentence was due.
const longest = 1000

// clean makes text that comes from files, models and providers fit to print: one
// line, and nothing in it that a terminal would obey, such as escape sequences,
// carriage returns and marks that turn the direction of writing.
func clean(s string) string {
	s = plaintext.Line(strings.ToValidUTF8(s, "\uFFFD"))
	if utf8.RuneCountInString(s) > longest {
		s = string([]rune(s)[:longest-1]) + "…"
	}
	return s
}

// tone is what a piece of text is coloured by. It never says more than the text does.
type tone int

const (
	neutral tone = iota
	good
	bad
	held // waits for a person
	busy
	faint
)

// paint colours s. It only uses the terminal's own sixteen colours, which its
// user has chosen to be legible.
func (t tone) paint(on bool, s string) string {
	style := lipgloss.NewStyle()
	switch t {
	case good:
		style = style.Foreground(lipgloss.Green)
	case bad:
		style = style.Foreground(lipgloss.Red)
	case held:
		style = style.Foreground(lipgloss.Yellow)
	case busy:
		style = style.Foreground(lipgloss.Cyan)
	case faint:
		style = style.Faint(true)
	default:
		return s
	}
	seen := strings.TrimRight(s, " ")
	if !on || seen == "" {
		return s
	}
	return style.Render(seen) + s[len(seen):]
}

// cell is a piece of text with its tone.
type cell struct {
	tone tone
	text string
}

// fit cuts s to a width in columns; what is cut is marked with an ellipsis.
func fit(s string, width int) string {
	switch {
	case lipgloss.Width(s) <= width:
		return s
	case width <= 0:
		return ""
	case width == 1:
		return "…"
	}
	return lipgloss.NewStyle().MaxWidth(width-1).Render(s) + "…"
}

// pad fills s with spaces to a width in columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}

// padLeft fills s with leading spaces to a width in columns.
func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-lipgloss.Width(s))) + s
}

// fold breaks prose at spaces into lines of a width, at most n of them.
func fold(s string, width, n int) []string {
	lines := strings.Split(lipgloss.Wrap(s, max(width, 1), ""), "\n")
	if len(lines) > n {
		lines = append(lines[:n-1], strings.Join(lines[n-1:], " "))
	}
	for i, l := range lines {
		lines[i] = fit(strings.TrimSpace(l), width)
	}
	return lines
}

// took writes how long something took that is over.
func took(d time.Duration) string {
	switch d = max(d, 0); {
	case d < 50*time.Millisecond:
		return "<0.1s"
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// ticking writes how long something goes on already, so that it changes once a second.
func ticking(d time.Duration) string { return max(d, 0).Truncate(time.Second).String() }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// usd writes an amount of dollars.
func usd(amount float64) string { return wording.USD(amount) }

// price writes what something cost if that is known.
func price(amount *float64) string {
	if amount == nil {
		return "price unknown"
	}
	return usd(*amount)
}

// sum writes what several things cost, of which the price of some is not known.
func sum(amount float64, unpriced int) string {
	if unpriced == 0 {
		return usd(amount)
	}
	return fmt.Sprintf("%s and %s of unknown price", usd(amount), plural(unpriced, "try"))
}

// priced is sum in a few characters.
func priced(amount float64, unpriced int) string {
	switch {
	case unpriced == 0:
		return usd(amount)
	case amount == 0:
		return "unknown"
	}
	return usd(amount) + " + ?"
}

// runCost says what a run costs. A drill costs nothing, and says what it would have cost.
func runCost(s run.State) string {
	text := sum(s.TotalCostUSD, s.Unpriced)
	if s.Estimated > 0 {
		text += ", " + plural(s.Estimated, "try") + " estimated"
	}
	if s.SimulatedCostUSD > 0 {
		text += fmt.Sprintf(" (%s simulated)", usd(s.SimulatedCostUSD))
	}
	return text
}

// short writes a large number so that its size can be seen at a glance.
func short(n int) string {
	switch {
	case n < 10_000:
		return fmt.Sprint(n)
	case n < 1_000_000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprintf("%.1fM", float64(n)/1e6)
}

// plural counts things.
func plural(n int, thing string) string { return wording.Count(n, thing) }

// join sets the parts that are not empty one after another.
func join(separator string, parts ...string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, separator)
}
