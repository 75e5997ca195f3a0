package document

import (
	"math"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/screenplay"
)

// ScenesReport is what a script holds, as the command "scenes --json" prints it.
// Its lists and maps are never nil.
type ScenesReport struct {
	Format     string               `json:"format"`
	Encoding   string               `json:"encoding"`
	Title      string               `json:"title"`      // in plain words on one line, "" for none
	TitlePage  map[string]string    `json:"title_page"` // by lower-case key with underscores; the values of a key written twice are its lines
	Scenes     []SceneReport        `json:"scenes"`
	Characters []CharacterReport    `json:"characters"`
	Locations  []string             `json:"locations"`
	Pages      float64              `json:"pages"`
	Minutes    float64              `json:"minutes"`
	Warnings   []screenplay.Warning `json:"warnings"`
}

// SceneReport is a scene.
type SceneReport struct {
	Number         *string  `json:"number"` // the script's own; nil where it has none
	Heading        string   `json:"heading"`
	IntExt         *string  `json:"int_ext"` // INT, EXT, INT/EXT, EST or nil
	Location       string   `json:"location"`
	TimeOfDay      *string  `json:"time_of_day"` // as written; nil where the heading says none
	Characters     []string `json:"characters"`
	DialogueBlocks int      `json:"dialogue_blocks"`
	StartLine      int      `json:"start_line"`
	EndLine        int      `json:"end_line"`
	PageEighths    int      `json:"page_eighths"`
	Implied        bool     `json:"implied"`
}

// CharacterReport is a speaking part.
type CharacterReport struct {
	Name           string `json:"name"`
	DialogueBlocks int    `json:"dialogue_blocks"`
	Scenes         int    `json:"scenes"`
}

// Summary reports what d holds. A line in capitals that prose or notes have above
// some text is no character there.
func Summary(d Document) ScenesReport {
	r := ScenesReport{
		Format:     d.Format,
		Encoding:   d.Encoding,
		TitlePage:  map[string]string{},
		Scenes:     []SceneReport{},
		Characters: []CharacterReport{},
		Locations:  append([]string{}, d.Script.Locations()...),
		Pages:      round(d.Script.Pages()),
		Minutes:    round(d.Script.Minutes()),
		Warnings:   append([]screenplay.Warning{}, d.Warnings...),
	}
	values := map[string][]string{}
	for _, field := range d.Script.TitlePage() {
		values[field.Key] = append(values[field.Key], field.Value)
	}
	for key, list := range values {
		r.TitlePage[key] = strings.Join(slices.Compact(list), "\n")
	}
	r.Title = strings.Join(strings.Fields(screenplay.Plain(r.TitlePage["title"])), " ")
	for _, s := range d.Script.Scenes() {
		r.Scenes = append(r.Scenes, SceneReport{
			Number:         orNil(s.Number),
			Heading:        s.Heading,
			IntExt:         orNil(s.IntExt),
			Location:       s.Location,
			TimeOfDay:      orNil(s.TimeOfDay),
			Characters:     append([]string{}, s.Characters...),
			DialogueBlocks: s.DialogueBlocks,
			StartLine:      s.Span.Start,
			EndLine:        s.Span.End,
			PageEighths:    s.Eighths,
			Implied:        s.Implied,
		})
	}
	if d.Kind == Prose || d.Kind == Notes {
		return r
	}
	for _, m := range d.Script.Cast() {
		r.Characters = append(r.Characters, CharacterReport{Name: m.Name, DialogueBlocks: m.DialogueBlocks, Scenes: m.Scenes})
	}
	return r
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// round keeps two decimals: finer than any estimate of length is.
func round(x float64) float64 { return math.Round(100*x) / 100 }
