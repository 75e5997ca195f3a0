// Package yamlnode reads YAML into values that know where they stand. Files may come from
// strangers: what takes the YAML library too long is refused before it starts.
package yamlnode

import (
	"strconv"
	"strings"
)

// Position is a place in a file. Lines and columns count from 1, columns in characters; the zero
// value is nowhere in particular.
type Position struct {
	Line, Column int

	// Pointer is the JSON pointer of the value that stands there, such as /stages/0/id; "" for the
	// document, and where [Node.Point] was not called.
	Pointer string
}

// Node is a YAML value: nil, a bool, an int64, a uint64, a float64, a string, a [List] or a
// [Map], or what its user puts there.
type Node struct {
	Position
	Value any

	Plain bool // it is a text without quotes
}

// List is a YAML sequence.
type List []*Node

// Map is a YAML mapping in the order of the file, each key once.
type Map []Pair

// Pair is an entry of a [Map]; its position is the key's.
type Pair struct {
	Position
	Key   string
	Value *Node
}

// Point gives all positions within a document their pointers. A key has that of its value.
func (n *Node) Point() { n.point("") }

func (n *Node) point(pointer string) {
	n.Pointer = pointer
	switch v := n.Value.(type) {
	case List:
		for i, item := range v {
			item.point(pointer + "/" + strconv.Itoa(i))
		}
	case Map:
		for i, e := range v {
			v[i].Pointer = pointer + "/" + escapes.Replace(e.Key)
			e.Value.point(v[i].Pointer)
		}
	}
}

// escapes are those of keys within JSON pointers.
var escapes = strings.NewReplacer("~", "~0", "/", "~1")

// Get returns the value under a key, or nil.
func (n *Node) Get(key string) *Node {
	for _, p := range n.Pairs() {
		if p.Key == key {
			return p.Value
		}
	}
	return nil
}

// Items returns the items of a list; other nodes, and nil, have none.
func (n *Node) Items() List {
	if n == nil {
		return nil
	}
	items, _ := n.Value.(List)
	return items
}

// Pairs returns the entries of a map; other nodes, and nil, have none.
func (n *Node) Pairs() Map {
	if n == nil {
		return nil
	}
	pairs, _ := n.Value.(Map)
	return pairs
}

// Data returns the value as Go data, with []any for a list and map[string]any for a map.
func (n *Node) Data() any {
	switch v := n.Value.(type) {
	case List:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = item.Data()
		}
		return out
	case Map:
		out := make(map[string]any, len(v))
		for _, p := range v {
			out[p.Key] = p.Value.Data()
		}
		return out
	default:
		return v
	}
}
