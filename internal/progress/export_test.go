package progress

import (
	"time"

	"github.com/cineforge/cineforge/run"
)

// What the tests in progress_test look at beyond the exported names.
var (
	Clean  = clean
	Took   = took
	USD    = usd
	Short  = short
	Window = window
)

// Block draws the live block as it stands on a terminal of a width.
func Block(s run.State, now time.Time, width int) string {
	return frame{now: now, width: width}.block(s)
}

// BlockIn draws the live block with all that it can depend on.
func BlockIn(s run.State, now time.Time, width, height int, color, stopping, closed bool) string {
	return frame{now: now, width: width, height: height, color: color, stopping: stopping, closed: closed}.block(s)
}
