package screenplay

// Scene is a stretch of a script from one scene heading to the next.
type Scene struct {
	Index     int    // from 1
	Number    string // the script's own, "" where it has none
	Heading   string // in upper case, without scene number, emphasis and notes
	IntExt    string // INT, EXT, INT/EXT, EST or ""
	Location  string
	TimeOfDay string
	// Characters are the names that have a cue in the scene, in upper case, without
	// extensions, in the order they first appear.
	Characters     []string
	DialogueBlocks int            // cues with a speech
	Speeches       map[string]int // the same by name; a name without a speech is not in it
	Span           Span           // from the heading to the line before the next; the last ends with the script
	Eighths        int            // length in eighths of a page, at least 1; see [Script.Pages]
	Implied        bool           // the heading is one only to a human reader: [Element.Implied]
	// Elements are the script's own, the heading first. They are not to be changed.
	Elements []Element
}

// Scenes returns the scenes in order. What stands before the first heading belongs to none.
func (s Script) Scenes() []Scene {
	var starts []int
	for i, e := range s.Elements {
		if e.Kind == SceneHeading {
			starts = append(starts, i)
		}
	}
	scenes := make([]Scene, len(starts))
	for i, start := range starts {
		end := len(s.Elements)
		last := s.Lines
		if i+1 < len(starts) {
			end = starts[i+1]
			last = s.Elements[end].Span.Start - 1
		}
		scenes[i] = newScene(i+1, s.Elements[start:end:end])
		scenes[i].Span.End = max(last, scenes[i].Span.End)
	}
	return scenes
}

func newScene(index int, elements []Element) Scene {
	heading := elements[0]
	parsed := ParseHeading(heading.Text)
	scene := Scene{
		Index:     index,
		Number:    heading.Number,
		Heading:   parsed.Text,
		IntExt:    parsed.IntExt,
		Location:  parsed.Location,
		TimeOfDay: parsed.TimeOfDay,
		Span:      heading.Span,
		Speeches:  map[string]int{},
		Eighths:   eighths(elements),
		Implied:   heading.Implied,
		Elements:  elements,
	}
	known := map[string]bool{}
	for i, e := range elements {
		if e.Kind != Character {
			continue
		}
		name, _ := CueName(e.Text)
		if !known[name] {
			known[name] = true
			scene.Characters = append(scene.Characters, name)
		}
		if hasSpeech(elements[i+1:]) {
			scene.DialogueBlocks++
			scene.Speeches[name]++
		}
	}
	return scene
}

// hasSpeech reports whether the elements after a cue hold words for it.
func hasSpeech(behind []Element) bool {
	for _, e := range behind {
		switch e.Kind {
		case Dialogue, Lyrics, Parenthetical:
			if e.Printed() != "" {
				return true
			}
		case Note, Boneyard:
		default:
			return false
		}
	}
	return false
}

// CastMember is a name that has a cue.
type CastMember struct {
	Name           string // in upper case, without extensions
	DialogueBlocks int    // cues with a speech, in the whole script
	Scenes         int    // scenes with a cue; 0 if all stand before the first heading
}

// Cast returns all characters that have a cue, in the order they first appear, those
// before the first heading included.
func (s Script) Cast() []CastMember {
	type entry struct{ member, lastScene int }
	var cast []CastMember
	known := map[string]entry{}
	scene := 0
	for i, e := range s.Elements {
		switch e.Kind {
		case SceneHeading:
			scene++
		case Character:
			name, _ := CueName(e.Text)
			at, ok := known[name]
			if !ok {
				at.member = len(cast)
				cast = append(cast, CastMember{Name: name})
			}
			if at.lastScene != scene {
				at.lastScene = scene
				cast[at.member].Scenes++
			}
			if hasSpeech(s.Elements[i+1:]) {
				cast[at.member].DialogueBlocks++
			}
			known[name] = at
		}
	}
	return cast
}

// Locations returns the places of the scenes, in upper case, each once, in the
// order they first appear. A heading that names none adds none.
func (s Script) Locations() []string {
	var locations []string
	known := map[string]bool{}
	for _, e := range s.Elements {
		if e.Kind != SceneHeading {
			continue
		}
		if l := ParseHeading(e.Text).Location; l != "" && !known[l] {
			known[l] = true
			locations = append(locations, l)
		}
	}
	return locations
}
