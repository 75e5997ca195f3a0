package simulator

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"github.com/cineforge/cineforge/simulator/scenario"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// unreachable plays faults of the connection. It says whether there was one.
func (p *performance) unreachable(f scenario.Fault) bool {
	kind := ""
	for _, k := range f.Kinds() {
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
	conn := p.takeOver()
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

// takeOver takes the connection from the server. Where that can't be done it aborts.
func (p *performance) takeOver() net.Conn {
	conn, _, err := http.NewResponseController(p.w).Hijack()
	if err != nil {
		p.note(func(c *Call) { c.Note = "played as an aborted connection: " + err.Error() })
		panic(http.ErrAbortHandler)
	}
	return conn
}

// switchProtocols answers that the connection speaks another protocol from now on, and
// says nothing in it. net/http leaves such a connection to its client: it does not end
// with the request's context, but when the client closes the body.
func (p *performance) switchProtocols() {
	p.note(func(c *Call) { c.Status = http.StatusSwitchingProtocols })
	header := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}}
	if x, inProcess := p.w.(*exchange); inProcess {
		x.header = header
		x.WriteHeader(http.StatusSwitchingProtocols)
		<-x.closed
		p.left()
	}
	conn := p.takeOver()
	defer func() { _ = conn.Close() }() // the client has closed it, or it ends here
	head := bytes.NewBufferString("HTTP/1.1 " + statusLine(http.StatusSwitchingProtocols) + "\r\n")
	_ = header.Write(head) // a buffer takes everything
	head.WriteString("\r\n")
	if _, err := head.WriteTo(conn); err == nil {
		p.hold(conn)
	}
	p.left()
}

// hold waits until the client closes the connection, or the server ends.
func (p *performance) hold(conn net.Conn) {
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-p.gone:
			_ = conn.Close() // ends the copy
		case <-done:
		}
	}()
	_, _ = io.Copy(io.Discard, conn) // it ends in any case
}

// switchedBody is the client's end of a connection that was switched to another
// protocol, in which nothing comes.
type switchedBody struct{ exchange *exchange }

func (b switchedBody) Read([]byte) (int, error) {
	<-b.exchange.closed
	return 0, net.ErrClosed
}

// Write takes what the client says in the other protocol.
func (b switchedBody) Write(data []byte) (int, error) { return len(data), nil }

func (b switchedBody) Close() error {
	b.exchange.hangUp()
	return nil
}
