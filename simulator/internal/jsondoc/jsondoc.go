// Package jsondoc reads and writes JSON documents that keep the order of their keys.
//
// The order matters here: providers name the first thing that is wrong with a
// request, and models write the members of an answer in the order of its schema.
package jsondoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxDepth bounds nesting, so that a hostile request can't use up the stack.
const maxDepth = 200

// Object is a JSON object. A key that is set twice keeps its first place and its
// last value. The zero value is empty; a nil Object can be read.
type Object struct {
	keys   []string
	values map[string]any
}

// New returns an object of key, value, key, value and so on.
func New(pairs ...any) *Object {
	o := &Object{}
	for i := 0; i+1 < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// Keys returns the keys in order. The caller must not change them.
func (o *Object) Keys() []string {
	if o == nil {
		return nil
	}
	return o.keys
}

// Len returns the number of members.
func (o *Object) Len() int { return len(o.Keys()) }

// Has says whether there is such a member; its value may be null.
func (o *Object) Has(key string) bool {
	if o == nil {
		return false
	}
	_, ok := o.values[key]
	return ok
}

// Get returns a member's value, or nil.
func (o *Object) Get(key string) any {
	if o == nil {
		return nil
	}
	return o.values[key]
}

// Set adds or replaces a member and returns the object.
func (o *Object) Set(key string, value any) *Object {
	if o.values == nil {
		o.values = map[string]any{}
	}
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
	return o
}

// Delete removes a member if it is there.
func (o *Object) Delete(key string) {
	if o.Has(key) {
		delete(o.values, key)
		o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
	}
}

// Clone returns a copy whose members can be set without touching o.
func (o *Object) Clone() *Object {
	c := &Object{}
	for _, k := range o.Keys() {
		c.Set(k, o.values[k])
	}
	return c
}

// Text returns a member that is a string, or "".
func (o *Object) Text(key string) string {
	s, _ := o.Get(key).(string)
	return s
}

// Child returns a member that is an object, or nil.
func (o *Object) Child(key string) *Object {
	v, _ := o.Get(key).(*Object)
	return v
}

// List returns a member that is an array, or nil.
func (o *Object) List(key string) []any {
	v, _ := o.Get(key).([]any)
	return v
}

// Float returns a member that is a number, and whether it is one.
func (o *Object) Float(key string) (float64, bool) { return Number(o.Get(key)) }

// Bool returns whether a member is true.
func (o *Object) Bool(key string) bool {
	v, _ := o.Get(key).(bool)
	return v
}

// MarshalJSON writes the members in order.
func (o *Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := write(&b, o)
	return b.Bytes(), err
}

// Number returns a value that is a number, and whether it is one.
func Number(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}

// Decode reads one JSON document. Its values are nil, bool, json.Number, string,
// []any and *Object.
func Decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := read(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more behind the JSON value")
	}
	return v, nil
}

// DecodePrefix reads the JSON document that a text begins with, and leaves the rest.
func DecodePrefix(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return read(d, 0)
}

func read(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, errors.New("the JSON value is nested too deeply")
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := read(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	case json.Delim('{'):
		o := &Object{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := read(d, depth+1)
			if err != nil {
				return nil, err
			}
			o.Set(key.(string), v)
		}
		_, err := d.Token()
		return o, err
	}
	return t, nil
}

// Encode writes a value as JSON on one line, without escaping <, > and &. It
// panics on a value that is not JSON, as values are made by the program.
func Encode(v any) []byte {
	var b bytes.Buffer
	if err := write(&b, v); err != nil {
		panic(fmt.Sprintf("jsondoc: %v", err))
	}
	return b.Bytes()
}

// EncodeIndent writes a value as JSON with two spaces for each level.
func EncodeIndent(v any) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, Encode(v), "", "  "); err != nil {
		panic(fmt.Sprintf("jsondoc: %v", err))
	}
	return b.Bytes()
}

func write(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case *Object:
		b.WriteByte('{')
		for i, key := range v.Keys() {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := write(b, key); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := write(b, v.values[key]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
		return nil
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := write(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	case string:
		if plain(v) {
			b.WriteByte('"')
			b.WriteString(v)
			b.WriteByte('"')
			return nil
		}
	case int:
		b.WriteString(strconv.Itoa(v))
		return nil
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder ends with a new line
	return nil
}

// plain says whether a string stands in JSON as it is. Most do, and streams are
// made of many short ones.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f || s[i] == '"' || s[i] == '\\' {
			return false
		}
	}
	return true
}
