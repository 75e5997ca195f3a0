package projectconfig

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/screenplay"
)

// The formats of a project.
const (
	feature  = "feature"
	short    = "short_film"
	episode  = "series_episode"
	unknown  = "unknown"
	noPlace  = "UNKNOWN" // the location of a scene whose heading names none
	maxLeads = 5
	maxName  = 6 // words in the name of a character
)

// How far the rules can be relied on.
const (
	stated   = 0.95 // it stands on the title page
	counted  = 0.9  // it is counted in the script
	hinted   = 0.85 // marks of the format stand in the script
	byLength = 0.6  // the length suggests it: a rule of averages, and the script may be a part
	unstated = 0.5  // a model's answer that came without a confidence
)

// A film of 40 minutes or less, credits included, is a short (the definition of
// the Academy of Motion Picture Arts and Sciences in its special rules for the
// short film awards). The Academy calls all that is longer a feature, the Screen
// Actors Guild only from 60 minutes on: between the two, no rule decides.
const (
	leastWhole      = 3 // minutes; what is shorter is more likely a fragment than a film
	longestShort    = 40
	shortestFeature = 60
)

var (
	// actBreak matches the lines that divide an episode for broadcast. Sections,
	// which outline features as well, are not looked at.
	actBreak = regexp.MustCompile(
		`^(?:TEASER|COLD OPEN(?:ING)?|TAG|(?:END (?:OF )?)?ACT (?:ONE|TWO|THREE|FOUR|FIVE|SIX|[1-6]|I{1,3}|I?V|VI)|` +
			`END (?:OF )?(?:TEASER|COLD OPEN(?:ING)?|TAG|SHOW|EPISODE))[.:]?$`)
	// episodeMark matches how a title page counts episodes.
	episodeMark = regexp.MustCompile(`(?i)\bepisode\b|\bS\d{1,2} ?E\d{1,3}\b`)
)

// formatOf returns the format that the script's marks or its length imply.
func formatOf(script screenplay.Script, minutes float64) content.Detection {
	if evidence := episodeEvidence(script); evidence != "" {
		return found(episode, hinted, content.OriginRule, evidence)
	}
	switch {
	case minutes <= 0:
		return notKnown(unknown, "the script has no length to go by")
	case minutes < leastWhole:
		return notKnown(unknown, runs(minutes)+" by its pages: it may be a part of anything")
	case minutes <= longestShort:
		return found(short, byLength, content.OriginRule, fmt.Sprintf("%s by its pages; up to %d are a short", runs(minutes), longestShort))
	case minutes >= shortestFeature:
		return found(feature, byLength, content.OriginRule,
			fmt.Sprintf("%s by its pages; from %d on it is a feature", runs(minutes), shortestFeature))
	}
	return notKnown(unknown, runs(minutes)+" by its pages, which decides nothing")
}

// runs returns in words how many minutes a script runs.
func runs(minutes float64) string {
	switch n := math.Round(minutes); {
	case minutes < 1:
		return "less than a minute"
	case n == 1:
		return "about a minute"
	default:
		return fmt.Sprintf("about %.0f minutes", n)
	}
}

// episodeEvidence returns what marks the script as an episode of a series, "" if nothing does.
func episodeEvidence(script screenplay.Script) string {
	for _, f := range script.TitlePage() {
		value := screenplay.Plain(f.Value)
		if f.Key == "episode" || f.Key == "season" || f.Key == "series" || episodeMark.MatchString(value) {
			return fmt.Sprintf("the title page says %s: %s", f.Key, strings.Join(strings.Fields(value), " "))
		}
	}
	var lines []string
	for _, e := range script.Elements {
		switch e.Kind {
		case screenplay.Action, screenplay.Centered, screenplay.Transition, screenplay.SceneHeading, screenplay.Character:
			text := strings.ToUpper(strings.TrimSpace(screenplay.Plain(e.Text)))
			if actBreak.MatchString(text) {
				lines = append(lines, fmt.Sprintf("%q in line %d", text, e.Span.Start))
			}
		}
	}
	if len(lines) < 2 { // one may be a coincidence
		return ""
	}
	return fmt.Sprintf("it is divided for broadcast: %s and %s", lines[0], lines[1])
}

// leads divides the cast: the upper half by 2 x scenes + cues, at least one and
// at most five, are primary, the rest supporting. So are names that read like
// sentences, as they may be lines in capitals that are no names.
func leads(cast []screenplay.CastMember) (primary, supporting []string) {
	score := func(m screenplay.CastMember) int { return 2*m.Scenes + m.DialogueBlocks }
	ranked := slices.Clone(cast)
	slices.SortStableFunc(ranked, func(a, b screenplay.CastMember) int { return cmp.Compare(score(b), score(a)) })
	names := 0
	for _, m := range ranked {
		if !isSentence(m.Name) {
			names++
		}
	}
	n := min((names+1)/2, maxLeads)
	primary = []string{}
	supporting = []string{}
	for _, m := range ranked {
		if len(primary) < n && !isSentence(m.Name) {
			primary = append(primary, m.Name)
		} else {
			supporting = append(supporting, m.Name)
		}
	}
	return primary, supporting
}

// abbreviation is the end of a name that ends in a full stop of its own: JR., J.R., B.
var abbreviation = regexp.MustCompile(`(?i)(^|[ .])(jr|sr|esq|phd|md|\pL)\.$`)

// isSentence reports whether a cue reads like a sentence rather than a name.
func isSentence(name string) bool {
	switch {
	case len(strings.Fields(name)) > maxName, strings.HasSuffix(name, "…"), strings.HasSuffix(name, ".."):
		return true
	case strings.HasSuffix(name, "!"), strings.HasSuffix(name, "?"):
		return true
	}
	return strings.HasSuffix(name, ".") && !abbreviation.MatchString(name)
}

// found returns the detail of a value that was detected.
func found(value any, confidence float64, by content.SettingOrigin, rationale string) content.Detection {
	return content.Detection{Value: value, Confidence: confidence, Rationale: rationale, Source: content.AutoDetected, By: by}
}

// notKnown returns the detail of a value that is not known.
func notKnown(value any, rationale string) content.Detection {
	return content.Detection{Value: value, Rationale: rationale, Source: content.Preset, By: content.OriginUnknown}
}

// preset returns the detail of a value that stands until a person changes it.
func preset(value any, rationale string) content.Detection {
	return content.Detection{Value: value, Rationale: rationale, Source: content.Preset, By: content.OriginDefault}
}
