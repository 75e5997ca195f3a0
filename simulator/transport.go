package simulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// Transport returns a RoundTripper that reaches the simulator without a socket,
// whatever the host of a request. Time in it is that of package time, so it works in
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
	ctx, cancel := context.WithCancel(r.Context())
	pr, pw := io.Pipe()
	x := &exchange{request: r, header: http.Header{}, pr: pr, pw: pw, cancel: cancel, result: make(chan result, 1)}
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
	length := int64(-1)
	if _, err := fmt.Sscan(h.Get("Content-Length"), &length); err != nil {
		length = -1
	}
	x.result <- result{response: decompressed(&http.Response{
		Status: statusLine(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: answerBody{x.pr, x.cancel}, ContentLength: length, Request: x.request,
	})}
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

// unreachable plays faults of the connection. It says whether there was one.
func (p *performance) unreachable(f Fault) bool {
	kind := ""
	for _, k := range f.kinds() {
		switch k {
		case "silent":
			p.blame(k)
			p.forever()
		case "reset", "refuse", "dns", "tls":
			kind = k
		}
	}
	if kind == "" {
		return false
	}
	p.blame(kind)
	if x, inProcess := p.w.(*exchange); inProcess {
		p.end(func(*Call) {})
		x.fail(connectionError(kind, x.request.URL.Hostname()))
		return true
	}
	p.end(func(c *Call) {
		if kind != "reset" {
			c.Note = "played as reset: a server that listens can't play " + kind
		}
	})
	conn, _, err := http.NewResponseController(p.w).Hijack()
	if err != nil {
		p.note(func(c *Call) { c.Note = "played as an aborted connection: " + err.Error() })
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // makes the close a reset; without it, it is at least a close
	}
	_ = conn.Close() // the connection is gone either way
	return true
}

// connectionError returns the error that net/http gives for a fault of the connection.
func connectionError(kind, host string) error {
	remote := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443}
	switch kind {
	case "refuse":
		return &net.OpError{Op: "dial", Net: "tcp", Addr: remote, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	case "dns":
		return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	case "tls":
		return &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	}
	local := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 50000}
	return &net.OpError{Op: "read", Net: "tcp", Source: local, Addr: remote, Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}
