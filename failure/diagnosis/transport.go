package diagnosis

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/cineforge/cineforge/failure"
)

// The limits that a caller of providers keeps on an answer. A call that is ended
// by one of them has it as the cause of its context's end.
var (
	ErrSilent  = errors.New("no answer began in time")
	ErrStalled = errors.New("the answer stopped coming")
	ErrLong    = errors.New("the answer took too long")
)

// ErrIncomplete means that an answer ended without the sign by which its protocol
// says that it is complete.
var ErrIncomplete = errors.New("the answer ended before its end")

// ErrMalformed means that an answer is not in the form of its protocol.
var ErrMalformed = errors.New("the answer is not in the form of its protocol")

// network decides by the error of a transport. It is false for an error that is none.
func network(err error) (verdict, bool) {
	if proxy, ok := errors.AsType[*ProxyError](err); ok {
		return proxy.decide(), true
	}
	switch {
	case errors.Is(err, ErrSilent), errors.Is(err, ErrStalled), errors.Is(err, ErrLong):
		return timedOut.by(err.Error()), true
	case errors.Is(err, context.Canceled): // not by the caller, which was looked at before
		return broken.by("the call was ended on its way"), true
	case errors.Is(err, ErrMalformed):
		return unusable.by(ErrMalformed.Error()), true
	case wrongScheme(err):
		return otherScheme.by("the server does not speak what the base URL begins with"), true
	case badCertificate(err):
		return badTrust.by("the certificate was not accepted"), true
	case errors.Is(err, ErrIncomplete), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return broken.by("the connection was closed before the end"), true
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && !dns.IsTimeout {
		return broken.by("the name was not resolved"), true
	}
	for _, reset := range []error{syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED,
		syscall.EHOSTUNREACH, syscall.ENETUNREACH, net.ErrClosed} {
		if errors.Is(err, reset) {
			return broken.by(reset.Error()), true
		}
	}
	if v, ok := slow(err); ok {
		return v, true
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return broken.by("network error"), true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return broken.by("TLS alert"), true
	}
	_, isReport := errors.AsType[report](err)
	return byPrint(err.Error(), isReport)
}

// unsent decides about a call of which nothing left this machine: nothing failed but the
// settings here, which time does not mend.
func (c *call) unsent() verdict {
	v := is(failure.Input).otherModel(true).otherProvider(true).by("nothing was sent")
	helps := "check the base URL and the proxy variables, such as HTTPS_PROXY"
	if c.Err != nil && strings.Contains(c.Err.Error(), "invalid header field") {
		helps = "set " + cmp.Or(c.KeyName, "the key") + " again, without line breaks and other control characters"
	}
	return v.saying("the request can't be sent from this machine", helps)
}

// noConnection reports whether an error says that no connection could be made.
func noConnection(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	return isType[*ProxyError](err) || isType[*net.DNSError](err) || badCertificate(err) || wrongScheme(err) ||
		strings.Contains(err.Error(), "TLS handshake timeout")
}

// wrongScheme reports whether a server was asked by TLS that speaks none, or the reverse: what
// it answers then is an alert of TLS.
func wrongScheme(err error) bool {
	return errors.Is(err, http.ErrSchemeMismatch) || isType[tls.RecordHeaderError](err) ||
		strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`)
}

// slow decides by errors that say that time ran out. While there is no connection
// yet, the silence is the network's.
func slow(err error) (verdict, bool) {
	timeout, ok := errors.AsType[net.Error](err)
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, syscall.ETIMEDOUT) && (!ok || !timeout.Timeout()) {
		return verdict{}, false
	}
	op, isOp := errors.AsType[*net.OpError](err)
	if isOp && op.Op == "dial" || strings.Contains(err.Error(), "TLS handshake timeout") {
		return timedOut.on(failure.ScopeNetwork).by("no connection in time"), true
	}
	return timedOut.by("time ran out"), true
}

func badCertificate(err error) bool {
	for _, is := range []func(error) bool{
		isType[*tls.CertificateVerificationError], isType[x509.UnknownAuthorityError],
		isType[x509.HostnameError], isType[x509.CertificateInvalidError],
	} {
		if is(err) {
			return true
		}
	}
	return false
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// ProxyError means that a proxy did not connect to a provider when it was asked for that.
type ProxyError struct {
	Proxy  string // its address, without user and password
	Status int    // of its answer
}

// Error says what the proxy answered.
func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy answered CONNECT with status %d", e.Status)
}

// decide decides by the status: a proxy that wants a password or forbids the way does so until a
// person has seen to it, and else it is the way behind it that may be better soon.
func (e *ProxyError) decide() verdict {
	proxy := "the proxy " + cmp.Or(e.Proxy, "on the way")
	rule := fmt.Sprintf("the proxy answered with status %d", e.Status)
	switch e.Status {
	case http.StatusProxyAuthRequired, http.StatusUnauthorized:
		return broken.retry(false).saying(proxy+" wants to be signed in to", "check HTTPS_PROXY, and the user and password in it").by(rule)
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
	default:
		if e.Status >= 400 && e.Status < 500 {
			return broken.retry(false).saying(proxy+" does not let requests through to the provider",
				"check HTTPS_PROXY, and the user and password in it, or ask the operator of the proxy").by(rule)
		}
	}
	return broken.saying(proxy+" could not reach the provider", "a run tries again by itself; if it lasts, check HTTPS_PROXY").by(rule)
}
