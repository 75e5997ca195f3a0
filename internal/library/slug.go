package library

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/argument"
	"github.com/cineforge/cineforge/screenplay/document"
)

// ProposeProject proposes a slug and a name for a project by what a script says of
// itself, else by the name of its file.
func (s *Service) ProposeProject(ctx context.Context, fileName string, beginning []byte) (slug, name string) {
	name = titled(strings.TrimSuffix(filepath.Base(fileName), filepath.Ext(fileName)))
	if doc, err := s.documents.Read(ctx, fileName, beginning); err == nil {
		name = cmp.Or(document.Summary(doc).Title, name)
	}
	name = strings.Join(strings.FieldsFunc(name, isGap), " ")
	return Slug(name + ".x"), name
}

// isGap reports whether a rune stands between the words of a file's name.
func isGap(r rune) bool { return r == '_' || r == ' ' || r == '\t' }

// titled begins each word of a file's name with a capital: my_story is "My Story".
func titled(name string) string {
	words := strings.FieldsFunc(name, isGap)
	for i, w := range words {
		r, size := utf8.DecodeRuneInString(w)
		if r == utf8.RuneError {
			continue // a byte that is no text stays as it is
		}
		words[i] = string(unicode.ToTitle(r)) + w[size:]
	}
	return strings.Join(words, " ")
}

// SlugPattern is the form of the ids of projects.
const SlugPattern = `^[a-z0-9][a-z0-9-]{0,62}$`

var slugPattern = regexp.MustCompile(SlugPattern)

// CheckSlug returns a failure of class input if a text can't be a project's slug.
func CheckSlug(slug string) error {
	if slugPattern.MatchString(slug) {
		return nil
	}
	return failure.New(failure.Input, fmt.Sprintf("%q can't be a project", slug),
		"use small letters, digits and dashes, beginning with a letter or digit")
}

// CutSlug shortens a slug to the length that it may have.
func CutSlug(slug string) string { return strings.TrimRight(slug[:min(len(slug), maxSlug)], "-") }

// Slug makes a project's name of a file's. A name of which too little is left that way, as it
// has no Latin letters and digits, or bytes that are no text, gives one with its digest, so
// that two such files are two projects.
func Slug(fileName string) string {
	fileName = argument.Name(fileName)
	name := strings.ToLower(strings.TrimSuffix(fileName, filepath.Ext(fileName)))
	slug := strings.Trim(notSlug.ReplaceAllString(name, "-"), "-")
	most := maxSlug
	suffix := ""
	if slug == "" || argument.Odd(fileName) {
		sum := sha256.Sum256([]byte(fileName))
		suffix = "-" + hex.EncodeToString(sum[:4])
		most = maxSlug - len(suffix)
		slug = cmp.Or(slug, "script")
	}
	if len(slug) > most {
		slug = strings.TrimRight(slug[:most], "-")
	}
	return slug + suffix
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

const maxSlug = 60
