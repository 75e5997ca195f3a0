package simulator

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Transport returns a RoundTripper that reaches the simulator without a socket,
// whatever the host of a request, except the host that a hostile redirect leads to,
// which has no address. Time in it is that of package time, so it works in
// testing/synctest bubbles, and it plays what a server on a port can't: that nobody
// listens, that a host has no address, that a certificate is not to be trusted.
func (s *Simulator) Transport() http.RoundTripper { return transport{s} }

type transport struct{ sim *Simulator }

// RoundTrip serves a request in process. The bodies are streams, and end with the
// cause of the request's context when that is done, as those of net/http do.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	if r.Context().Err() != nil {
		_ = r.Body.Close() // nobody will read it
		return nil, context.Cause(r.Context())
	}
	if r.URL.Hostname() == redirectHost {
		_ = r.Body.Close()
		return nil, connectionError("dns", redirectHost)
	}
	ctx, cancel := context.WithCancel(r.Context())
	pr, pw := io.Pipe()
	x := &exchange{request: r, header: http.Header{}, pr: pr, pw: pw, cancel: cancel, result: make(chan result, 1), closed: make(chan struct{})}
	stop := context.AfterFunc(r.Context(), func() {
		pw.CloseWithError(context.Cause(r.Context()))
		_ = r.Body.Close() // ends the wait for a request that does not come
	})
	go func() {
		defer cancel()
		defer stop()
		x.serve(t.sim, r.WithContext(ctx))
	}()
	select {
	case res := <-x.result:
		return res.response, res.err
	case <-r.Context().Done():
		x.hangUp()
		return nil, context.Cause(r.Context())
	}
}

// result is what a round trip comes to.
type result struct {
	response *http.Response
	err      error
}

// exchange is one request and its answer. It is used by the goroutine of the handler.
type exchange struct {
	request  *http.Request
	header   http.Header
	pr       *io.PipeReader
	pw       *io.PipeWriter
	cancel   context.CancelFunc
	result   chan result
	answered bool
	closed   chan struct{} // closed when a switched connection is
	once     sync.Once
}

// serve runs the handler, and ends the body as it ended.
func (x *exchange) serve(h http.Handler, r *http.Request) {
	defer func() { _ = x.request.Body.Close() }() // it was read
	err := x.run(h, r)
	if x.request.Context().Err() != nil {
		err = context.Cause(x.request.Context())
	}
	if err == nil {
		x.WriteHeader(http.StatusOK) // as net/http does for a handler that says nothing
	}
	if !x.answered {
		x.fail(err)
	}
	x.pw.CloseWithError(err) // nil is a clean end
}

// run calls the handler, and returns an error if it aborts.
func (x *exchange) run(h http.Handler, r *http.Request) (err error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler:
			err = io.ErrUnexpectedEOF
		default:
			err = fmt.Errorf("simulator: panic: %v", v)
		}
	}()
	h.ServeHTTP(x, r)
	return nil
}

// fail ends the round trip without an answer.
func (x *exchange) fail(err error) {
	if !x.answered {
		x.answered = true
		x.result <- result{err: err}
	}
}

// hangUp closes a connection that was switched to another protocol.
func (x *exchange) hangUp() { x.once.Do(func() { close(x.closed) }) }

func (x *exchange) Header() http.Header { return x.header }

func (x *exchange) WriteHeader(status int) {
	if x.answered {
		return
	}
	x.answered = true
	h := x.header.Clone()
	if h.Get("Date") == "" {
		h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	if status == http.StatusSwitchingProtocols {
		x.respond(status, h, switchedBody{x}, 0)
		return
	}
	length := int64(-1)
	if _, err := fmt.Sscan(h.Get("Content-Length"), &length); err != nil {
		length = -1
	}
	x.respond(status, h, answerBody{x.pr, x.cancel}, length)
}

// respond ends the round trip with an answer.
func (x *exchange) respond(status int, h http.Header, body io.ReadCloser, length int64) {
	resp := &http.Response{
		Status: statusLine(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: body, ContentLength: length, Request: x.request,
	}
	decompress(resp)
	x.result <- result{response: resp}
}

// statusLine returns a status as net/http's server writes it.
func statusLine(status int) string {
	text := http.StatusText(status)
	if text == "" {
		text = fmt.Sprintf("status code %d", status)
	}
	return fmt.Sprintf("%d %s", status, text)
}

func (x *exchange) Write(b []byte) (int, error) {
	x.WriteHeader(http.StatusOK)
	return x.pw.Write(b)
}

// Flush sends the headers; bytes are never held back.
func (x *exchange) Flush() { x.WriteHeader(http.StatusOK) }

// answerBody is the client's end of a body. To close it is to go away.
type answerBody struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (b answerBody) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}
