package run

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// MarshalJSON writes the state with its stages in the order in which they run, which clients
// of the first system show them in. A type that embeds a State needs a MarshalJSON of its own.
func (s State) MarshalJSON() ([]byte, error) {
	type plain State // the same without this method
	return compact(struct {
		plain
		Stages orderedStages `json:"stages"`
	}{plain(s), orderedStages{s.StageOrder, s.Stages}})
}

// orderedStages are the stages of a run as one object. What the order does not name, which
// only events without a start name, follows by name.
type orderedStages struct {
	order  []string
	stages map[string]*StageState
}

// MarshalJSON writes the object.
func (o orderedStages) MarshalJSON() ([]byte, error) {
	ids := slices.DeleteFunc(slices.Clone(o.order), func(id string) bool { return o.stages[id] == nil })
	for _, id := range slices.Sorted(maps.Keys(o.stages)) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	out := []byte{'{'}
	for i, id := range ids {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := compact(id)
		if err != nil {
			return nil, err
		}
		stage, err := compact(o.stages[id])
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), stage...)
	}
	return append(out, '}'), nil
}

// compact writes JSON without escapes for HTML: the encoder that it is part of adds them where
// they are wanted.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
