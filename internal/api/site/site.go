// Package site serves the page for operators: its files, and at the address of each of its views the
// document that shows it.
package site

import (
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/transfer"
	"github.com/cineforge/cineforge/internal/page"
)

// file is a built file.
type file struct {
	mediaType string
	tag       string
	content   transfer.Content
}

// Site has the files of the page by their paths. It is safe for concurrent use.
type Site struct {
	files map[string]*file
	index *file
}

// New returns the site of the page that the program has.
func New() *Site {
	s := &Site{files: map[string]*file{}}
	files := page.Files()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		s.files["/"+name] = &file{mediaType: mediaType(name), tag: endpoint.Tag(content), content: transfer.Precompressed(content)}
		return err
	})
	if err != nil {
		panic(err) // they are embedded
	}
	s.index = s.files["/"+page.Index]
	delete(s.files, "/"+page.Index) // its address is that of a view
	return s
}

// mediaTypes are those of the page's files. The tables of the machine have no part in it.
var mediaTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".webp":  "image/webp",
	".woff2": "font/woff2",

	".fountain": "text/plain; charset=utf-8", // the sample
}

func mediaType(name string) string {
	if t, ok := mediaTypes[path.Ext(name)]; ok {
		return t
	}
	return "application/octet-stream"
}

// Has reports whether a request is for the page. There is no data in it, so that a client needs no
// token for it.
func (s *Site) Has(r *http.Request) bool {
	found, _ := s.find(r)
	return found != nil
}

// find returns what answers a request, and with which status; nil if the request is not for the page.
// A browser gets the page at any path that is not the server's, so that a broken link
// is shown in the page; a program gets a problem there.
func (s *Site) find(r *http.Request) (found *file, status int) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil, 0
	}
	if f := s.files[r.URL.Path]; f != nil {
		return f, http.StatusOK
	}
	section, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	accept := strings.Join(r.Header.Values("Accept"), ",")
	html := strings.Contains(accept, "text/html")
	switch {
	case slices.Contains(servers, section):
		return nil, 0
	case slices.Contains(sections, section) && (html || anything(accept)):
		return s.index, http.StatusOK
	case html:
		return s.index, http.StatusNotFound
	}
	return nil, 0
}

// anything reports whether a client takes what there is. One that names JSON is a program that has
// left out /api.
func anything(accept string) bool {
	return accept == "" || strings.Contains(accept, "*/*") && !strings.Contains(accept, "json")
}

// sections begin the addresses of views. What comes behind them is the page's to tell apart.
var sections = []string{"", "new", "projects", "runs", "providers", "incident", "drills", "recipes", "settings"}

// servers begin the paths that are the server's own, whether there is something or not. So are the
// assets: one that is not there belongs to an older page, which has to see that.
var servers = []string{"api", "docs", "openapi.json", "metrics", "login", assets}

// assets is the folder whose files have a digest of their content in their names.
const assets = "assets"

// ServeHTTP answers a request for which Has is true.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, status := s.find(r)
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if f == s.index {
		h.Set("Vary", "Accept")
	} else if strings.HasPrefix(r.URL.Path, "/"+assets+"/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("ETag", f.tag)
	if status == http.StatusOK && endpoint.Matches(r.Header.Get("If-None-Match"), f.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.mediaType)
	f.content.Write(w, r, status)
}
