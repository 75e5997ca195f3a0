package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/cineforge/cineforge/simulator/internal/suggest"
)

// The limits of a scenario file, which a stranger may send over HTTP. The YAML
// library takes quadratic time over many keys, blank lines and tabs, and the stack
// over deep nesting. The largest shipped scenario has some 100 lines.
const (
	MaxFile   = 1 << 20
	maxTokens = 50_000
	maxKeys   = 3000
	maxDepth  = 20
	maxIndent = 100
	maxBlank  = 100
	maxTabs   = 1000
)

// yamlNode is a YAML value that knows where it stands. Its value is nil, a bool, an
// int64, a uint64, a float64, a string, a []node or a []pair.
type yamlNode struct {
	position
	value any
}

// yamlPair is an entry of a map; its position is the key's.
type yamlPair struct {
	position
	key   string
	value yamlNode
}

// readYAML reads a document. It returns false, having added what is wrong, if that
// can't be done.
func readYAML(p *problems, data []byte) (yamlNode, bool) {
	if len(data) > MaxFile {
		p.add(position{}, "the scenario is larger than %d bytes", MaxFile)
		return yamlNode{}, false
	}
	if !readable(p, data) {
		return yamlNode{}, false
	}
	tokens := lexer.Tokenize(string(data))
	if !simple(p, tokens) {
		return yamlNode{}, false
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, message := position{1, 1}, "the file can't be read"
		if e, ok := errors.AsType[yaml.Error](err); ok {
			at, message = place(e.GetToken()), e.GetMessage()
		}
		p.add(at, "not valid YAML: %s", printable(message))
		return yamlNode{}, false
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		p.add(position{1, 1}, "the scenario is empty")
		return yamlNode{}, false
	}
	before := len(p.list)
	root := convert(p, file.Docs[0].Body, 0)
	return root, len(p.list) == before
}

// readable refuses what is not text, and the blank lines and tabs that the lexer
// would take too long over.
func readable(p *problems, data []byte) bool {
	at, ends, tabs := position{1, 1}, 1, 0
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || r == 0x7f || r < ' ' && !strings.ContainsRune("\t\n\r", r) {
			p.add(at, "byte %#02x is not text", data[i])
			return false
		}
		i += size
		at.column++
		switch r {
		case '\n':
			at = position{at.line + 1, 1}
			ends++
		case '\t':
			tabs++
		case ' ', '\r':
		default:
			ends = 0
		}
		if ends > maxBlank+1 || tabs > maxTabs {
			p.add(at, "too many blank lines or tabs")
			return false
		}
	}
	return true
}

// simple refuses YAML that scenarios need not have, and sizes that cost too much.
func simple(p *problems, tokens token.Tokens) bool {
	if len(tokens) > maxTokens {
		p.add(place(tokens[maxTokens]), "the scenario has more than %d words and signs", maxTokens)
		return false
	}
	keys, depth, started := 0, 0, false
	for _, t := range tokens {
		message := ""
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.DirectiveType, token.MappingKeyType:
			message = fmt.Sprintf("%s isn't allowed in scenarios; quote it if it is text", strconv.Quote(suggest.Clip(t.Value, 40)))
		case token.DocumentHeaderType:
			if started {
				message = "the file holds a second YAML document"
			}
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.MappingValueType:
			keys++
		}
		if message == "" && (keys > maxKeys || depth > maxDepth) {
			message = "the scenario has too many keys or brackets"
		}
		if message == "" && depth <= 0 && (t.Type == token.MappingValueType || t.Type == token.SequenceEntryType) && t.Position.Column > maxIndent+maxBlank {
			message = "this is indented too far, or its key is too long"
		}
		if message != "" {
			p.add(place(t), "%s", message)
			return false
		}
		started = started || t.Type != token.CommentType
	}
	return true
}

// place returns where a token starts.
func place(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{1, 1}
	}
	return position{max(t.Position.Line, 1), max(t.Position.Column, 1)}
}

// convert turns the library's tree into ours.
func convert(p *problems, n ast.Node, depth int) yamlNode {
	at := place(n.GetToken())
	if depth > maxDepth {
		p.add(at, "the scenario is nested too deeply")
		return yamlNode{at, nil}
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return yamlNode{at, nil}
	case *ast.BoolNode:
		return yamlNode{at, n.Value}
	case *ast.IntegerNode:
		return yamlNode{at, n.Value}
	case *ast.FloatNode:
		return yamlNode{at, n.Value}
	case *ast.StringNode:
		return yamlNode{at, n.Value}
	case *ast.LiteralNode:
		return yamlNode{place(n.Start), n.Value.Value}
	case *ast.SequenceNode:
		items := make([]yamlNode, len(n.Values))
		for i, v := range n.Values {
			items[i] = convert(p, v, depth+1)
		}
		return yamlNode{at, items}
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			at = place(n.Values[0].Key.GetToken()) // the library says where the colon is
		}
		return yamlNode{at, entries(p, n.Values, depth)}
	case *ast.MappingValueNode:
		return yamlNode{place(n.Key.GetToken()), entries(p, []*ast.MappingValueNode{n}, depth)}
	}
	p.add(at, "this kind of YAML value isn't allowed in scenarios")
	return yamlNode{at, nil}
}

func entries(p *problems, values []*ast.MappingValueNode, depth int) []yamlPair {
	out, seen := make([]yamlPair, 0, len(values)), map[string]bool{}
	for _, v := range values {
		t := v.Key.GetToken()
		if seen[t.Value] {
			p.add(place(t), "key %s stands here twice", strconv.Quote(suggest.Clip(t.Value, 40)))
			continue
		}
		seen[t.Value] = true
		value := convert(p, v.Value, depth+1)
		if v.Value.GetToken().Type == token.ImplicitNullType {
			value.position = place(t) // nothing stands nowhere
		}
		out = append(out, yamlPair{place(t), t.Value, value})
	}
	return out
}

// printable shows a message of the library on one line.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	return suggest.Clip(strings.Join(strings.Fields(s), " "), 160)
}
