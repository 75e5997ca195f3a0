package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure/diagnosis"
)

// receive takes in a response, and sees to it that its body ends with the call: not each
// body does by itself, such as that of a connection that has switched protocols.
func (c *Call) receive(resp *http.Response) (*http.Response, error) {
	c.mu.Lock()
	c.status = resp.StatusCode
	c.header = resp.Header
	if c.ended {
		c.mu.Unlock()
		resp.Body.Close() //nolint:errcheck // it is not read
		return nil, errStillRunning
	}
	body := resp.Body
	release := context.AfterFunc(c.ctx, func() { body.Close() }) //nolint:errcheck // it only ends the reading
	c.bodies = append(c.bodies, func() {
		release()
		body.Close() //nolint:errcheck // what matters is read
	})
	stream := isStream(resp)
	if stream {
		c.recorder = &recorder{body: body, watchdog: c.watchdog, began: c.began}
		resp.Body = c.recorder
	}
	c.mu.Unlock()
	if resp.StatusCode < http.StatusMultipleChoices {
		c.watchdog.signOfLife()
	} else {
		c.watchdog.extendBySign()
	}
	if stream {
		return resp, nil
	}
	return c.readBody(resp)
}

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

// errorBody is how long the body of an error may take: its status is known already.
const errorBody = 10 * time.Second

// readBody takes in the body of a response that is no stream, as far as it is looked
// at, and gives the SDK that. One that switches protocols has none.
func (c *Call) readBody(resp *http.Response) (*http.Response, error) {
	var body []byte
	var err error
	from := resp.Body
	note := c.watchdog.event
	if resp.StatusCode >= 300 {
		note = c.watchdog.progress
		defer time.AfterFunc(errorBody, func() { from.Close() }).Stop() //nolint:errcheck // it only ends the reading
	}
	if resp.StatusCode >= 200 {
		body, err = readWhole(io.LimitReader(&observedReader{from, note}, diagnosis.MaxBody))
	}
	if resp.StatusCode >= 200 && err == nil {
		drain(from)
	}
	from.Close() //nolint:errcheck // what matters is read
	if err != nil && len(body) == 0 {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if resp.StatusCode >= 200 && resp.StatusCode < 300 { // an error is no beginning of an answer
		c.first = max(time.Since(c.began), 1)
	}
	c.body = string(body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// readWhole reads a body to its end, or to that of the JSON value that it is: some servers
// keep the connection open behind it. What ended the reading of such a value doesn't matter.
func readWhole(from io.Reader) ([]byte, error) {
	var body []byte
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		body = append(body, buf[:n]...)
		switch {
		case err == io.EOF, n > 0 && isWhole(body):
			return body, nil
		case err != nil:
			return body, err
		}
	}
}

// isWhole reports whether a body is a JSON object or array that has come whole.
func isWhole(body []byte) bool {
	body = bytes.TrimSpace(body)
	return bytes.HasSuffix(body, []byte("}")) && bytes.HasPrefix(body, []byte("{")) && json.Valid(body)
}

// drainFor is how long a body whose answer has come is waited for to end by itself, so that
// its connection can be used again.
const drainFor = 50 * time.Millisecond

// drain closes a body of which nothing is wanted any more.
func drain(body io.ReadCloser) {
	defer time.AfterFunc(drainFor, func() { body.Close() }).Stop() //nolint:errcheck // it only ends the reading
	io.Copy(io.Discard, io.LimitReader(body, maxLine))             //nolint:errcheck // what matters is read
	body.Close()                                                   //nolint:errcheck // the same
}

// observedReader is a body whose pieces are events without text: there is no text before it is whole.
type observedReader struct {
	body io.Reader
	note func()
}

func (p *observedReader) Read(b []byte) (int, error) {
	n, err := p.body.Read(b)
	if n > 0 {
		p.note()
	}
	return n, err
}

// recorder is the body of a stream. It passes on what comes, notes signs of life, and
// keeps the last events, since an error that ends a stream is among them. It is safe for
// concurrent use.
type recorder struct {
	body     io.ReadCloser
	watchdog *watchdog
	began    time.Time

	mu       sync.Mutex    // guards what follows
	first    time.Duration // until the first event; 0 before it
	saidDone bool          // "[DONE]" has come
	err      error         // what ended the reading, other than io.EOF
	read     int64
	object   []byte   // all that came, of a body that is a JSON object and no stream
	line     []byte   // the line that is coming in, cut to maxLine
	event    []string // the lines of the event that is coming in
	size     int      // of those lines
	events   []string // the last whole ones
}

const (
	maxAnswer = 32 << 20 // far more than any model writes
	maxLine   = 64 << 10
	maxEvent  = 128 << 10
	keptLast  = 4
)

// Read reads the body; see io.Reader.
func (t *recorder) Read(p []byte) (int, error) {
	if t.complete() {
		return 0, io.EOF
	}
	n, err := t.body.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep(p[:n])
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
		t.takeLine(strings.TrimRight(string(t.line), "\r"))
		t.line = t.line[:0]
		rest = rest[end+1:]
	}
	if data, ok := strings.CutPrefix(string(t.line[:min(len(t.line), maxDone)]), "data:"); ok && saysDone(data) {
		t.takeLine(string(t.line)) // no line may end behind the last one
		t.line = nil
	}
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

func appendUpTo(line, more []byte) []byte {
	return append(line, more[:min(len(more), maxLine-len(line))]...)
}

// keep keeps what comes if it is a JSON object that is called a stream.
func (t *recorder) keep(p []byte) {
	if len(t.object) == 0 {
		if p = bytes.TrimLeft(p, " \t\r\n"); t.size+len(t.line)+len(t.events) > 0 || len(p) == 0 || p[0] != '{' {
			return
		}
	}
	if len(t.object)+len(p) <= diagnosis.MaxBody {
		t.object = append(t.object, p...)
		t.noteEvent()
	}
}

// wholeBody returns what came if it is a JSON object and no stream, else "".
func (t *recorder) wholeBody() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.object)
}

