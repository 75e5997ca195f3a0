package inprocess

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"syscall"
)

// Break ends the exchange with the error that net/http gives for a fault of the connection:
// reset, refuse, dns or tls.
func (x *Exchange) Break(kind string) { x.fail(connectionError(kind, x.request.URL.Hostname())) }

// Switch answers that the connection speaks another protocol from now on, in which nothing
// comes, and returns when the client has closed it.
func (x *Exchange) Switch(header http.Header) {
	x.header = header
	x.WriteHeader(http.StatusSwitchingProtocols)
	<-x.closed
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

// switchedBody is the client's end of a connection that was switched to another
// protocol, in which nothing comes.
type switchedBody struct{ exchange *Exchange }

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
