package wire

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"cineforge/failure/diagnosis"
)

// isStream reports whether a response is an answer that comes in pieces. Some
// servers call it by another name, so that only what is surely none is taken out.
func isStream(resp *http.Response) bool {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return false
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return true
	}
	return kind != "application/json" && kind != "text/html"
}

// hold takes in the body of a response that is no stream, as far as it is looked
// at, and gives the SDK that.
func (c *Call) hold(resp *http.Response) (*http.Response, error) {
	if resp.StatusCode < 300 { // an error is no beginning of an answer
		c.first = max(time.Since(c.began), 1)
		c.watch.life(true)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, diagnosis.MaxBody))
	resp.Body.Close() //nolint:errcheck // what matters is read
	if err != nil && len(body) == 0 {
		return nil, err
	}
	c.held = string(body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// tape is the body of a stream. It passes on what comes, notes signs of life, and
// keeps the last events, since an error that ends a stream is among them.
type tape struct {
	body  io.ReadCloser
	watch *watch
	began time.Time

	first  time.Duration // until the first event; 0 before it
	done   bool          // "[DONE]" has come
	err    error         // what ended the reading, other than io.EOF
	read   int64
	line   []byte   // the line that is coming in, cut to maxLine
	event  []string // the lines of the event that is coming in
	size   int      // of those lines
	events []string // the last whole ones
	pings  int      // signs of life without content in a row
}

const (
	maxAnswer = 32 << 20 // far more than any model writes
	maxLine   = 64 << 10
	maxEvent  = 128 << 10
	keptLast  = 4
	// maxPings is how many signs of life in a row count without content: a server
	// that only pings has stopped.
	maxPings = 3
)

// errOversize means that an answer does not end.
var errOversize = fmt.Errorf("the answer is larger than any model writes: %w", diagnosis.ErrMalformed)

// Read reads the body; see io.Reader.
func (t *tape) Read(p []byte) (int, error) {
	n, err := t.body.Read(p)
	if t.read += int64(n); t.read > maxAnswer {
		err = errOversize
	}
	for rest := p[:n]; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			t.line = appendUpTo(t.line, rest)
			break
		}
		t.line = appendUpTo(t.line, rest[:end])
		t.ended(strings.TrimRight(string(t.line), "\r"))
		t.line, rest = t.line[:0], rest[end+1:]
	}
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

func appendUpTo(line, more []byte) []byte {
	return append(line, more[:min(len(more), maxLine-len(line))]...)
}

// Close closes the body.
func (t *tape) Close() error { return t.body.Close() }

// ended takes a line that is whole.
func (t *tape) ended(line string) {
	switch data, isData := strings.CutPrefix(line, "data:"); {
	case line == "":
		t.flush()
		return
	case line[0] == ':' || isData && t.isPing():
		t.ping()
	case isData:
		t.content()
		t.done = t.done || strings.TrimSpace(data) == "[DONE]"
	}
	if t.size += len(line); t.size <= maxEvent {
		t.event = append(t.event, line)
	}
}

// isPing reports whether the event that is coming in is a mere sign of life.
func (t *tape) isPing() bool {
	return len(t.event) == 1 && strings.TrimSpace(strings.TrimPrefix(t.event[0], "event:")) == "ping"
}

func (t *tape) ping() {
	if t.pings++; t.first > 0 && t.pings <= maxPings {
		t.watch.life(false)
	}
}

func (t *tape) content() {
	t.pings = 0
	if t.first == 0 {
		t.first = max(time.Since(t.began), 1)
		t.watch.life(true)
		return
	}
	t.watch.life(false)
}

func (t *tape) flush() {
	if len(t.event) == 0 {
		return
	}
	t.events = append(t.events, strings.Join(t.event, "\n"))
	if len(t.events) > keptLast {
		t.events = t.events[1:]
	}
	t.event, t.size = nil, 0
}

// last returns the last events as they came.
func (t *tape) last() string {
	all := append(t.events, strings.Join(append(t.event, string(t.line)), "\n"))
	return strings.Join(all, "\n\n")
}
