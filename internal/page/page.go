// Package page has the page for operators: the built files of ui, which are committed, so that the
// program builds without Node.js.
package page

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var built embed.FS

// Index is the name of the file that shows all views.
const Index = "index.html"

// Files returns the built files: Index, what it loads from its own folder, and assets/, whose files
// have a digest of their content in their names.
func Files() fs.FS {
	files, err := fs.Sub(built, "dist")
	if err != nil {
		panic(err) // the name is valid
	}
	return files
}
