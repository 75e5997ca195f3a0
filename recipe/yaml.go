package recipe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/internal/yamlnode"
)

// The YAML values of recipes. A node's value is nil, a bool, an int, a float64, a string, a list,
// a dict, or a blank.
type (
	node     = yamlnode.Node
	list     = yamlnode.List
	dict     = yamlnode.Map
	pair     = yamlnode.Pair
	position = yamlnode.Position

	// blank is a placeholder that has no value yet.
	blank struct{}
)

// maxBytes bounds a recipe file.
const maxBytes = 1 << 20

// form is what recipe files may hold. The shipped recipe has some 30 keys and 4 levels.
func form() yamlnode.Form {
	return yamlnode.Form{
		MaxBytes:     maxBytes,
		MaxTokens:    100_000,
		MaxKeys:      5000,
		MaxKeyLength: 100,
		MaxDepth:     32,
		MaxIndent:    128,
		MaxBlank:     100,
		MaxTabs:      1000,
		Placeholders: true,
		Infinity:     true,
	}
}

// readYAML reads one YAML document. It returns nil, having added what is wrong,
// if that can't be done.
func readYAML(p *problems, data []byte) *node {
	root := form().Read(data, func(m yamlnode.Mistake) {
		message, hint := mistake(m)
		p.add(m.Position, message, hint)
	})
	if root != nil {
		root.Point()
		bringNumbers(root)
	}
	return root
}

// exponent matches the YAML numbers that the library takes for text.
var exponent = regexp.MustCompile(`^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$`)

// bringNumbers brings the numbers of a document to int or, if they don't fit, float64.
func bringNumbers(n *node) {
	switch v := n.Value.(type) {
	case int64, uint64:
		n.Value = toNumber(v)
	case string:
		if f, err := strconv.ParseFloat(v, 64); err == nil && n.Plain && exponent.MatchString(v) {
			n.Value = f
		}
	case list:
		for _, item := range v {
			bringNumbers(item)
		}
	case dict:
		for _, e := range v {
			bringNumbers(e.Value)
		}
	}
}

// mistake returns the message and the hint for what is wrong with a file.
func mistake(m yamlnode.Mistake) (message, hint string) {
	const tooDeep = "nothing in a recipe nests that deeply; check the brackets and the indentation"
	f := form()
	switch m.Kind {
	case yamlnode.TooLarge:
		return fmt.Sprintf("the file is larger than the %d bytes that a recipe may have", f.MaxBytes), "check that this is the right file"
	case yamlnode.NotText:
		return fmt.Sprintf("byte %#02x is not text", m.Byte), "save the file as UTF-8 text"
	case yamlnode.TooManyBlanks:
		return fmt.Sprintf("here are more than %d blank lines", f.MaxBlank), "remove some of them"
	case yamlnode.TooManyTabs:
		return fmt.Sprintf("the file has more than %d tabs", f.MaxTabs), "use spaces"
	case yamlnode.TooManyTokens:
		return fmt.Sprintf("the file has more than %d words and signs", f.MaxTokens), "split the recipe"
	case yamlnode.TooManyKeys:
		return fmt.Sprintf("the file has more than %d keys", f.MaxKeys), "split the recipe"
	case yamlnode.KeyTooLong:
		return fmt.Sprintf("the key before this colon is longer than %d bytes", f.MaxKeyLength),
			"shorten it, or quote the text if it isn't a key"
	case yamlnode.KeyTooFar:
		return "the key is indented too far", fmt.Sprintf("start it before column %d", f.MaxIndent)
	case yamlnode.ItemTooFar:
		return "the list is nested too deeply", tooDeep
	case yamlnode.BracketsTooDeep:
		return "brackets are nested too deeply", tooDeep
	case yamlnode.OpenPlaceholder:
		return "a placeholder inside { } or [ ] needs quotes", `write it as "${name}"`
	case yamlnode.Reference:
		return "anchors (&), aliases (*) and merge keys (<<) aren't allowed in recipes", "write the value out, or quote it if it is text"
	case yamlnode.Markup:
		return quote(m.Text) + " isn't allowed in recipes", "use plain YAML, and quote it if it is text"
	case yamlnode.SecondDocument:
		return "the file holds a second YAML document", "keep one recipe per file"
	case yamlnode.Syntax:
		return "not valid YAML: " + plaintext.Cut(oneLine(m.Text), 120), "check the indentation (spaces only), the quotes and the brackets here"
	case yamlnode.Empty:
		return "the file is empty", "a recipe has at least recipe_id, description and stages"
	case yamlnode.TooDeep:
		return "lists and maps are nested too deeply", "nothing in a recipe nests that deeply; check the indentation"
	case yamlnode.OddKey:
		return "this can't be a key", "a key is a word, such as recipe_id"
	case yamlnode.DuplicateKey:
		return fmt.Sprintf("key %s stands here twice, first in line %d", quote(m.Text), m.First), "remove one of them"
	}
	return "this kind of YAML value isn't allowed in recipes", "use text, numbers, true or false, lists and maps"
}

// oneLine shows a message of the YAML library on one line.
func oneLine(message string) string {
	message = strings.ReplaceAll(message, "\t", `\t`) // the tab that YAML forbids is quoted as it is
	message = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, message)
	return strings.Join(strings.Fields(message), " ")
}

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
		if _, ok := root.Value.(dict); ok {
			return root.Data().(map[string]any), nil
		}
		why = " (it holds " + kindOf(root) + ")"
	}
	why = strings.ReplaceAll(why, " in recipes", " here")
	return nil, failure.New(failure.Input, name+" is not a YAML or JSON object"+why, "write one setting a line, such as genre: [drama]")
}
