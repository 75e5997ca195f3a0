package openai

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/openai/openai-go/v3/option"
)

// withoutNullErrors takes "error": null out of the events of a stream. Some servers have it
// in each of them, and the SDK takes the mere name for an error.
func withoutNullErrors(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
	resp, err := next(req)
	if err == nil && resp.Body != nil {
		resp.Body = &nullErrors{ReadCloser: resp.Body, lines: bufio.NewReader(resp.Body)}
	}
	return resp, err
}

// nullErrors is a body that is read line by line.
type nullErrors struct {
	io.ReadCloser
	lines *bufio.Reader
	line  []byte // what is left of the last one
	err   error  // what ended the reading
}

func (n *nullErrors) Read(p []byte) (int, error) {
	if len(n.line) == 0 && n.err == nil {
		n.line, n.err = n.lines.ReadBytes('\n')
		n.line = withoutNullError(n.line)
	}
	if len(n.line) == 0 {
		return 0, n.err
	}
	copied := copy(p, n.line)
	n.line = n.line[copied:]
	return copied, nil
}

// withoutNullError returns a line of a stream without an error that is null.
func withoutNullError(line []byte) []byte {
	data, ok := bytes.CutPrefix(line, []byte("data:"))
	if !ok || !bytes.Contains(data, []byte(`"error"`)) {
		return line
	}
	var event map[string]json.RawMessage
	if json.Unmarshal(data, &event) != nil || string(event["error"]) != "null" {
		return line
	}
	delete(event, "error")
	data, _ = json.Marshal(event) // what was read can be written
	return append(append([]byte("data: "), data...), '\n')
}
