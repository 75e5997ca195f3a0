package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/internal/yamlnode"
)

// The YAML values of scenarios. A node's value is nil, a bool, an int64, a uint64, a float64, a
// string, a yamlList or a yamlMap.
type (
	yamlNode = *yamlnode.Node
	yamlList = yamlnode.List
	yamlMap  = yamlnode.Map
	position = yamlnode.Position
)

// MaxFile bounds a scenario file in bytes.
const MaxFile = 1 << 20

// form is what scenario files may hold. The largest shipped one has some 100 lines.
func form() yamlnode.Form {
	return yamlnode.Form{
		MaxBytes:     MaxFile,
		MaxTokens:    50_000,
		MaxKeys:      3000,
		MaxKeyLength: 200,
		MaxDepth:     21,
		MaxIndent:    200,
		MaxBlank:     100,
		MaxTabs:      1000,
	}
}

// readYAML reads a document. It returns false, having added what is wrong, if that
// can't be done.
func readYAML(p *problems, data []byte) (yamlNode, bool) {
	before := len(p.list)
	root := form().Read(data, func(m yamlnode.Mistake) { p.add(m.Position, "%s", message(m)) })
	return root, root != nil && len(p.list) == before
}

// message returns what is wrong with a file.
func message(m yamlnode.Mistake) string {
	f := form()
	switch m.Kind {
	case yamlnode.TooLarge:
		return fmt.Sprintf("the scenario is larger than %d bytes", f.MaxBytes)
	case yamlnode.NotText:
		return fmt.Sprintf("byte %#02x is not text", m.Byte)
	case yamlnode.TooManyBlanks, yamlnode.TooManyTabs:
		return "too many blank lines or tabs"
	case yamlnode.TooManyTokens:
		return fmt.Sprintf("the scenario has more than %d words and signs", f.MaxTokens)
	case yamlnode.TooManyKeys, yamlnode.BracketsTooDeep:
		return "the scenario has too many keys or brackets"
	case yamlnode.KeyTooLong, yamlnode.KeyTooFar, yamlnode.ItemTooFar:
		return "this is indented too far, or its key is too long"
	case yamlnode.Reference, yamlnode.Markup:
		return strconv.Quote(plaintext.Cut(m.Text, 40)) + " isn't allowed in scenarios; quote it if it is text"
	case yamlnode.SecondDocument:
		return "the file holds a second YAML document"
	case yamlnode.Syntax:
		return "not valid YAML: " + printable(m.Text)
	case yamlnode.Empty:
		return "the scenario is empty"
	case yamlnode.TooDeep:
		return "the scenario is nested too deeply"
	case yamlnode.DuplicateKey:
		return fmt.Sprintf("key %s stands here twice", strconv.Quote(plaintext.Cut(m.Text, 40)))
	}
	return "this kind of YAML value isn't allowed in scenarios"
}

// printable shows a message of the library on one line.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	return plaintext.Cut(strings.Join(strings.Fields(s), " "), 160)
}
