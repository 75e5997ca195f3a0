package estimate

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/cineforge/cineforge/llm"
)

// The shipped figures. They hold until there are earlier answers, and are wide on purpose.
const (
	// OpenAI and Anthropic state about 4 characters of English a token, DeepSeek (api-docs.deepseek.com,
	// "Token usage") 0.3 tokens a character; a screenplay with its short lines and names takes more.
	leastPerLetter = 1 / 5.0
	mostPerLetter  = 1 / 2.5

	// Letters of other scripts: DeepSeek states 0.6 tokens for a Chinese one; older vocabularies
	// take up to 1.5. The least is that of a server which counts characters.
	leastPerSign = 1 / 5.0
	mostPerSign  = 1.5

	// framing is what a provider adds around a request.
	framing = 60

	// An answer is estimated from its schema: each text in it has so many tokens, and each list so
	// many members. A sentence of English has 15 to 20 words, or 20 to 27 tokens; texts are from a
	// word or two to one sentence and a half.
	leastText, mostText   = 4, 40
	leastItems, mostItems = 1, 4

	// Some answers repeat what they are about in another form: JSON around each line doubles it.
	mostRepeated = 2.5

	// thoughts is what a model may write before it answers that thinks by default, as vendors'
	// documentation gives budgets for: 1,024 is the least that can be asked for, most use more.
	thoughts = 4096

	// The pace of answers in tokens a second, and the time until one begins: what vendors' hosted
	// models were seen to do, from the slowest large one to the quickest small one.
	leastPace, mostPace   = 20, 250
	leastBegin, mostBegin = 0.3, 5
)

// Request is a request that will be asked.
type Request struct {
	Asked     int // its tokens by the program's own count
	MaxOutput int // that its answer may have; 0 for as many as the model likes

	Input, Output Range // by the shipped figures
}

// NewRequest returns the estimate of a request, which has so many tokens by the program's own
// count. Rewrites says that its answer holds the text that it asks about in another form.
func NewRequest(req llm.Request, asked int, rewrites bool) Request {
	plain := tokens(req.System).Plus(tokens(req.Prompt))
	schema := tokens(string(req.Schema.JSON()))
	r := Request{
		Asked:     asked,
		MaxOutput: req.MaxOutputTokens,
		Input:     Range{plain.Low, plain.High + schema.High + framing}, // most vendors don't count the schema
		Output:    answer(req.Schema.JSON()),
	}
	if rewrites {
		r.Output.High += mostRepeated * tokens(req.Prompt).High
	}
	return r
}

// tokens returns how many tokens a text has.
func tokens(text string) (r Range) {
	letters := 0
	for i := range len(text) {
		if text[i] < utf8.RuneSelf {
			letters++
		}
	}
	signs := utf8.RuneCountInString(text) - letters
	return Range{
		Low:  leastPerLetter*float64(letters) + leastPerSign*float64(signs),
		High: mostPerLetter*float64(letters) + mostPerSign*float64(signs),
	}
}

// form is the part of a JSON Schema that the length of an answer depends on.
type form struct {
	Type       kinds           `json:"type"`
	Enum       []any           `json:"enum"`
	Properties map[string]form `json:"properties"`
	Items      *form           `json:"items"`
}

// kinds is the "type" of a schema: one name or several.
type kinds []string

// UnmarshalJSON reads either.
func (k *kinds) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*k = kinds{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(k))
}

// answer returns how many tokens an answer of a schema has.
func answer(schema []byte) Range {
	var f form
	if json.Unmarshal(schema, &f) != nil {
		return Range{leastText, mostText * mostItems}
	}
	return f.length(0)
}

// deepest is how deep an answer is looked into: schemas may refer to themselves.
const deepest = 12

// length returns how many tokens a value has.
func (f form) length(depth int) Range {
	has := func(kind string) bool { return slices.Contains(f.Type, kind) }
	r := Range{1, 4} // a number, true or false, null
	switch {
	case depth > deepest:
		return r
	case len(f.Properties) > 0:
		r = Range{1, 2}
		for name, p := range f.Properties {
			r = r.Plus(tokens(name)).Plus(Range{1, 4}).Plus(p.length(depth + 1)) // quotes, a colon, a comma
		}
	case f.Items != nil:
		one := f.Items.length(depth + 1)
		r = Range{1 + leastItems*one.Low, 2 + mostItems*(one.High+1)}
	case len(f.Enum) > 0:
		r = Range{1, 8}
	case has("array"), has("object"):
		r = Range{1, mostText * mostItems}
	case has("string"), len(f.Type) == 0:
		r = Range{leastText, mostText}
	}
	if has("null") {
		r.Low = 1
	}
	return r
}
