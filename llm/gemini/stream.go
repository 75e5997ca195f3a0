package gemini

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
)

// transport stands between the SDK and the wire. The SDK takes a key from the environment
// where it is given none, and takes less of the form of event streams, and of numbers in
// them, than servers and proxies send.
type transport struct {
	wire http.RoundTripper
	key  string // "" for a server that wants none
}

// keyHeader carries the key.
const keyHeader = "X-Goog-Api-Key"

// noKey is what the SDK is given for a server that wants no key. It is never sent.
const noKey = "none"

// RoundTrip makes a request that carries the endpoint's key, or none; see http.RoundTripper.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	if req.Header.Del(keyHeader); t.key != "" {
		req.Header.Set(keyHeader, t.key)
	}
	resp, err := t.wire.RoundTrip(req)
	if err == nil && resp.StatusCode >= 200 && resp.StatusCode < 300 {
		resp.Body = &events{body: resp.Body}
	}
	return resp, err
}

// events is an event stream in the one form that the SDK takes: events of one line of data,
// with numbers in usage that it can read. What is no line of an event stream, such as an error
// that was sent in place of one, is passed on as it is.
type events struct {
	body   io.ReadCloser
	buffer [4096]byte
	begun  bool   // the first line is whole
	line   []byte // that is coming in
	data   []byte // of the event that is coming in
	other  []byte // its lines that are no lines of events
	ping   bool   // it is a mere sign of life
	ready  []byte // what the SDK can have
	err    error  // what ended the reading
}

// Read gives what is ready, as soon as anything is; see io.Reader.
func (e *events) Read(p []byte) (int, error) {
	for len(e.ready) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		n, err := e.body.Read(e.buffer[:])
		e.take(e.buffer[:n])
		if e.err = err; err == io.EOF { // what broke off is not whole
			e.ended()
			e.flush()
		}
	}
	n := copy(p, e.ready)
	e.ready = e.ready[n:]
	return n, nil
}

// Close closes the body.
func (e *events) Close() error { return e.body.Close() }

func (e *events) take(piece []byte) {
	for {
		line, rest, whole := bytes.Cut(piece, []byte("\n"))
		e.line = append(e.line, line...)
		if !whole {
			return
		}
		if e.ended(); len(e.line) == 0 {
			e.flush()
		}
		e.line = e.line[:0]
		piece = rest
	}
}

// ended takes a line that is whole. Comments, ids and times for another connection say
// nothing about an answer.
func (e *events) ended() {
	e.line = bytes.TrimSuffix(e.line, []byte("\r"))
	if !e.begun {
		e.line = bytes.TrimPrefix(e.line, []byte("\ufeff"))
		e.begun = true
	}
	field, value, _ := bytes.Cut(e.line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch string(field) {
	case "", "id", "retry":
	case "event":
		e.ping = string(value) == "ping"
	case "data":
		if len(e.data) > 0 {
			e.data = append(e.data, ' ') // JSON has line breaks only where it may have spaces
		}
		e.data = append(e.data, value...)
	default:
		e.other = append(append(e.other, e.line...), '\n')
	}
}

// flush makes an event that is whole ready.
func (e *events) flush() {
	if len(e.other) > 0 {
		e.ready = append(append(e.ready, e.other...), '\n')
	}
	if done := string(e.data) == "[DONE]"; len(e.data) > 0 && !done && !e.ping {
		e.ready = append(append(append(e.ready, "data: "...), readable(e.data)...), "\n\n"...)
	}
	e.data = e.data[:0]
	e.other = e.other[:0]
	e.ping = false
}

// counts are the members of usageMetadata that are looked at.
var counts = [...]string{
	"promptTokenCount", "toolUsePromptTokenCount", "cachedContentTokenCount", "candidatesTokenCount", "thoughtsTokenCount",
}

// readable returns a chunk with none but the numbers of tokens that are looked at, each as
// one that the SDK can read: those that are none count as not reported.
func readable(chunk []byte) []byte {
	const usage = "usageMetadata"
	var members map[string]json.RawMessage
	if !bytes.Contains(chunk, []byte(usage)) || json.Unmarshal(chunk, &members) != nil || members[usage] == nil {
		return chunk
	}
	reported := map[string]json.RawMessage{}
	kept := map[string]int32{}
	if json.Unmarshal(members[usage], &reported) == nil {
		for _, name := range counts {
			if n, ok := count(string(reported[name])); ok {
				kept[name] = n
			}
		}
	}
	members[usage], _ = json.Marshal(kept) // it always can be
	clean, err := json.Marshal(members)
	if err != nil {
		return chunk
	}
	return clean
}

// count reads a number of tokens. One that is too large stays as large as can be, and is
// bounded later by what the call can have taken; what is no whole number is none.
func count(reported string) (int32, bool) {
	n, err := strconv.ParseFloat(reported, 64)
	if whole := n == math.Trunc(n); !whole || err != nil && !math.IsInf(n, 0) {
		return 0, false
	}
	return int32(max(math.MinInt32, min(n, math.MaxInt32))), true
}
