package yamlnode

// Kind is what is wrong with a file.
type Kind int

// The kinds of mistake. A file with one of them is not read further, but for DuplicateKey.
const (
	TooLarge        Kind = iota // the file has more than MaxBytes
	NotText                     // a byte, Byte, that is not text
	TooManyBlanks               // more than MaxBlank blank lines in a row
	TooManyTabs                 // more than MaxTabs tabs
	TooManyTokens               // more than MaxTokens words and signs
	TooManyKeys                 // more than MaxKeys keys
	KeyTooLong                  // a key of more than MaxKeyLength bytes
	KeyTooFar                   // a key that starts after column MaxIndent
	ItemTooFar                  // the entry of a list that starts after column MaxIndent
	BracketsTooDeep             // brackets deeper than MaxDepth
	OpenPlaceholder             // a placeholder without quotes within brackets
	Reference                   // an anchor, an alias or a merge key, Text
	Markup                      // a tag, a directive or a mark of a complex key, Text
	SecondDocument              // another document in the file
	Syntax                      // no YAML; Text is the library's message
	Empty                       // a file without a value
	TooDeep                     // values nested deeper than MaxDepth
	OddValue                    // a kind of value that is not read
	OddKey                      // a list, a map or nothing as a key
	DuplicateKey                // a key, Text, that stands in line First already
)

// Mistake is what is wrong at a place of a file.
type Mistake struct {
	Kind Kind
	Position
	Text  string
	Byte  byte
	First int
}

// Form is what YAML files of one purpose may hold.
type Form struct {
	MaxBytes     int
	MaxTokens    int
	MaxKeys      int
	MaxKeyLength int // bytes
	MaxDepth     int // levels of lists and maps
	MaxIndent    int // columns before a key or the entry of a list
	MaxBlank     int // blank lines in a row
	MaxTabs      int

	Placeholders bool // ${name} stands for a value, and needs quotes within brackets
	Infinity     bool // .inf is a number
}
