package projectconfig

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/screenplay"
)

// propose returns the settings for a script, whose title is "" if its title page
// gives none. The title page and the rules come
// first; the model's answer counts only where they know nothing. What a person gave stands
// over all of it.
func propose(title string, script screenplay.Script, index content.SceneIndex, a answer,
	given map[string]content.Detection) content.ProjectConfig {
	d := map[string]content.Detection{}
	d["title"] = notKnown(unknown, "the script has no title page that gives one")
	if title != "" {
		d["title"] = found(title, stated, content.OriginTitlePage, "it stands on the title page")
	}
	detect(d, script, index)
	read(d, script)
	judge(d, a)
	presets(d)
	maps.Copy(d, given)
	return content.ProjectConfig{
		Title:                value[string](d["title"]),
		Format:               value[string](d["format"]),
		Genre:                value[[]string](d["genre"]),
		Tone:                 value[[]string](d["tone"]),
		Logline:              value[*string](d["logline"]),
		Duration:             value[*float64](d["estimated_duration_minutes"]),
		PrimaryCharacters:    value[[]string](d["primary_characters"]),
		SupportingCharacters: value[[]string](d["supporting_characters"]),
		LocationCount:        value[int](d["location_count"]),
		LocationsSummary:     value[[]string](d["locations_summary"]),
		TargetAudience:       value[*string](d["target_audience"]),
		AspectRatio:          value[string](d["aspect_ratio"]),
		ProductionMode:       value[string](d["production_mode"]),
		HumanControlMode:     value[string](d["human_control_mode"]),
		StylePacks:           value[map[string]string](d["style_packs"]),
		BudgetCapUSD:         value[*float64](d["budget_cap_usd"]),
		ModelStrategy:        value[content.ModelStrategy](d["model_strategy"]),
		DefaultModel:         value[string](d["default_model"]),
		Details:              d,
	}
}

// value returns the value of a detail, which is a T.
func value[T any](d content.Detection) T {
	v, _ := d.Value.(T)
	return v
}

// detect fills in what the rules find.
func detect(d map[string]content.Detection, script screenplay.Script, index content.SceneIndex) {
	d["format"] = formatOf(script, index.RuntimeMinutes)

	d["estimated_duration_minutes"] = notKnown((*float64)(nil), "the script has no length to go by")
	if minutes := index.RuntimeMinutes; minutes > 0 {
		d["estimated_duration_minutes"] = found(&minutes, byLength, content.OriginRule, "a page plays about a minute, true of averages only")
	}

	cast := script.Cast()
	primary, supporting := leads(cast)
	d["primary_characters"] = notKnown(primary, "nobody speaks in the script")
	d["supporting_characters"] = notKnown(supporting, "nobody speaks in the script")
	if len(cast) > 0 {
		why := fmt.Sprintf("the upper half of %d by 2 x scenes + cues, at most %d", len(cast), maxLeads)
		d["primary_characters"] = found(primary, counted, content.OriginRule, why)
		d["supporting_characters"] = found(supporting, counted, content.OriginRule, "everyone else who speaks")
	}

	places := slices.DeleteFunc(slices.Clone(index.UniqueLocations), func(l string) bool { return l == noPlace })
	d["location_count"] = notKnown(0, "no scene heading names a place")
	d["locations_summary"] = notKnown([]string{}, "no scene heading names a place")
	if len(places) > 0 {
		d["location_count"] = found(len(places), counted, content.OriginRule, "the places that the scene headings name")
		d["locations_summary"] = found(places, counted, content.OriginRule, "the places that the scene headings name, in order")
	}
}

