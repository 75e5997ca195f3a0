package wire_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
)

// stopping is the server's end of a connection that stops after some bytes: it sends no
// more, and does not close.
type stopping struct {
	net.Conn
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex // guards left
	left int        // bytes that are still sent
}

func (s *stopping) Write(b []byte) (int, error) {
	s.mu.Lock()
	n := min(len(b), s.left)
	s.left -= n
	s.mu.Unlock()
	if n > 0 {
		if n, err := s.Conn.Write(b[:n]); err != nil {
			return n, err
		}
	}
	if n < len(b) {
		<-s.closed
		return n, net.ErrClosed
	}
	return n, nil
}

func (s *stopping) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Conn.Close()
}

// exchanges is a server, and how far each of its exchanges gets.
type exchanges struct {
	stop     int // bytes that the server sends in all
	response string
	config   *tls.Config // nil for no TLS

	mu    sync.Mutex // guards conns
	conns []net.Conn
}

// dial makes a connection to the server.
func (x *exchanges) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	raw := &stopping{Conn: server, closed: make(chan struct{}), left: x.stop}
	x.mu.Lock()
	x.conns = append(x.conns, client, raw)
	x.mu.Unlock()
	go func() {
		conn := net.Conn(raw)
		if x.config != nil {
			conn = tls.Server(raw, x.config)
		}
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		io.Copy(io.Discard, req.Body)    //nolint:errcheck // what is asked does not matter
		io.WriteString(conn, x.response) //nolint:errcheck // it stops somewhere
		io.Copy(io.Discard, conn)        //nolint:errcheck // until the client goes
	}()
	return client, nil
}

func (x *exchanges) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range x.conns {
		c.Close() //nolint:errcheck // it may be closed
	}
}

// certificate is one that the tests' servers have, and the clients that trust it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		DNSNames:              []string{"host"},
		NotAfter:              time.Now().Add(100 * 365 * 24 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool
}

// hangs makes a call of an exchange, gives it up after a time if that is not 0, and wants
// an answer in time whatever the server does.
func (x *exchanges) hangs(t *testing.T, roots *x509.CertPool, giveUp, most time.Duration) {
	t.Helper()
	transport := wire.NewTransport().(*http.Transport)
	transport.Proxy = nil
	transport.DialContext = x.dial
	if roots != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	r := wire.NewRoute(wire.Endpoint{Provider: "somebody", Model: "m", Transport: transport}, "http://host")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if giveUp > 0 {
		time.AfterFunc(giveUp, cancel)
	}
	scheme := "http"
	if roots != nil {
		scheme = "https"
	}
	start := time.Now()
	_, err := r.Ask(ctx, llm.Request{}, func(ctx context.Context, call *wire.Call) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, scheme+"://host/v1/chat", strings.NewReader("{}"))
		if err != nil {
			return err
		}
		resp, err := call.Client().Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close() //nolint:errcheck // it is read
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	})
	took := time.Since(start)
	switch {
	case err == nil:
		t.Errorf("stopped after %d bytes: there is an answer", x.stop)
	case giveUp > 0 && took >= giveUp && failure.ClassOf(err) != failure.Canceled:
		t.Errorf("stopped after %d bytes, given up: %v", x.stop, err)
	case giveUp == 0 && failure.ClassOf(err) == failure.Canceled:
		t.Errorf("stopped after %d bytes: %v", x.stop, err)
	case took > most:
		t.Errorf("stopped after %d bytes: it took %v", x.stop, took)
	}
	transport.CloseIdleConnections()
	x.close()
	synctest.Wait()
}

// response is an answer with a status, whose body is of a kind.
func response(status int, kind string) string {
	head := fmt.Sprintf("HTTP/1.1 %d Some Text\r\nDate: Sat, 28 Nov 2026 12:00:00 GMT\r\n", status)
	switch kind {
	case "length":
		return head + "Content-Type: application/json\r\nContent-Length: 30\r\n\r\n{\"error\": {\"message\": \"hello\"}}"[:29]
	case "upgrade":
		return head + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
	case "none":
		return head + "Content-Length: 0\r\n\r\n"
	}
	return head + "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n9\r\ndata: {}\n\r\n1\r\n\n\r\n0\r\nX-End: yes\r\n\r\n"
}

// The longest that a call takes that hangs somewhere: a clock for each of its parts.
const (
	longestHang = 12*time.Second + 30*time.Second + time.Second
	giveUpAfter = 500 * time.Millisecond
	longestStop = giveUpAfter + 300*time.Millisecond
)

