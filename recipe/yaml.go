package recipe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/plaintext"
)

// The limits of a recipe file. The YAML library takes time quadratic in the number
// of keys, in the tabs of a quoted text and in the blank lines at the start of a
// block text, and keeps each node's full path. So all that multiplies is bounded
// before it starts. The shipped recipe has some 30 keys and 4 levels.
const (
	maxBytes     = 1 << 20
	maxTokens    = 100_000
	maxKeys      = 5000
	maxKeyLength = 100 // bytes
	maxDepth     = 32  // levels of lists and maps
	maxIndent    = 128 // columns before a key or a list entry
	maxBlank     = 100 // blank lines in a row
	maxTabs      = 1000
)

// node is a YAML value that knows where it stands. Its value is nil, a bool, an
// int, a float64, a string, a list, a dict, or a blank.
type node struct {
	position
	value any
}

type (
	list []*node
	dict []pair

	// pair is an entry of a dict; its position is the key's.
	pair struct {
		position
		key   string
		value *node
	}

	// blank is a placeholder that has no value yet.
	blank struct{}
)

// get returns the value under key, or nil.
func (n *node) get(key string) *node {
	for _, p := range n.dict() {
		if p.key == key {
			return p.value
		}
	}
	return nil
}

// list returns the items of a list; other nodes, and nil, have none.
func (n *node) list() list {
	if n == nil {
		return nil
	}
	items, _ := n.value.(list)
	return items
}

// dict returns the entries of a dict; other nodes, and nil, have none.
func (n *node) dict() dict {
	if n == nil {
		return nil
	}
	entries, _ := n.value.(dict)
	return entries
}

// plain returns the value as Go data: nil, bool, int, float64, string, []any or
// map[string]any.
func (n *node) plain() any {
	switch v := n.value.(type) {
	case list:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = item.plain()
		}
		return out
	case dict:
		out := make(map[string]any, len(v))
		for _, p := range v {
			out[p.key] = p.value.plain()
		}
		return out
	default:
		return v
	}
}

// readYAML reads one YAML document. It returns nil, having added what is wrong,
// if that can't be done.
func readYAML(p *problems, data []byte) *node {
	if len(data) > maxBytes {
		p.add(position{}, fmt.Sprintf("the file is larger than the %d bytes that a recipe may have", maxBytes),
			"check that this is the right file")
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !checkText(p, data) {
		return nil
	}
	tokens := lexer.Tokenize(string(data))
	if !checkTokens(p, tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		addSyntaxError(p, err)
		return nil
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		p.add(position{1, 1}, "the file is empty", "a recipe has at least recipe_id, description and stages")
		return nil
	}
	r := reader{problems: p}
	root := r.node(file.Docs[0].Body, 1)
	if r.failed {
		return nil
	}
	return root
}

// checkText refuses what isn't text, for which YAML libraries have no good message,
// and the blank lines and tabs that the lexer would take quadratic time over.
func checkText(p *problems, data []byte) bool {
	at := position{1, 1}
	ends := 1
	tabs := 0
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if (r == utf8.RuneError && size == 1) || r == 0x7f || (r < ' ' && !strings.ContainsRune("\t\n\r", r)) {
			p.add(at, fmt.Sprintf("byte %#02x is not text", data[i]), "save the file as UTF-8 text")
			return false
		}
		i += size
		at.column++
		switch {
		case r == '\n', r == '\r' && !bytes.HasPrefix(data[i:], []byte("\n")):
			at = position{at.line + 1, 1}
			if ends++; ends > maxBlank+1 { // the first one ends a line with text
				p.add(at, fmt.Sprintf("here are more than %d blank lines", maxBlank), "remove some of them")
				return false
			}
		case r == '\t':
			if tabs++; tabs > maxTabs {
				p.add(at, fmt.Sprintf("the file has more than %d tabs", maxTabs), "use spaces")
				return false
			}
		case r != ' ' && r != '\r':
			ends = 0
		}
	}
	return true
}

// checkTokens refuses what a recipe needs no YAML for, and what the parser would
// take too long over or overflow its stack on.
func checkTokens(p *problems, tokens token.Tokens) bool {
	if len(tokens) > maxTokens {
		p.add(place(tokens[maxTokens]), fmt.Sprintf("the file has more than %d words and signs", maxTokens), "split the recipe")
		return false
	}
	keys := 0
	depth := 0
	started := false
	for i, t := range tokens {
		at := place(t)
		message, hint := "", "nothing in a recipe nests that deeply; check the brackets and the indentation"
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			message, hint = "anchors (&), aliases (*) and merge keys (<<) aren't allowed in recipes",
				"write the value out, or quote it if it is text"
		case token.TagType, token.DirectiveType, token.MappingKeyType:
			message, hint = fmt.Sprintf("%s isn't allowed in recipes", quote(t.Value)), "use plain YAML, and quote it if it is text"
		case token.DocumentHeaderType:
			if started {
				message, hint = "the file holds a second YAML document", "keep one recipe per file"
			}
		case token.MappingStartType, token.SequenceStartType:
			if depth++; depth > maxDepth {
				message = "brackets are nested too deeply"
			} else if depth > 1 && i > 0 && strings.HasSuffix(tokens[i-1].Value, "$") {
				at = place(tokens[i-1])
				message, hint = "a placeholder inside { } or [ ] needs quotes", `write it as "${name}"`
			}
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType:
			if at.column > maxIndent {
				message = "the list is nested too deeply"
			}
		case token.MappingValueType:
			keys++
			message, hint = checkKey(tokens, i, keys, depth)
		}
		if message != "" {
			p.add(at, message, hint)
			return false
		}
		started = started || t.Type != token.CommentType
	}
	return true
}

