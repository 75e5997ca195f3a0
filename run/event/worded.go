package event

import (
	"bytes"
	"encoding/json"
)

// Worded is an event as it is given to people and programs: with what it says, in one sentence.
// The message is made from the event whenever it is given out, and is in no store and no file.
type Worded struct {
	Event
	Message string
}

// MarshalJSON writes the event with its message as the last member.
func (w Worded) MarshalJSON() ([]byte, error) {
	data, err := json.Marshal(w.Event)
	if err != nil || w.Message == "" {
		return data, err
	}
	message, err := json.Marshal(w.Message)
	if err != nil {
		return nil, err
	}
	return append(append(append(bytes.TrimSuffix(data, []byte("}")), `,"message":`...), message...), '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (w *Worded) UnmarshalJSON(data []byte) error {
	var given struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal(data, &given); err != nil {
		return err
	}
	*w = Worded{Message: given.Message}
	if err := json.Unmarshal(data, &w.Event); err != nil {
		return err
	}
	return w.dropMessage()
}

// dropMessage removes the message from the members of an event of a kind that this version does
// not know, which keeps all that it has.
func (w *Worded) dropMessage() error {
	u, ok := w.Body.(Unknown)
	if !ok {
		return nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(u.Fields, &all); err != nil {
		return err
	}
	delete(all, "message")
	fields, err := json.Marshal(all)
	w.Body = Unknown{Name: u.Name, Fields: fields}
	return err
}
