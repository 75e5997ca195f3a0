// Package screenplay is the script as data: what every reader of a file format
// produces and every stage works on. It does no I/O.
//
// A [Script] accounts for each line of the text it was decoded from: the spans
// of its elements, in order, cover lines 1 to Lines without gap or overlap. What
// a reader can't make sense of is an Action, never a hole.
package screenplay

// Kind is what an [Element] is on the page.
type Kind uint8

// The kinds of element, after the Fountain vocabulary.
const (
	Blank         Kind = iota // one or more empty lines between elements
	TitlePage                 // one key of the title page, with its values
	SceneHeading              // a slug line: INT. HOUSE - DAY
	Action                    // what is seen and heard; also everything that is nothing else
	Character                 // the cue above a speech
	Parenthetical             // (to herself)
	Dialogue                  // words spoken
	Lyrics                    // words sung
	Transition                // CUT TO:
	Centered                  // >THE END<
	PageBreak                 // ===
	Section                   // # Act one; structure, never printed
	Synopsis                  // = what happens; never printed
	Note                      // [[a remark]] standing alone; never printed
	Boneyard                  // /* cut text */; never printed
)

var kindNames = [...]string{"blank", "title_page", "scene_heading", "action", "character", "parenthetical",
	"dialogue", "lyrics", "transition", "centered", "page_break", "section", "synopsis", "note", "boneyard"}

// String returns the name of the kind as it stands in artifacts, such as "scene_heading".
func (k Kind) String() string { return kindNames[k] }

// Span is the lines of the source that an element came from, both counted from 1 and inclusive.
type Span struct {
	Start, End int
}

// Element is one piece of a script.
//
// Text is the element as written, with the marker that forces it (. ! @ > ~ # =)
// removed: inline notes, boneyards and emphasis stay, so that nothing is lost;
// [Element.Printed] is what a reader of the page sees. A Note or Boneyard keeps
// its brackets. The lines of a multi-line element are joined by "\n".
type Element struct {
	Kind Kind
	Text string
	Span Span

	// Key is the key of a TitlePage element, as written.
	Key string
	// Number is the scene number of a SceneHeading, without the #; "" where it has none.
	Number string
	// Level is the depth of a Section, from 1.
	Level int
	// Dual marks the Character whose speech runs beside the one before it.
	Dual bool
	// Forced is true where a marker made the element what it is.
	Forced bool
	// Implied marks a SceneHeading that the letter of the format's rules would
	// not take (no blank line around it, EXT/INT, another language, no prefix).
	Implied bool
}

// Warning is about something at a line that a person may want to look at.
type Warning struct {
	Line    int    `json:"line"`
	Message string `json:"message"`
}

// Script is a decoded script.
type Script struct {
	Elements []Element
	Lines    int // lines of the text it was decoded from
	Warnings []Warning
}
