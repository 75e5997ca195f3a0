package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/spelling"
)

// variablePrefix begins the names of all variables that are flags.
const variablePrefix = "CINEFORGE_"

// UnknownVariables warns of variables of the environment that look like flags and are none,
// such as CINEFORGE_DTA. Those that the config file names for keys are known. It does not
// show their values, which may be secret.
func UnknownVariables(environ []string, model *kong.Node, all []providers.Provider) []string {
	known := FlagVariables(model)
	var warnings []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		isKey := slices.ContainsFunc(all, func(p providers.Provider) bool { return p.KeyVariable == name })
		if !strings.HasPrefix(name, variablePrefix) || slices.Contains(known, name) || isKey {
			continue
		}
		text := fmt.Sprintf("the variable %s names no flag and is ignored", name)
		if hint := spelling.Meant(strings.TrimPrefix(name, variablePrefix), trimmed(known)); hint != "" {
			text += "; " + strings.Replace(hint, "mean ", "mean "+variablePrefix, 1)
		}
		warnings = append(warnings, text)
	}
	slices.Sort(warnings)
	return warnings
}

// FlagVariables lists the variables of all flags, without repeats.
func FlagVariables(n *kong.Node) []string {
	var names []string
	for _, f := range n.Flags {
		names = append(names, f.Envs...)
	}
	for _, child := range n.Children {
		names = append(names, FlagVariables(child)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// trimmed returns names without the prefix that all have.
func trimmed(names []string) []string {
	var short []string
	for _, name := range names {
		short = append(short, strings.TrimPrefix(name, variablePrefix))
	}
	return short
}
