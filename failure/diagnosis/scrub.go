package diagnosis

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/cineforge/cineforge/internal/plaintext"
)

// MinSecret is how many bytes a key has at least that is taken out of texts. A shorter
// one, such as "x" or "ollama" for a server that wants none, is no secret, and would take
// letters out of ordinary words.
const MinSecret = 8

// maxID bounds a name that comes from outside, such as the id of a request.
const maxID = 200

// Scrub makes text from outside fit to be stored and shown: one line of printable
// characters, at most so many bytes, without the key that was used ("" for none) and
// without what looks like a key.
func Scrub(text, key string, most int) string {
	text = withoutKey(text, key)
	text = plaintext.Line(shorten(text, maxMessage))
	text = withoutKey(strings.Join(strings.Fields(text), " "), key) // what stood between its letters is gone
	return shorten(Redact(text), most)
}

// withoutKey takes a key out of a text, also as URLs and JSON write it, the former in letters of
// any size.
func withoutKey(text, key string) string {
	if len(key) < MinSecret {
		return text
	}
	written, _ := json.Marshal(key) // a string always can be
	for _, form := range []string{key, url.QueryEscape(key), url.PathEscape(key), strings.Trim(string(written), `"`)} {
		text = strings.ReplaceAll(text, form, "[key]")
		text = strings.ReplaceAll(text, escapes.ReplaceAllStringFunc(form, strings.ToLower), "[key]")
	}
	return text
}

// escapes are bytes as URLs write them.
var escapes = regexp.MustCompile(`%[0-9A-F]{2}`)

// Redact takes what looks like a key out of a text.
func Redact(text string) string {
	text = keyForms.ReplaceAllString(text, "[key]")
	return introduced.ReplaceAllStringFunc(text, func(found string) string {
		m := introduced.FindStringSubmatch(found)
		if intro, token := m[1], m[2]; secretive(intro, token) {
			return intro + "[key]"
		}
		return found
	})
}

// keyForms are the forms of the vendors' keys and tokens.
var keyForms = regexp.MustCompile(
	`\b(?:sk-[A-Za-z0-9_*-]{6,}|AIza[\w-]{10,}|gsk_\w{8,}|xai-\w{8,}|r8_\w{8,}|hf_\w{8,}|pplx-\w{8,}|nvapi-[\w-]{8,}|ya29\.[\w-]{8,}|eyJ[\w-]{10,}\.[\w.-]{10,}|AKIA[A-Z0-9]{12,})`,
)

// introduced are words by which a key is introduced, and what follows them.
var introduced = regexp.MustCompile(`((?i:bearer |x-api-key: ?|api[_-]?key[=:] ?|[?&]key=))([\w.~+/*-]{6,})`)

// secretive reports whether what follows an introduction is a key and no ordinary word.
func secretive(intro, token string) bool {
	const longerThanWords = 20
	return strings.HasSuffix(intro, "key=") && strings.ContainsAny(intro, "?&") || len(token) >= longerThanWords ||
		strings.ContainsAny(strings.TrimRight(token, "."), "0123456789._~+/*")
}
