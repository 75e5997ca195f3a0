package wording

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage/shipped"
)

// Stage is how a stage is called.
type Stage struct {
	Title string `json:"title"` // what it does, as on a button: "Find the scenes"
	Doing string `json:"doing"` // what goes on while it runs: "Finding the scenes"
}

// OfStage returns how the stage of an id is called. A stage that no shipped recipe has is called by
// its id, in words.
func OfStage(id string) Stage {
	if info := shipped.Info(id); info.ID != "" {
		return Stage{Title: info.Title, Doing: info.Doing}
	}
	words := capital(InWords(id))
	return Stage{Title: words, Doing: words}
}

// Doing returns what goes on while a stage runs, as the subject of a sentence.
func Doing(stageID string) string { return OfStage(stageID).Doing }

// stages lists what stages do.
func stages(ids []string) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = lower(Doing(id))
	}
	return list(all)
}

// lower begins a text with a small letter, for the middle of a sentence.
func lower(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + text[1:]
}

// vendors are the names of the providers that people know by another form of their name.
var vendors = map[string]string{"anthropic": "Anthropic", "openai": "OpenAI", "google": "Google"}

// ProviderName returns how people call a provider.
func ProviderName(id string) string {
	if known, ok := vendors[id]; ok {
		return known
	}
	return name(id)
}

// model names a model with its provider, or the provider alone. The program's own model has one
// name, in lower case: Sentence writes the capital where a sentence begins.
func model(provider, id string) string {
	if provider == event.Offline && (id == provider || id == "") {
		return "the offline model"
	}
	return strings.TrimSpace(ProviderName(provider) + " " + name(id))
}

// Unit returns how people call a unit of a stage: "scene 13" for scene_013, "part 1" for chunk_001.
func Unit(id string) string {
	kind, number, numbered := strings.Cut(id, "_")
	n, err := strconv.Atoi(number)
	switch {
	case numbered && err == nil && kind == "scene":
		return fmt.Sprintf("scene %d", n)
	case numbered && err == nil && kind == "chunk":
		return fmt.Sprintf("part %d", n)
	case id == "project":
		return "the settings proposal"
	case id == "":
		return "the whole text"
	}
	return InWords(id)
}

// Units counts the units of a stage.
func Units(n int, stageID string) string {
	if stageID == "extract_scenes" {
		return Count(n, "scene")
	}
	return Count(n, "part")
}

// Artifact returns how people call an artifact.
func Artifact(artifactType, entityID string) string {
	switch artifactType {
	case "raw_input":
		return "the source text"
	case "canonical_script":
		return "the screenplay"
	case "scene":
		return Unit(entityID)
	case "scene_index":
		return "the list of scenes"
	case "project_config":
		return "the project settings"
	}
	return strings.TrimSpace(InWords(artifactType) + " " + name(entityID))
}
