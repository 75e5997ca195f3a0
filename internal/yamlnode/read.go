package yamlnode

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Read reads one YAML document. It returns nil, having reported what is wrong, if that can't be
// done. A key that stands twice is reported, and its first value read.
//
// The YAML library takes time quadratic in the number of keys, in the tabs of a quoted text and
// in the blank lines at the start of a block text, and keeps each node's full path. So the form
// bounds all that multiplies before the library starts.
func (f Form) Read(data []byte, report func(Mistake)) *Node {
	if len(data) > f.MaxBytes {
		report(Mistake{Kind: TooLarge})
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if wrong := f.checkText(data); wrong != nil {
		report(*wrong)
		return nil
	}
	tokens := lexer.Tokenize(string(data))
	if wrong := f.checkTokens(tokens); wrong != nil {
		report(*wrong)
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		report(syntax(err))
		return nil
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		report(Mistake{Kind: Empty, Position: Position{Line: 1, Column: 1}})
		return nil
	}
	r := reader{form: f, report: report}
	root := r.node(file.Docs[0].Body, 1)
	if r.failed {
		return nil
	}
	return root
}

// checkText refuses what isn't text, for which YAML libraries have no good message,
// and the blank lines and tabs that the lexer would take quadratic time over.
func (f Form) checkText(data []byte) *Mistake {
	at := Position{Line: 1, Column: 1}
	ends := 1
	tabs := 0
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if (r == utf8.RuneError && size == 1) || r == 0x7f || (r < ' ' && !strings.ContainsRune("\t\n\r", r)) {
			return &Mistake{Kind: NotText, Position: at, Byte: data[i]}
		}
		i += size
		at.Column++
		switch {
		case r == '\n', r == '\r' && !bytes.HasPrefix(data[i:], []byte("\n")):
			at = Position{Line: at.Line + 1, Column: 1}
			if ends++; ends > f.MaxBlank+1 { // the first one ends a line with text
				return &Mistake{Kind: TooManyBlanks, Position: at}
			}
		case r == '\t':
			if tabs++; tabs > f.MaxTabs {
				return &Mistake{Kind: TooManyTabs, Position: at}
			}
		case r != ' ' && r != '\r':
			ends = 0
		}
	}
	return nil
}

// checkTokens refuses what the form needs no YAML for, and what the parser would
// take too long over or overflow its stack on.
func (f Form) checkTokens(tokens token.Tokens) *Mistake {
	if len(tokens) > f.MaxTokens {
		return &Mistake{Kind: TooManyTokens, Position: place(tokens[f.MaxTokens])}
	}
	keys := 0
	depth := 0
	started := false
	for i, t := range tokens {
		wrong := Mistake{Position: place(t), Text: t.Value}
		bad := true
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			wrong.Kind = Reference
		case token.TagType, token.DirectiveType, token.MappingKeyType:
			wrong.Kind = Markup
		case token.DocumentHeaderType:
			wrong.Kind = SecondDocument
			bad = started
		case token.MappingStartType, token.SequenceStartType:
			depth++
			wrong.Kind = BracketsTooDeep
			bad = depth > f.MaxDepth
			if f.Placeholders && !bad && depth > 1 && i > 0 && strings.HasSuffix(tokens[i-1].Value, "$") {
				return &Mistake{Kind: OpenPlaceholder, Position: place(tokens[i-1])}
			}
		case token.MappingEndType, token.SequenceEndType:
			depth--
			bad = false
		case token.SequenceEntryType:
			wrong.Kind = ItemTooFar
			bad = wrong.Column > f.MaxIndent
		case token.MappingValueType:
			keys++
			wrong.Kind, bad = f.checkKey(tokens, i, keys, depth)
		default:
			bad = false
		}
		if bad {
			return &wrong
		}
		started = started || t.Type != token.CommentType
	}
	return nil
}

// checkKey checks the key before the colon at tokens[i], and returns what is wrong with it if
// something is.
func (f Form) checkKey(tokens token.Tokens, i, keys, depth int) (kind Kind, bad bool) {
	switch {
	case keys > f.MaxKeys:
		return TooManyKeys, true
	case i > 0 && len(tokens[i-1].Value) > f.MaxKeyLength:
		return KeyTooLong, true
	case i > 0 && depth <= 0 && tokens[i-1].Position.Column > f.MaxIndent:
		return KeyTooFar, true
	}
	return 0, false
}

// place returns where a token starts. Block text has its own odd column 0.
func place(t *token.Token) Position {
	if t == nil || t.Position == nil {
		return Position{Line: 1, Column: 1}
	}
	return Position{Line: max(t.Position.Line, 1), Column: max(t.Position.Column, 1)}
}

// syntax returns the mistake that the parser's error is about. The error's own text prints half
// the file.
func syntax(err error) Mistake {
	wrong := Mistake{Kind: Syntax, Position: Position{Line: 1, Column: 1}, Text: "the file can't be read"}
	if e, ok := errors.AsType[yaml.Error](err); ok {
		wrong.Position = place(e.GetToken())
		wrong.Text = e.GetMessage()
	}
	return wrong
}

// reader turns the library's tree into ours.
type reader struct {
	form   Form
	report func(Mistake)
	failed bool
}

func (r *reader) fail(kind Kind, at Position) *Node {
	r.failed = true
	r.report(Mistake{Kind: kind, Position: at})
	return &Node{Position: at}
}

func (r *reader) node(n ast.Node, depth int) *Node {
	at := place(n.GetToken())
	if depth > r.form.MaxDepth {
		return r.fail(TooDeep, at)
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return &Node{Position: at}
	case *ast.BoolNode:
		return &Node{Position: at, Value: n.Value}
	case *ast.IntegerNode:
		return &Node{Position: at, Value: n.Value}
	case *ast.FloatNode:
		return &Node{Position: at, Value: n.Value}
	case *ast.InfinityNode:
		if r.form.Infinity {
			return &Node{Position: at, Value: n.Value}
		}
	case *ast.StringNode:
		return &Node{Position: at, Value: n.Value, Plain: n.Token.Type == token.StringType}
	case *ast.LiteralNode:
		return &Node{Position: place(n.Start), Value: n.Value.Value}
	case *ast.SequenceNode:
		items := make(List, len(n.Values))
		for i, v := range n.Values {
			items[i] = r.node(v, depth+1)
		}
		return &Node{Position: at, Value: items}
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			at = place(n.Values[0].Key.GetToken()) // the library gives the place of the colon
		}
		return &Node{Position: at, Value: r.pairs(n.Values, depth)}
	case *ast.MappingValueNode:
		return &Node{Position: place(n.Key.GetToken()), Value: r.pairs([]*ast.MappingValueNode{n}, depth)}
	}
	return r.fail(OddValue, at)
}

func (r *reader) pairs(values []*ast.MappingValueNode, depth int) Map {
	out := make(Map, 0, len(values))
	seen := make(map[string]Position, len(values))
	for _, v := range values {
		t := v.Key.GetToken()
		at := place(t)
		switch v.Key.(type) {
		case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		default:
			r.fail(OddKey, at)
			continue
		}
		if first, ok := seen[t.Value]; ok {
			r.report(Mistake{Kind: DuplicateKey, Position: at, Text: t.Value, First: first.Line})
			continue
		}
		seen[t.Value] = at
		value := r.node(v.Value, depth+1)
		if v.Value.GetToken().Type == token.ImplicitNullType {
			value.Position = at // nothing stands nowhere
		}
		out = append(out, Pair{Position: at, Key: t.Value, Value: value})
	}
	return out
}
