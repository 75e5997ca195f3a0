package recipe

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/spelling"
)

// ModelName names a model of a provider.
type ModelName struct {
	Provider string // such as "anthropic", or an endpoint that the configuration names
	Model    string // as the provider calls it
}

// String returns the name in the form "provider:model".
func (m ModelName) String() string { return m.Provider + ":" + m.Model }

var (
	providerPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)
	modelPattern    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$`)
)

// families map bare model names to their providers.
var families = []struct {
	pattern  *regexp.Regexp
	provider string
}{
	{regexp.MustCompile(`^claude-.`), "anthropic"},
	{regexp.MustCompile(`^gemini-.`), "google"},
	{regexp.MustCompile(`^gpt-.`), "openai"},
	{regexp.MustCompile(`^o[0-9]`), "openai"},
}

const modelHint = "write provider:model, such as anthropic:claude-sonnet-4-6"

// ParseModel reads "provider:model", where all after the first colon is the
// model, or a bare model name that implies its provider: claude-* is anthropic's,
// gemini-* google's, gpt-* and o[0-9]* openai's. Any other bare name is an error of
// class [failure.Input], not a guess. Whether the provider exists is not checked.
func ParseModel(name string) (ModelName, error) {
	if provider, model, ok := strings.Cut(name, ":"); ok {
		if !providerPattern.MatchString(provider) || !modelPattern.MatchString(model) {
			return ModelName{}, failure.New(failure.Input, quote(name)+" is not a model name", modelHint)
		}
		return ModelName{provider, model}, nil
	}
	for _, f := range families {
		if f.pattern.MatchString(name) && modelPattern.MatchString(name) {
			return ModelName{f.provider, name}, nil
		}
	}
	hint := modelHint
	if near := spelling.Nearest(name, familiar); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return ModelName{}, failure.New(failure.Input, fmt.Sprintf("model %s does not tell its provider", quote(name)), hint)
}

// familiar are the models suggested for a bare name that implies no provider: those of
// the default chains.
var familiar = []string{
	"claude-sonnet-4-6", "claude-opus-4-6", "claude-haiku-4-5-20251001", "gpt-4.1", "gpt-5.2", "gemini-3-flash-preview",
}
