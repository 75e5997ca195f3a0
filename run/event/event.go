// Package event declares what can happen in a run, or beside the runs, and how that is stored:
// one flat JSON object for each event, whose form never changes.
package event

import (
	"encoding/json"
	"time"
)

// Event is something that happened, in a run or beside the runs: to a project, say. Events are
// never edited. An event without a run has an empty RunID, which is null in JSON, and no Seq:
// its place is that in the log of all events.
type Event struct {
	Seq   int64     // 1, 2, ... n within the run, without a gap; 0 and left out of JSON without a run
	Time  time.Time // when it was recorded; UTC, to the millisecond
	RunID string    // "" without a run
	Body  Body
}

// Body is what an event records beyond its head. Its members stand beside seq, ts,
// run_id and event in the JSON of the event.
type Body interface {
	// EventName returns the name under which the event is stored. Names are never reused.
	EventName() string
}

// Unknown is an event of a name that this version does not know: it is kept and
// shown as it is, and changes no state.
type Unknown struct {
	Name   string
	Fields json.RawMessage // the whole event
}

// Terminal reports whether b ends its run.
func Terminal(b Body) bool {
	switch b.(type) {
	case PipelineFinished, DryRunValidated:
		return true
	}
	return false
}

// Timestamp is a time that JSON shows as events do: RFC 3339, UTC, milliseconds.
type Timestamp struct{ time.Time }

// MarshalJSON writes the moment; the zero time is null.
func (m Timestamp) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(m.UTC().Format(TimeFormat))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Timestamp) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*m = Timestamp{}
		return nil
	}
	return m.Time.UnmarshalJSON(data)
}

// TimeFormat is the form of an event's ts: RFC 3339, UTC, milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z07:00"
