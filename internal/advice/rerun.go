package advice

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/argument"
	"github.com/cineforge/cineforge/run"
)

// Rerun returns the command that runs the same again. The file's folder is not known; what
// can't be written on a command line is left as a word in capitals for the person to fill in.
func Rerun(s run.State) failure.Remedy {
	words := []string{"run", file(s.InputName), "--recipe", s.RecipeID, "--project", s.ProjectID}
	if s.Drill != "" {
		words = append(words, "--drill", s.Drill)
	}
	if s.StartFrom != "" {
		words = append(words, "--start-from", s.StartFrom)
	}
	if s.EndAt != "" {
		words = append(words, "--end-at", s.EndAt)
	}
	return failure.Remedy{Label: "Run Again", Command: append(words, parameters(s.RuntimeParams)...)}
}

// parameters repeats the parameters that the command line was given.
func parameters(params map[string]any) []string {
	var given []string
	for name, v := range params {
		if name == "input_file" || name == "accept_config" && v == true {
			continue // the command line sets these by itself
		}
		text := fmt.Sprint(name, "=", v)
		if data, err := json.Marshal(v); err == nil && (strings.HasPrefix(string(data), "{") || strings.HasPrefix(string(data), "[")) {
			text = name + "=" + string(data)
		}
		if hidden(text) {
			text = name + "=VALUE"
		}
		given = append(given, text)
	}
	slices.Sort(given)
	var words []string
	for _, g := range given {
		words = append(words, "--param", g)
	}
	return words
}

// hidden reports whether a text has something that can't be printed as it is.
func hidden(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// file returns the name of a run's input as an argument.
func file(name string) string {
	switch {
	case name == "" || hidden(name):
		return "FILE"
	case name == "stdin":
		return "-"
	}
	return argument.Path(argument.Name(name))
}
