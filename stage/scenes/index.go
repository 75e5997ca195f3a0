package scenes

import (
	"maps"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/screenplay"
)

// index is the index of a script's scenes while it is made.
type index struct{ content.SceneIndex }

// newIndex returns the index of a script, without its entries.
func newIndex(script screenplay.Script, scenes []content.Scene, lines content.LineMap) index {
	x := index{content.SceneIndex{
		TotalScenes:      len(scenes),
		UniqueLocations:  append([]string{}, script.Locations()...),
		UniqueCharacters: []string{},
		Pages:            tenths(script.Pages()),
		RuntimeMinutes:   tenths(script.Minutes()),
	}}
	for _, member := range script.Cast() {
		x.UniqueCharacters = append(x.UniqueCharacters, member.Name)
	}
	if before := scenes[0].CanonicalSpan.StartLine - 1; before > 0 {
		first, last := lines.Source(1, before)
		x.FrontMatter = &content.Span{StartLine: first, EndLine: last}
	}
	return x
}

// add adds the entry of a scene.
func (x *index) add(s content.Scene, speeches map[string]int, j judgement) {
	if j.judged() {
		x.PassedQA++
	} else {
		x.NeedReview++
	}
	entry := content.SceneEntry{
		SceneID:     s.SceneID,
		SceneNumber: s.SceneNumber,
		Heading:     s.Heading,
		Location:    s.Location,
		TimeOfDay:   s.TimeOfDay,
		Characters:  s.Characters,
		SourceSpan:  s.SourceSpan,
		ToneMood:    s.ToneMood,
		Number:      s.Number,
		IntExt:      s.IntExt,
		PageEighths: s.PageEighths,
		StartLine:   s.CanonicalSpan.StartLine,
		EndLine:     s.CanonicalSpan.EndLine,
		Cast:        s.Characters,
		Speeches:    map[string]int{},
		Summary:     s.Summary,
		Implied:     s.Implied,
		Health:      j.health(),
		Ref:         content.EntityRef{ArtifactType: artifact.Scene, EntityID: s.SceneID},
	}
	maps.Copy(entry.Speeches, speeches)
	x.Entries = append(x.Entries, entry)
}
