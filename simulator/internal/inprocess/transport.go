// Package inprocess connects an HTTP client and a handler without a socket, as net/http does
// with one: with streams as bodies, broken connections, and protocols that are switched.
package inprocess

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Transport is a RoundTripper that serves requests in process by a handler.
type Transport struct {
	Handler http.Handler

	// NoAddress is a host that has no address.
	NoAddress string
}

// RoundTrip serves a request in process. The bodies are streams, and end with the
// cause of the request's context when that is done, as those of net/http do.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	if r.Context().Err() != nil {
		_ = r.Body.Close() // it will not be read
		return nil, context.Cause(r.Context())
	}
	if host := r.URL.Hostname(); host == t.NoAddress {
		_ = r.Body.Close()
		return nil, connectionError("dns", host)
	}
	ctx, cancel := context.WithCancel(r.Context())
	pr, pw := io.Pipe()
	x := &Exchange{
		request: r,
		header:  http.Header{},
		pr:      pr,
		pw:      pw,
		cancel:  cancel,
		result:  make(chan result, 1),
		closed:  make(chan struct{}),
	}
	stop := context.AfterFunc(r.Context(), func() {
		pw.CloseWithError(context.Cause(r.Context()))
		_ = r.Body.Close() // ends the wait for a request that does not come
	})
	go func() {
		defer cancel()
		defer stop()
		x.serve(t.Handler, r.WithContext(ctx))
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

// Exchange is one request and its answer, as the handler's ResponseWriter. It is used by the
// goroutine of the handler.
type Exchange struct {
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
func (x *Exchange) serve(h http.Handler, r *http.Request) {
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
func (x *Exchange) run(h http.Handler, r *http.Request) (err error) {
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
func (x *Exchange) fail(err error) {
	if !x.answered {
		x.answered = true
		x.result <- result{err: err}
	}
}

// hangUp closes a connection that was switched to another protocol.
func (x *Exchange) hangUp() { x.once.Do(func() { close(x.closed) }) }

// Header returns the header of the response; see [http.ResponseWriter].
func (x *Exchange) Header() http.Header { return x.header }

// WriteHeader begins the response; see [http.ResponseWriter].
func (x *Exchange) WriteHeader(status int) {
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
func (x *Exchange) respond(status int, h http.Header, body io.ReadCloser, length int64) {
	resp := &http.Response{
		Status: StatusLine(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: body, ContentLength: length, Request: x.request,
	}
	decompress(resp)
	x.result <- result{response: resp}
}

// StatusLine returns a status as net/http's server writes it.
func StatusLine(status int) string {
	text := http.StatusText(status)
	if text == "" {
		text = fmt.Sprintf("status code %d", status)
	}
	return fmt.Sprintf("%d %s", status, text)
}

func (x *Exchange) Write(b []byte) (int, error) {
	x.WriteHeader(http.StatusOK)
	return x.pw.Write(b)
}

// Flush sends the headers; bytes are never held back.
func (x *Exchange) Flush() { x.WriteHeader(http.StatusOK) }

// answerBody is the client's end of a body. To close it is to go away.
type answerBody struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (b answerBody) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}