// Wherever an exchange stops, its caller has an answer at the limit, and soon after giving up.
func TestRoute_AnExchangeMayStopAnywhere(t *testing.T) {
	step := 1
	if testing.Short() || raceOn {
		step = 7
	}
	for _, kind := range []string{"length", "chunked", "upgrade", "none"} {
		for _, status := range []int{101, 200, 302, 404, 500} {
			whole := response(status, kind)
			t.Run(fmt.Sprint(kind, status), func(t *testing.T) {
				for stop := 0; stop <= len(whole); stop += step {
					synctest.Test(t, func(t *testing.T) {
						(&exchanges{stop: stop, response: whole}).hangs(t, nil, 0, longestHang)
						(&exchanges{stop: stop, response: whole}).hangs(t, nil, giveUpAfter, longestStop)
					})
				}
			})
		}
	}
}

// The same for each status, at each part of the exchange.
func TestRoute_AnyStatusMayHang(t *testing.T) {
	step := 1
	if testing.Short() || raceOn {
		step = 17
	}
	for status := 100; status <= 599; status += step {
		for _, kind := range []string{"length", "chunked", "upgrade"} {
			whole := response(status, kind)
			head := strings.Index(whole, "\r\n\r\n") + 4
			synctest.Test(t, func(t *testing.T) {
				for _, stop := range []int{12, head - 10, head, (head + len(whole)) / 2, len(whole)} {
					(&exchanges{stop: stop, response: whole}).hangs(t, nil, 0, longestHang)
				}
				(&exchanges{stop: head, response: whole}).hangs(t, nil, giveUpAfter, longestStop)
			})
			if t.Failed() {
				t.Fatalf("status %d, %s", status, kind)
			}
		}
	}
}

// The same where the handshake stops.
func TestRoute_AHandshakeMayStopAnywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config, roots := certificate(t)
		for stop := 0; stop < 1200; stop += 50 {
			(&exchanges{stop: stop, response: response(200, "length"), config: config}).hangs(t, roots, 0, longestHang)
			(&exchanges{stop: stop, response: response(200, "length"), config: config}).hangs(t, roots, giveUpAfter, longestStop)
		}
	})
}

// deaf is a transport that hears of no context, as a resolver of the system may not.
type deaf struct {
	until chan struct{}
	body  io.ReadCloser // of the answer, if there is one
}

func (d deaf) RoundTrip(*http.Request) (*http.Response, error) {
	if d.body != nil {
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: d.body}, nil
	}
	<-d.until
	return nil, io.ErrUnexpectedEOF
}

// stone is a body that neither comes nor closes.
type stone struct{ until chan struct{} }

func (s stone) Read([]byte) (int, error) { <-s.until; return 0, io.EOF }
func (s stone) Close() error             { <-s.until; return nil }

// A caller without a context keeps nothing waiting either.
func TestRoute_AFunctionThatHangsKeepsNoCaller(t *testing.T) {
	for _, body := range []bool{false, true} {
		for _, giveUp := range []time.Duration{0, giveUpAfter} {
			synctest.Test(t, func(t *testing.T) {
				d := deaf{until: make(chan struct{})}
				if body {
					d.body = stone{d.until}
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if giveUp > 0 {
					time.AfterFunc(giveUp, cancel)
				}
				start := time.Now()
				_, err := newRoute(wire.Endpoint{Transport: d}).Ask(ctx, llm.Request{}, exchange)
				want := failure.Timeout
				if giveUp > 0 {
					want = failure.Canceled
				}
				if took := time.Since(start); failure.ClassOf(err) != want || took > 13*time.Second || giveUp > 0 && took > longestStop {
					t.Errorf("body %v: after %v: %v", body, took, err)
				}
				close(d.until)
			})
		}
	}
}

// A server of one's own that loads its model may answer no ping on its connection: what it
// is given for its first byte holds.
func TestRoute_PingsEndNoCallOfAServerOfOnesOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config, roots := certificate(t)
		config.NextProtos = []string{"h2"}
		var conns []net.Conn
		e := wire.Endpoint{Named: true}.WithDefaults("https://host")
		transport := e.Transport.(*http.Transport)
		transport.Proxy = nil
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			conns = append(conns, client, server)
			go func() {
				conn := tls.Server(server, config)
				go io.WriteString(conn, "\x00\x00\x00\x04\x00\x00\x00\x00\x00") //nolint:errcheck // its settings
				io.Copy(io.Discard, conn)                                       //nolint:errcheck // until the client goes
			}()
			return client, nil
		}
		start := time.Now()
		_, err := newRoute(e).Ask(t.Context(), llm.Request{}, func(ctx context.Context, call *wire.Call) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://host/v1/chat", strings.NewReader("{}"))
			if err != nil {
				return err
			}
			resp, err := call.Client().Do(req)
			if err != nil {
				return err
			}
			return resp.Body.Close()
		})
		if took := time.Since(start); failure.ClassOf(err) != failure.Timeout || took != 5*time.Minute {
			t.Errorf("after %v: %v", took, err)
		}
		transport.CloseIdleConnections()
		for _, c := range conns {
			c.Close() //nolint:errcheck // it may be closed
		}
		synctest.Wait()
	})
}
