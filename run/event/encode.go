package event

import (
	"encoding/json"
	"fmt"
	"time"
)

// EncodeBody returns the JSON object of b's own members.
func EncodeBody(b Body) ([]byte, error) {
	if u, ok := b.(Unknown); ok {
		return u.Fields, nil
	}
	return json.Marshal(b)
}

// DecodeBody is the inverse of EncodeBody.
func DecodeBody(name string, data []byte) (Body, error) {
	known, ok := decoders[name]
	if !ok {
		if !json.Valid(data) {
			return nil, fmt.Errorf("decode event %q: not JSON", name)
		}
		return Unknown{Name: name, Fields: data}, nil
	}
	b, err := known(data)
	if err != nil {
		return nil, fmt.Errorf("decode event %q: %w", name, err)
	}
	return b, nil
}

func decode[B Body](data []byte) (Body, error) {
	var b B
	err := json.Unmarshal(data, &b)
	return b, err
}

// head is the part that all events share, in the order it is written. An event without a run
// has no place in a run's order, so its seq is left out, and its run_id is null.
type head struct {
	Seq   int64   `json:"seq,omitzero"`
	TS    string  `json:"ts"`
	RunID *string `json:"run_id"`
	Event string  `json:"event"`
}

// MarshalJSON writes the event as one flat object, its head first.
func (e Event) MarshalJSON() ([]byte, error) {
	h := head{Seq: e.Seq, TS: e.Time.UTC().Format(TimeFormat), Event: e.Body.EventName()}
	if e.RunID != "" {
		h.RunID = &e.RunID
	}
	first, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if u, ok := e.Body.(Unknown); ok {
		return mergeUnknown(first, u.Fields)
	}
	body, err := json.Marshal(e.Body)
	if err != nil {
		return nil, err
	}
	if len(body) <= len("{}") {
		return first, nil
	}
	return append(append(first[:len(first)-1], ','), body[1:]...), nil
}

// mergeUnknown adds to the head what an unknown event has besides one.
func mergeUnknown(h, fields []byte) ([]byte, error) {
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(fields, &all); err != nil {
		return nil, err
	}
	for _, name := range [...]string{"seq", "ts", "run_id", "event"} {
		delete(all, name)
	}
	if len(all) == 0 {
		return h, nil
	}
	rest, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	return append(append(h[:len(h)-1], ','), rest[1:]...), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Event) UnmarshalJSON(data []byte) error {
	var h head
	if err := json.Unmarshal(data, &h); err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339Nano, h.TS)
	if err != nil {
		return fmt.Errorf("decode the time of event %d: %w", h.Seq, err)
	}
	body, err := DecodeBody(h.Event, data)
	if err != nil {
		return err
	}
	*e = Event{Seq: h.Seq, Time: at.UTC(), Body: body}
	if h.RunID != nil {
		e.RunID = *h.RunID
	}
	return nil
}
