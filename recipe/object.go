package recipe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cineforge/cineforge/failure"
)

// ReadObject reads a file that holds one YAML or JSON object. The error is a failure of
// class input; name is for its message.
func ReadObject(name string, data []byte) (map[string]any, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var object map[string]any
	if json.Unmarshal(data, &object) == nil && object != nil { // YAML forbids the tabs that JSON may have
		return object, nil
	}
	p := &problems{file: name}
	root := readYAML(p, data)
	why := ""
	switch {
	case len(p.list) > 0 && p.list[0].Line > 0:
		why = fmt.Sprintf(" (line %d: %s)", p.list[0].Line, p.list[0].Message)
	case len(p.list) > 0:
		why = " (" + p.list[0].Message + ")"
	case root == nil:
	default:
		if _, ok := root.value.(dict); ok {
			return root.plain().(map[string]any), nil
		}
		why = " (it holds " + kindOf(root) + ")"
	}
	why = strings.ReplaceAll(why, " in recipes", " here")
	return nil, failure.New(failure.Input, name+" is not a YAML or JSON object"+why, "write one setting a line, such as genre: [drama]")
}