// read takes what the title page says in so many words; of fields for the same
// setting, the first that is not blank.
func read(d map[string]content.Detection, script screenplay.Script) {
	const why = "it stands on the title page"
	for _, f := range script.TitlePage() {
		text := strings.Join(strings.Fields(screenplay.Plain(f.Value)), " ")
		name := map[string]string{
			"format": "format", "type": "format", "genre": "genre", "genres": "genre", "tone": "tone",
			"logline": "logline", "log_line": "logline",
		}[f.Key]
		if text == "" || d[name].By == content.OriginTitlePage {
			continue
		}
		switch name {
		case "format":
			d[name] = found(text, stated, content.OriginTitlePage, why)
		case "logline":
			d[name] = found(&text, stated, content.OriginTitlePage, why)
		case "genre", "tone":
			parts := strings.FieldsFunc(screenplay.Plain(f.Value), func(r rune) bool { return strings.ContainsRune(",/;\n", r) })
			if list := distinct(parts); len(list) > 0 {
				d[name] = found(list, stated, content.OriginTitlePage, why)
			}
		}
	}
}

// better puts a model's detail in the place of one that was not found, or that a
// rule guessed from averages, and is less sure of.
func better(d map[string]content.Detection, name string, by content.Detection) {
	known := d[name]
	if known.By == content.OriginUnknown || known.By == content.OriginRule && known.Confidence <= byLength &&
		known.Confidence < by.Confidence {
		d[name] = by
	}
}

// judge fills in the model's answer where nothing better is known so far.
func judge(d map[string]content.Detection, a answer) {
	const unanswered = "it takes a reader's judgement, and no model gave one"
	for name, none := range map[string]any{
		"genre": []string{}, "tone": []string{}, "logline": (*string)(nil), "target_audience": (*string)(nil),
	} {
		if _, known := d[name]; !known {
			d[name] = notKnown(none, unanswered)
		}
	}
	if a.answeredBy == "" {
		return
	}
	for name, f := range map[string]finding[*string]{"title": a.Title, "format": a.Format} {
		if text := trimmed(f.Value); text != nil {
			better(d, name, answered(*text, f))
		}
	}
	for name, f := range map[string]finding[*string]{"logline": a.Logline, "target_audience": a.Audience} {
		if text := trimmed(f.Value); text != nil {
			better(d, name, answered(text, f))
		}
	}
	for name, f := range map[string]finding[[]string]{"genre": a.Genre, "tone": a.Tone} {
		if list := distinct(f.Value); len(list) > 0 {
			better(d, name, answered(list, f))
		}
	}
}

// answered returns the detail of a value that the model gave.
func answered[T any](value any, f finding[T]) content.Detection {
	d := found(value, unstated, content.OriginModel, "the model gave no reason")
	if f.Confidence != nil {
		d.Confidence = min(max(*f.Confidence, 0), 1)
	}
	if why := trimmed(f.Rationale); why != nil {
		d.Rationale = *why
	}
	return d
}

// byRecipe stands for the models that the recipe names.
const byRecipe = "recipe"

// recipesModels returns the models of a project of which no person said anything.
func recipesModels() content.ModelStrategy {
	return content.ModelStrategy{Work: byRecipe, Verify: byRecipe, Escalate: byRecipe}
}

// presets fills in the settings that no script determines.
func presets(d map[string]content.Detection) {
	const (
		untilChanged = "it stands until a person changes it"
		chain        = "the recipe's chain of the stage names the models"
	)
	d["aspect_ratio"] = preset("16:9", untilChanged)
	d["production_mode"] = preset("ai_generated", untilChanged)
	d["human_control_mode"] = preset("autonomous", untilChanged)
	d["style_packs"] = preset(map[string]string{}, untilChanged)
	d["budget_cap_usd"] = preset((*float64)(nil), untilChanged)
	d["model_strategy"] = preset(recipesModels(), chain)
	d["default_model"] = preset(byRecipe, chain)
}

// trimmed returns a text without space around it, nil if nothing remains.
func trimmed(text *string) *string {
	if text == nil {
		return nil
	}
	t := strings.TrimSpace(*text)
	if t == "" {
		return nil
	}
	return &t
}

// distinct returns the texts of a list that are not blank, each once.
func distinct(list []string) []string {
	kept := []string{}
	for _, text := range list {
		if t := strings.TrimSpace(text); t != "" && !slices.Contains(kept, t) {
			kept = append(kept, t)
		}
	}
	return kept
}
