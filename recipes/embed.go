// Package recipes holds the recipes that ship with the program.
package recipes

import "embed"

// FS holds one recipe per file, at its top.
//
//go:embed *.yaml
var FS embed.FS
