package diagnosis

import (
	"encoding/json"
	"html"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// reading is what a body says, taken apart.
type reading struct {
	faults  []fault  // the error objects in it, the one that tells most first
	finish  []string // the reasons that it gives for an answer's end, the last first
	text    string   // what it says in words outside of any object
	number  int      // a status that the words begin with
	html    bool
	empty   bool // there was nothing in it
	answer  bool // it holds an answer or a piece of one
	relayed bool // it is what a hub says of a provider behind it
	hollow  bool // it holds an answer that says it is complete and has no content

	enveloped bool // an error object is in the form of a model's API, and not in that of any server
}

// finishReason returns the reason given last, or "".
func (r reading) finishReason() string {
	if len(r.finish) == 0 {
		return ""
	}
	return r.finish[0]
}

// read takes a body apart. It takes time in proportion to the body's length.
func read(body string) reading {
	body = strings.TrimSpace(strings.ToValidUTF8(strings.TrimPrefix(body, "\uFEFF"), "\uFFFD"))
	var r reading
	switch {
	case body == "":
		r.empty = true
	case isHTML(body):
		r.html = true
		r.say(pageText(body))
	case isEventStream(body):
		r.events(body)
	default:
		r.document(body)
	}
	return r
}

// say takes words that stand outside of any object.
func (r *reading) say(text string) {
	text = strings.TrimSpace(text)
	if text == "" || len(r.text) > mostText {
		return
	}
	if r.text != "" {
		text = r.text + "\n" + text
	}
	r.text = text
	if m := leadingStatus.FindStringSubmatch(text); m != nil && r.number == 0 {
		r.number, _ = strconv.Atoi(m[1])
	}
}

// mostText is how many bytes of words are taken from outside of objects.
const mostText = 16 << 10

// leadingStatus finds the status that a client prints before a failure's words.
var leadingStatus = regexp.MustCompile(
	`^(?:HTTP |Error code: |HTTP error |[\w ]{0,40}\(|[\w.-]{1,80} \| |[\w ]{0,40}status code:? )?([3-5]\d\d)\b`,
)

// document reads one body that is no stream: a JSON value or several, or words
// with or without an object among them.
func (r *reading) document(body string) {
	if values, ok := jsonValues(body); ok {
		for _, v := range values {
			r.inspect(v, 0)
		}
		return
	}
	lead, v, rest := embedded(body, true)
	r.say(lead)
	if v != nil {
		r.inspect(v, 0)
		r.numbered(lead, 0)
		if len(r.faults) == 0 {
			r.say(rest)
		}
	}
	r.assignments(body)
	if code := exceptionName(r.text); code != "" {
		r.faults = append(r.faults, fault{codes: []string{code}, message: afterException(r.text)})
	}
}

// jsonValues reads a body that is JSON throughout.
func jsonValues(body string) (values []any, ok bool) {
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	for {
		var v any
		switch err := d.Decode(&v); {
		case err == io.EOF:
			return values, true
		case err != nil:
			return nil, false
		}
		if text, isText := v.(string); isText { // an object that was encoded twice, or mere words
			if inner, ok := parseWhole(text); ok {
				v = inner
			} else {
				v = map[string]any{"message": text}
			}
		}
		values = append(values, v)
	}
}

// parseWhole reads text that is one object or list.
func parseWhole(text string) (any, bool) {
	text = strings.TrimSpace(text)
	if text == "" || text[0] != '{' && text[0] != '[' {
		return nil, false
	}
	v, _, ok := parseObject(text)
	return v, ok
}

// maxStarts bounds how many brackets are tried as the beginning of an object.
const maxStarts = 8

// embedded finds the object among words, and what stands before and behind it.
// Brackets that open something else are passed over, and so is what is quoted
// unless a quotation may be a log's way of printing a body.
func embedded(text string, alsoQuoted bool) (lead string, v any, rest string) {
	tried := 0
	last := byte(' ')
	open := map[byte]bool{} // marks that nothing closes from here on
	for i := 0; i < len(text) && tried < maxStarts; i++ {
		c := text[i]
		switch {
		case c == '{' || c == '[' || c == '(':
			tried++
			if v, rest, ok := parseObject(text[i:]); ok && describesFailure(v) {
				return text[:i], v, rest
			}
		case !alsoQuoted && opensQuotation(c, last) && !open[c]:
			n := closing(text[i+1:], c)
			open[c] = n < 0
			i += n + 1
		}
		last = c
	}
	return text, nil, ""
}

// describesFailure reports whether a value that was found among words can be a failure's
// object or an answer's.
func describesFailure(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) > 0 && describesFailure(v[0])
	case map[string]any:
		for _, name := range [...]string{"error", "errors", "message", "errorDescription", "type", "code", "detail", "finishReason",
			"finish_reason",
			"candidates", "choices", "promptFeedback", "stop_reason", "response", "headers", "body", "grpc_message"} {
			if _, ok := v[name]; ok {
				return true
			}
		}
	}
	return false
}

