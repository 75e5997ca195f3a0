package simulator

import (
	"cmp"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/simulator/internal/suggest"
	"github.com/cineforge/cineforge/simulator/scenario"
)

//go:embed scenarios/*.yaml
var files embed.FS

// Builtin returns the scenarios that are part of the program, by id. Those with a
// number are the fault scenarios of the project's acceptance. Some of these are played
// by other means, so that numbers are missing; variants of one have a letter, as S62b.
func Builtin() []scenario.Scenario {
	entries, err := files.ReadDir("scenarios")
	if err != nil {
		panic(fmt.Sprintf("simulator: %v", err)) // they are part of the program
	}
	list := make([]scenario.Scenario, len(entries))
	for i, e := range entries {
		name := path.Join("scenarios", e.Name())
		data, err := files.ReadFile(name)
		if err == nil {
			list[i], err = scenario.Parse(name, data)
		}
		if err != nil {
			panic(fmt.Sprintf("simulator: %v", err))
		}
	}
	slices.SortFunc(list, func(a, b scenario.Scenario) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Find returns a built-in scenario by its id or name, whatever the case. If there is
// none, the error says which may have been meant.
func Find(name string) (scenario.Scenario, error) {
	var known []string
	for _, s := range Builtin() {
		if strings.EqualFold(name, s.ID) || strings.EqualFold(name, s.Name) {
			return s, nil
		}
		known = append(known, s.ID, s.Name)
	}
	return scenario.Scenario{}, fmt.Errorf("there is no scenario %q%s", plaintext.Cut(name, 60), suggest.Name(name, known))
}
