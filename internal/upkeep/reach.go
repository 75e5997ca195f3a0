package upkeep

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
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cineforge/cineforge/internal/providers"
)

// reachTime is how long a server is given to be reached, and to answer.
const reachTime = 3 * time.Second

// checkReach tries all base URLs that are set, at the same time; those of the vendors' own
// APIs are left out. No server gets a key, and no model is asked.
func checkReach(ctx context.Context, all []providers.Provider) []Check {
	found := make([]Check, len(all))
	var tries sync.WaitGroup
	for i, p := range all {
		u, err := url.Parse(p.BaseURL)
		if p.BaseURL == "" || providers.CheckBaseURL(p) != nil || err != nil || providers.VendorsOwn(u) {
			continue
		}
		tries.Go(func() { found[i] = tryServer(ctx, p, u) })
	}
	tries.Wait()
	var checks []Check
	for _, c := range found {
		if c.Name != "" {
			checks = append(checks, c)
		}
	}
	return checks
}

// tryServer tries whether a server can be reached, and speaks what its base URL says.
func tryServer(ctx context.Context, p providers.Provider, u *url.URL) Check {
	c := Check{Name: p.Name + " base URL", Status: OK}
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	s := server{name: u.Hostname(), address: net.JoinHostPort(u.Hostname(), port)}
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u}); err != nil || proxy != nil {
		c = c.with(Note, s.address+" is reached through a proxy, so it was not tried", "")
		return c
	}
	if u.Scheme == "https" {
		return s.tryHTTPS(ctx, c, p.BaseURL)
	}
	return s.tryHTTP(ctx, c, p.BaseURL)
}

// server is a server that is tried.
type server struct {
	name    string // of the host
	address string // host and port
}

// tryHTTP tries a server that should speak plain HTTP. One that speaks TLS answers, if
// anything, that the request was a bad one.
func (s server) tryHTTP(ctx context.Context, c Check, baseURL string) Check {
	status, err := s.head(ctx)
	odd := err != nil && !unreached(err) && !late(err) || status == http.StatusBadRequest
	switch {
	case odd && speaksTLS(s.handshake(ctx)):
		return wrongScheme(c, baseURL, "TLS", "https")
	case err != nil:
		return s.problem(c, err)
	}
	c.Detail = s.address + " answers"
	return c
}

// tryHTTPS tries a server that should speak TLS. One that speaks plain HTTP answers the
// handshake with something else, or waits for the rest of the request.
func (s server) tryHTTPS(ctx context.Context, c Check, baseURL string) Check {
	err := s.handshake(ctx)
	if err == nil {
		c.Detail = s.address + " takes connections, and its certificate is trusted"
		return c
	}
	_, other := errors.AsType[tls.RecordHeaderError](err)
	if other || !unreached(err) && (late(err) || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)) {
		if _, plain := s.head(ctx); plain == nil {
			return wrongScheme(c, baseURL, "http", "http")
		}
	}
	return s.problem(c, err)
}

// wrongScheme is the problem of a base URL whose server speaks something else.
func wrongScheme(c Check, baseURL, speaks, scheme string) Check {
	_, rest, _ := strings.Cut(baseURL, "://")
	c = c.with(Problem, fmt.Sprintf("the server at %s speaks %s", baseURL, speaks), "write "+scheme+"://"+rest)
	return c
}

// dialError is a failure to connect.
type dialError struct{ error }

func (e *dialError) Unwrap() error { return e.error }

func dial(ctx context.Context, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, &dialError{err}
	}
	return conn, nil
}

// unreached reports whether there was no connection.
func unreached(err error) bool {
	_, is := errors.AsType[*dialError](err)
	return is
}

// late reports whether a time has passed.
func late(err error) bool {
	timeout, is := errors.AsType[net.Error](err)
	return errors.Is(err, context.DeadlineExceeded) || is && timeout.Timeout()
}

// head makes one request for nothing but a status.
func (s server) head(ctx context.Context) (status int, err error) {
	ctx, stop := context.WithTimeout(ctx, reachTime)
	defer stop()
	conn, err := dial(ctx, s.address)
	if err != nil {
		return 0, err
	}
	defer conn.Close() //nolint:errcheck // the transport closes it too
	t := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }, DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, "http://"+s.address+"/", http.NoBody)
	if err != nil {
		return 0, err
	}
	resp, err := t.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	resp.Body.Close() //nolint:errcheck // it is empty
	return resp.StatusCode, nil
}

// handshake makes a TLS connection, and ends it.
func (s server) handshake(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, reachTime)
	defer stop()
	conn, err := dial(ctx, s.address)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing was sent
	return tls.Client(conn, &tls.Config{ServerName: s.name}).HandshakeContext(ctx)
}

// speaksTLS reports whether a handshake has shown that a server speaks TLS: it succeeded,
// or what was wrong was the certificate, or the server said in TLS what was wrong.
func speaksTLS(err error) bool {
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	op, is := errors.AsType[*net.OpError](err)
	return err == nil || untrusted || is && op.Op == "remote error"
}

// problem says why a server can't be used, and what to do.
func (s server) problem(c Check, err error) Check {
	c.Status = Problem
	unknown, isName := errors.AsType[*net.DNSError](err)
	untrusted, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case isName && unknown.IsNotFound:
		c = c.with(Problem, "the host "+s.name+" is not known", "put the name right in the base URL")
	case isName:
		c = c.with(Problem, "the name "+s.name+" can't be looked up",
			"look whether this machine is connected, and put the name right in the base URL")
	case errors.Is(err, syscall.ECONNREFUSED):
		c = c.with(Problem, "nothing listens at "+s.address, "start the server, or put the port right in the base URL")
	case unreached(err) && late(err):
		c = c.with(Problem, fmt.Sprintf("there is no connection to %s within %v", s.address, reachTime),
			"look whether the server runs, and whether a firewall is in between")
	case unreached(err):
		c = c.with(Problem, fmt.Sprintf("there is no connection to %s: %v", s.address, err),
			"put the address right in the base URL")
	case isCertificate:
		why := strings.TrimPrefix(untrusted.Err.Error(), "x509: ")
		c = c.with(Problem, fmt.Sprintf("the certificate of %s is not trusted: %s", s.address, why), certificateAction(untrusted))
	case late(err):
		c = c.with(Note, fmt.Sprintf("%s takes connections, but did not answer within %v; it may be busy", s.address, reachTime), "")
	default:
		c = c.with(Problem, fmt.Sprintf("the server at %s speaks neither http nor TLS: %v", s.address, err),
			"put the address right in the base URL")
	}
	return c
}

func certificateAction(err *tls.CertificateVerificationError) string {
	if _, named := errors.AsType[x509.HostnameError](err); named {
		return "use a name that the certificate is for in the base URL"
	}
	return "name a file with the certificate of its authority in SSL_CERT_FILE, or have the server use one that this machine trusts"
}
