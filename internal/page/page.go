// Package page serves the page for operators: the built files of ui, which are committed, so that the
// program builds without Node.js.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed all:dist
var built embed.FS

// file is a built file.
type file struct {
	mediaType string
	tag       string
	content   []byte
}

// Page has the files of the page by path. It is safe for concurrent use.
type Page struct {
	files map[string]file
}

// New returns the page.
func New() *Page {
	p := &Page{files: map[string]file{}}
	err := fs.WalkDir(built, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := built.ReadFile(name)
		sum := sha256.Sum256(content)
		tag := `"` + hex.EncodeToString(sum[:8]) + `"`
		p.files[strings.TrimPrefix(name, "dist")] = file{mediaType: mediaType(name), tag: tag, content: content}
		return err
	})
	if err != nil {
		panic(err) // they are embedded
	}
	return p
}

// mediaType returns the media type of a file by its name. It does not depend on the machine's tables.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// Has reports whether a request is for the page: for one of its files, or by a browser for one of its
// views. The page has no data, so a client needs no token for it.
func (p *Page) Has(r *http.Request) bool {
	_, ok := p.find(r)
	return ok
}

// find returns the file that answers a request. A view's address is answered with the page, which
// shows it.
func (p *Page) find(r *http.Request) (file, bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return file{}, false
	}
	if f, ok := p.files[r.URL.Path]; ok && r.URL.Path != indexPath {
		return f, true
	}
	if !isView(r.URL.Path) || r.URL.Path != "/" && !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return file{}, false
	}
	f, ok := p.files[indexPath]
	return f, ok
}

const (
	indexPath   = "/index.html"
	assetPrefix = "/assets/" // begins the paths that have a digest of the content in them
)

// isView reports whether a path is one that the page may show, and not one of the server's.
func isView(p string) bool {
	for _, other := range []string{"/api", "/docs", "/openapi.json", "/metrics", "/login", strings.TrimSuffix(assetPrefix, "/")} {
		if p == other || strings.HasPrefix(p, other+"/") {
			return false
		}
	}
	return path.Ext(p) == "" || strings.HasPrefix(p, "/runs/") || strings.HasPrefix(p, "/projects/") || strings.HasPrefix(p, "/recipes/")
}

// ServeHTTP answers a request for the page, for which Has is true.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := p.find(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("ETag", f.tag)
	if strings.HasPrefix(r.URL.Path, assetPrefix) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.mediaType)
	w.Write(f.content) //nolint:errcheck // the client has left
}
