package wire

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
)

// material collects the text of a request: first what stands above the
// conversation, then the messages.
type material struct {
	text   strings.Builder
	system int // where the messages begin
	last   string
	marks  []Mark
}

// add appends a piece of text and, if it is to be cached up to here, a mark.
func (m *material) add(text string, cache *object) {
	if m.text.Len() > 0 {
		m.text.WriteByte('\n')
	}
	m.text.WriteString(text)
	if cache == nil {
		return
	}
	ttl := 5 * time.Minute
	if cache.Text("ttl") == "1h" {
		ttl = time.Hour
	}
	m.marks = append(m.marks, Mark{End: m.text.Len(), TTL: ttl})
}

// content appends what a message holds: a text, or a list of parts.
func (m *material) content(v any) string {
	said := contentText(v)
	parts, ok := v.([]any)
	if !ok {
		m.add(said, nil)
		return said
	}
	for _, p := range parts {
		part, _ := p.(*object)
		m.add(contentText([]any{p}), part.Child("cache_control"))
	}
	return said
}

// contentText returns the text of a message's content. What is not text counts as
// its name, so that a picture is not nothing.
func contentText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var texts []string
		for _, p := range v {
			part, ok := p.(*object)
			switch {
			case !ok:
			case part.Has("text"):
				texts = append(texts, part.Text("text"))
			case part.Has("content"): // the result of a tool
				texts = append(texts, contentText(part.Get("content")))
			default:
				texts = append(texts, "["+part.Text("type")+"]")
			}
		}
		return strings.Join(texts, "\n")
	}
	return ""
}

// fill moves what was collected into a request.
func (m *material) fill(r *Request) {
	all := m.text.String()
	if m.system > 0 {
		r.System = all[:m.system]
		all = strings.TrimPrefix(all[m.system:], "\n")
	} else {
		for i := range m.marks {
			m.marks[i].End++ // Text puts a line end before the messages
		}
	}
	r.Prompt = all
	r.Last = m.last
	r.Marks = m.marks
	if r.Last == "" {
		r.Last = r.Prompt
	}
}

// bearer returns the key of an Authorization header, or "".
func bearer(header string) string {
	kind, key, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(kind, "Bearer") {
		return ""
	}
	return strings.TrimSpace(key)
}

// Key returns the key that a request brings, wherever it stands, or "".
func Key(r *http.Request) string {
	for _, name := range []string{"x-api-key", "x-goog-api-key", "api-key"} {
		if key := r.Header.Get(name); key != "" {
			return key
		}
	}
	return cmp.Or(bearer(r.Header.Get("authorization")), r.URL.Query().Get("key"))
}

// rejected says whether a key is one that stands for a wrong key.
func rejected(key string) bool { return key == "invalid" || strings.HasPrefix(key, "invalid-") }

// unknownKey returns the first key of an object that is not in a list, or "".
func unknownKey(o *object, list string) string {
	for _, key := range o.Keys() {
		if !listed(list, key) {
			return key
		}
	}
	return ""
}

// listed says whether a word is in a list of words.
func listed(list, word string) bool {
	return slices.Contains(strings.Fields(list), word)
}

// whole returns a member that is a whole number, and whether it is one.
func whole(o *object, key string) (int, bool) {
	f, ok := o.Float(key)
	if !ok || f != float64(int(f)) {
		return 0, false
	}
	return int(f), true
}

// limitOf returns the limit that a client asked for, or -1.
func limitOf(o *object, key string) int {
	if n, ok := whole(o, key); ok {
		return n
	}
	return -1
}

// decode reads a body that must be a JSON object.
func decode(body []byte) (*object, error) {
	v, err := jsondoc.Decode(body)
	if err != nil {
		return nil, err
	}
	o, _ := v.(*object)
	return o, nil
}
