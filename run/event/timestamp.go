package event

import (
	"encoding/json"
	"time"
)

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
