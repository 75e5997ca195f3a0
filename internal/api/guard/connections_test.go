package guard_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/internal/api/guard"
)

// pipes is a listener whose connections are in memory.
type pipes struct {
	next   chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.next:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.closed); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial connects.
func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.next <- there
	return here
}

// serveOver serves over connections in memory, at most so many; a request to /hold is held
// until release.
func serveOver(t *testing.T, most int) (p *pipes, release func()) {
	p = &pipes{next: make(chan net.Conn, 100), closed: make(chan struct{})}
	l := guard.NewConnections(p, most)
	held := make(chan struct{})
	answer := func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hold" {
			<-held
		}
	}
	server := &http.Server{ConnState: l.State, ReadHeaderTimeout: time.Hour, Handler: http.HandlerFunc(answer)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	release = func() {
		select {
		case <-held:
		default:
			close(held)
		}
	}
	t.Cleanup(func() {
		release()
		server.Close() //nolint:errcheck // it is only to end
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return p, release
}

// ask sends a request; answered reports whether the answer has come, and over whether the
// connection has ended.
func ask(t *testing.T, c net.Conn, path string) {
	t.Helper()
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}

func heard(c net.Conn) (answered, over bool) {
	c.SetReadDeadline(time.Now().Add(time.Second)) //nolint:errcheck // a pipe has deadlines
	n, err := c.Read(make([]byte, 4096))
	return n > 0, errors.Is(err, io.EOF)
}

// A client that connects and sends nothing keeps no other out: the connection that is quiet longest makes
// room. One that is being answered never does.
func TestConnections_QuietOnesMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, release := serveOver(t, 4)
		busy := p.dial()
		ask(t, busy, "/hold")
		var silent []net.Conn
		for range 9 {
			time.Sleep(time.Second)
			silent = append(silent, p.dial())
		}
		synctest.Wait()
		one := p.dial()
		ask(t, one, "/")
		if answered, _ := heard(one); !answered {
			t.Fatal("silent connections keep others out")
		}
		for i, c := range silent {
			if _, over := heard(c); over != (i < 7) {
				t.Errorf("silent connection %d is over: %t", i, over)
			}
		}
		release()
		if answered, _ := heard(busy); !answered {
			t.Error("a connection that was being answered was ended")
		}
	})
}

// Where all are busy, the next one waits for room.
func TestConnections_BusyOnesAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, release := serveOver(t, 2)
		busy := []net.Conn{p.dial(), p.dial()}
		for _, c := range busy {
			ask(t, c, "/hold")
		}
		synctest.Wait()
		third := p.dial()
		written := make(chan struct{})
		go func() {
			defer close(written)
			ask(t, third, "/")
		}()
		synctest.Wait()
		select {
		case <-written:
			t.Error("a third connection is served")
		default:
		}
		release()
		heard(busy[0]) // which is quiet then
		<-written
		if answered, _ := heard(third); !answered {
			t.Error("who waited is not served")
		}
	})
}

// The end of listening ends waiting for room.
func TestConnections_CloseEndsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := serveOver(t, 1)
		ask(t, p.dial(), "/hold")
		synctest.Wait()
		p.dial()
		synctest.Wait()
		// The cleanup closes the server, and wants Serve to return.
	})
}