// isEventStream reports whether a body has the lines of server-sent events.
func isEventStream(body string) bool {
	return strings.HasPrefix(body, "event:") || strings.HasPrefix(body, "data:") ||
		strings.Contains(body, "\ndata:") || strings.HasPrefix(body, "id:")
}

// events reads server-sent events. What stands between them without a field name
// is read as a document of its own: Google's servers write errors so.
func (r *reading) events(body string) {
	var data, stray strings.Builder
	flush := func() {
		if text := strings.TrimSpace(data.String()); text != "" && text != "[DONE]" {
			values, ok := jsonValues(text)
			if v, loose := parseWhole(text); !ok && loose {
				values = []any{v}
				ok = true
			}
			for _, v := range values {
				r.inspect(v, 0)
			}
			if !ok {
				r.say(text)
			}
		}
		data.Reset()
	}
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\r\n")
		switch value, isData := strings.CutPrefix(line, "data:"); {
		case isData:
			data.WriteString(value + "\n")
		case line == "":
			flush()
		case line[0] == ':' || strings.HasPrefix(line, "event:") || strings.HasPrefix(line, "id:") || strings.HasPrefix(line, "retry:"):
		default:
			stray.WriteString(line + "\n")
		}
	}
	flush()
	if text := strings.TrimSpace(stray.String()); text != "" {
		r.document(text)
	}
}

func isHTML(body string) bool {
	head := strings.ToLower(body[:min(len(body), 512)])
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html") ||
		strings.HasPrefix(head, "<head") || strings.HasPrefix(head, "<?xml") && strings.Contains(head, "<html")
}

var (
	titles   = regexp.MustCompile(`(?is)<(?:title|h1)[^>]*>(.*?)</(?:title|h1)>`)
	tags     = regexp.MustCompile(`<[^>]*>`)
	anyBlank = regexp.MustCompile(`\s+`)
)

// maxTitles bounds how many headings of a page are read.
const maxTitles = 4

// pageText returns the headings of a page, which say what it is about.
func pageText(body string) string {
	var lines []string
	for _, m := range titles.FindAllStringSubmatch(body, maxTitles) {
		text := anyBlank.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(m[1], " ")), " ")
		lines = append(lines, strings.TrimSpace(text))
	}
	return strings.Join(lines, "\n")
}

// assigned finds the reasons for an answer's end in programs' own print of it.
var assigned = regexp.MustCompile(`(?m)^\W{0,3}(?:stop_reason|finish_?[rR]eason|block_?[rR]eason)["']?\s*[:=]\s*["']?([A-Za-z_]+)`)

func (r *reading) assignments(body string) {
	if len(r.faults) > 0 || len(r.finish) > 0 {
		return
	}
	if m := assigned.FindStringSubmatch(body); m != nil {
		r.answer = true
		r.finish = append(r.finish, m[1])
	}
}

// exceptions find the name of an AWS exception in the words that its SDKs make of
// it, and the name of a gRPC status likewise.
var exceptions = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^(?:[\w. ]{0,60}: ?)?An error occurred \((\w+)\) when calling the \w+ operation[^:]{0,60}(?:: \d+\))?: `),
	regexp.MustCompile(`^(?:[\w.]{0,80}\.)?([A-Za-z]+Exception)(?:$|: )`),
	regexp.MustCompile(`rpc error: code = (\w+) desc = `),
	regexp.MustCompile(`\bgrpc_status: ?(\d{1,2})\b`),
	regexp.MustCompile(`^(?:[3-5]\d\d )?([A-Z]+(?:_[A-Z]+)+|UNAVAILABLE|INTERNAL)\b`),
	regexp.MustCompile(`StatusCode\.([A-Z_]+)`),
	regexp.MustCompile(`^(?:Error: )?([a-z]+(?:_[a-z]+)*_error): `),
}

func exceptionName(text string) string {
	for _, re := range exceptions {
		if m := re.FindStringSubmatch(text); m != nil {
			if name, ok := grpcNames[m[1]]; ok {
				return name
			}
			return m[1]
		}
	}
	return ""
}

// afterException returns what an exception says.
func afterException(text string) string {
	for _, re := range exceptions[:3] {
		if at := re.FindStringIndex(text); at != nil {
			return text[at[1]:]
		}
	}
	return text
}