// complete reports whether all has come that counts.
func (t *recorder) complete() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.saidDone || isWhole(t.object)
}

// Close closes the body, at once unless the answer is there.
func (t *recorder) Close() error {
	if t.complete() || t.watchdog.isFinished() {
		drain(t.body)
		return nil
	}
	return t.body.Close()
}

// maxDone is longer than the line by which a stream says that it is done.
const maxDone = 32

// saysDone reports whether data is what a stream says that is done.
func saysDone(data string) bool { return strings.TrimSpace(data) == "[DONE]" }

// takeLine takes a line that is whole.
func (t *recorder) takeLine(line string) {
	line = strings.TrimPrefix(line, "\ufeff") // some servers begin with a byte order mark
	switch data, isData := strings.CutPrefix(line, "data:"); {
	case line == "":
		t.endEvent()
		return
	case line[0] == ':' || isData && t.isPing():
		t.watchdog.signOfLife()
	case isData:
		t.noteEvent()
		t.saidDone = t.saidDone || saysDone(data)
	}
	if t.size += len(line); t.size <= maxEvent {
		t.event = append(t.event, line)
	}
}

// isPing reports whether the event that is coming in is a mere sign of life.
func (t *recorder) isPing() bool {
	return len(t.event) == 1 && strings.TrimSpace(strings.TrimPrefix(t.event[0], "event:")) == "ping"
}

func (t *recorder) noteEvent() {
	if t.first == 0 {
		t.first = max(time.Since(t.began), 1)
	}
	t.watchdog.event()
}

func (t *recorder) endEvent() {
	if len(t.event) == 0 {
		return
	}
	t.events = append(t.events, strings.Join(t.event, "\n"))
	if len(t.events) > keptLast {
		t.events = t.events[1:]
	}
	t.event = nil
	t.size = 0
}

// lastEvents returns the last events as they came.
func (t *recorder) lastEvents() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := append(t.events, strings.Join(append(t.event, string(t.line)), "\n"))
	return strings.Join(all, "\n\n")
}

// readError returns what ended the reading, nil if nothing but the end did.
func (t *recorder) readError() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// done reports whether the stream said "[DONE]".
func (t *recorder) done() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.saidDone
}

// length returns how many bytes came.
func (t *recorder) length() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.read
}

// firstEvent returns how long it took until the first event, 0 if there was none.
func (t *recorder) firstEvent() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first
}