// checkKey checks the key before the colon at tokens[i].
func checkKey(tokens token.Tokens, i, keys, depth int) (message, hint string) {
	switch {
	case keys > maxKeys:
		return fmt.Sprintf("the file has more than %d keys", maxKeys), "split the recipe"
	case i > 0 && len(tokens[i-1].Value) > maxKeyLength:
		return fmt.Sprintf("the key before this colon is longer than %d bytes", maxKeyLength), "shorten it, or quote the text if it isn't a key"
	case i > 0 && depth <= 0 && tokens[i-1].Position.Column > maxIndent:
		return "the key is indented too far", fmt.Sprintf("start it before column %d", maxIndent)
	}
	return "", ""
}

// place returns where a token starts. Block text has its own odd column 0.
func place(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{1, 1}
	}
	return position{max(t.Position.Line, 1), max(t.Position.Column, 1)}
}

func addSyntaxError(p *problems, err error) {
	at := position{1, 1}
	message := "the file can't be read"
	if e, ok := errors.AsType[yaml.Error](err); ok { // its Error prints half the file
		at = place(e.GetToken())
		message = e.GetMessage()
	}
	message = strings.ReplaceAll(message, "\t", `\t`) // the tab that YAML forbids is quoted as it is
	message = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, message)
	p.add(at, "not valid YAML: "+plaintext.Cut(strings.Join(strings.Fields(message), " "), 120),
		"check the indentation (spaces only), the quotes and the brackets here")
}

// reader turns the library's tree into ours, so that the library stays in this file.
type reader struct {
	*problems
	failed bool
}

func (r *reader) fail(at position, message, hint string) *node {
	r.failed = true
	r.add(at, message, hint)
	return &node{position: at}
}

func (r *reader) node(n ast.Node, depth int) *node {
	at := place(n.GetToken())
	if depth > maxDepth {
		return r.fail(at, "lists and maps are nested too deeply", "nothing in a recipe nests that deeply; check the indentation")
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return &node{at, nil}
	case *ast.BoolNode:
		return &node{at, n.Value}
	case *ast.IntegerNode:
		return &node{at, number(n.Value)}
	case *ast.FloatNode:
		return &node{at, n.Value}
	case *ast.InfinityNode:
		return &node{at, n.Value}
	case *ast.StringNode:
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil && n.Token.Type == token.StringType && exponent.MatchString(n.Value) {
			return &node{at, f}
		}
		return &node{at, n.Value}
	case *ast.LiteralNode:
		return &node{place(n.Start), n.Value.Value}
	case *ast.SequenceNode:
		items := make(list, len(n.Values))
		for i, v := range n.Values {
			items[i] = r.node(v, depth+1)
		}
		return &node{at, items}
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			at = place(n.Values[0].Key.GetToken()) // the library says where the colon is
		}
		return &node{at, r.dict(n.Values, depth)}
	case *ast.MappingValueNode:
		return &node{place(n.Key.GetToken()), r.dict([]*ast.MappingValueNode{n}, depth)}
	default:
		return r.fail(at, "this kind of YAML value isn't allowed in recipes", "use text, numbers, true or false, lists and maps")
	}
}

// exponent matches the YAML numbers that the library takes for text.
var exponent = regexp.MustCompile(`^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$`)

func (r *reader) dict(values []*ast.MappingValueNode, depth int) dict {
	out := make(dict, 0, len(values))
	seen := make(map[string]position, len(values))
	for _, v := range values {
		t := v.Key.GetToken()
		key := t.Value
		at := place(t)
		switch v.Key.(type) {
		case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		default:
			r.fail(at, "this can't be a key", "a key is a word, such as recipe_id")
			continue
		}
		if first, ok := seen[key]; ok {
			r.add(at, fmt.Sprintf("key %s stands here twice, first in line %d", quote(key), first.line), "remove one of them")
			continue
		}
		seen[key] = at
		value := r.node(v.Value, depth+1)
		if v.Value.GetToken().Type == token.ImplicitNullType {
			value.position = at // nothing stands nowhere
		}
		out = append(out, pair{at, key, value})
	}
	return out
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
		if _, ok := root.value.(dict); ok {
			return root.plain().(map[string]any), nil
		}
		why = " (it holds " + kindOf(root) + ")"
	}
	why = strings.ReplaceAll(why, " in recipes", " here")
	return nil, failure.New(failure.Input, name+" is not a YAML or JSON object"+why, "write one setting a line, such as genre: [drama]")
}
