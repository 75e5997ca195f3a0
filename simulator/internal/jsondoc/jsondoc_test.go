package jsondoc_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

func TestDecode_KeepsTheOrder(t *testing.T) {
	for _, text := range []string{
		`null`, `true`, `"ä\n\"<b>&"`, `1.50`, `-0`, `1e400`, `[]`, `{}`, `[1,[2,{"z":[],"a":{}}],"x"]`, `{"b":1,"a":{"d":null,"c":"…"}}`,
	} {
		v, err := jsondoc.Decode([]byte(text))
		if err != nil || string(jsondoc.Encode(v)) != text {
			t.Errorf("%s: %s, %v", text, jsondoc.Encode(v), err)
		}
	}
	v, err := jsondoc.Decode([]byte(`{"a": 1, "b": 2, "a": 3}`))
	if got := string(jsondoc.Encode(v)); err != nil || got != `{"a":3,"b":2}` {
		t.Error(got, err)
	}
}

func TestDecode_WhatIsNotJSON(t *testing.T) {
	for _, text := range []string{``, ` `, `{`, `[1,`, `{"a"}`, `{"a":1,}`, `[1 2]`, `1 2`, `nul`,
		strings.Repeat("[", 1000) + strings.Repeat("]", 1000)} {
		if v, err := jsondoc.Decode([]byte(text)); err == nil {
			t.Errorf("%.20s: %v", text, v)
		}
	}
}

func TestObject_Members(t *testing.T) {
	var none *jsondoc.Object
	if none.Len() != 0 || none.Has("a") || none.Get("a") != nil || none.Child("a").Child("b").Text("c") != "" {
		t.Error("a nil object can't be read")
	}
	o := jsondoc.New("a", 1, "b", "x", "c", true)
	c := o.Clone()
	c.Delete("b")
	c.Delete("nothing")
	if c.Set("a", 2); string(jsondoc.Encode(c)) != `{"a":2,"c":true}` || string(jsondoc.Encode(o)) != `{"a":1,"b":"x","c":true}` {
		t.Errorf("%s, %s", jsondoc.Encode(c), jsondoc.Encode(o))
	}
	if n, ok := o.Float("a"); !ok || n != 1 || !o.Bool("c") || o.Text("b") != "x" {
		t.Error(n, ok)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"a": [1, 2.5, "x"], "b": {"c": null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := jsondoc.Decode(data)
		if err != nil {
			return
		}
		var one, two any
		if err := json.Unmarshal(data, &one); err != nil {
			if strings.Contains(err.Error(), "number") { // too large for a float64
				return
			}
			t.Fatalf("%q is taken, and is not JSON: %v", data, err)
		}
		if err := json.Unmarshal(jsondoc.Encode(v), &two); err != nil || !reflect.DeepEqual(one, two) {
			t.Errorf("%q became %s: %v", data, jsondoc.Encode(v), err)
		}
	})
}
