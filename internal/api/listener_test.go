package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// listener is the other end of a stream. What is sent waits until it is taken, as far
// as the deadline of the connection lets it.
type listener struct {
	t      testing.TB
	header http.Header
	status int
	sent   chan string
	left   <-chan struct{} // closed when the client is gone
	leave  func()          // ends the connection and waits for its handler
	over   chan struct{}   // closed when the handler is done

	mu       sync.Mutex // guards deadline
	deadline time.Time

	text string // that was taken and not looked at yet
}

func (l *listener) Header() http.Header             { return l.header }
func (l *listener) WriteHeader(status int)          { l.status = status }
func (l *listener) Flush()                          {}
func (l *listener) SetReadDeadline(time.Time) error { return nil }

func (l *listener) SetWriteDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deadline = t
	return nil
}

func (l *listener) Write(p []byte) (int, error) {
	if l.status == 0 {
		l.status = http.StatusOK
	}
	l.mu.Lock()
	late := time.NewTimer(time.Until(l.deadline))
	l.mu.Unlock()
	defer late.Stop()
	select {
	case l.sent <- string(p):
		return len(p), nil
	case <-late.C:
		return 0, os.ErrDeadlineExceeded
	case <-l.left:
		return 0, net.ErrClosed
	}
}

// listen opens a stream of a server, behind an event of which it gives the id; "" for
// none.
func listen(t testing.TB, h http.Handler, target, last string) *listener {
	r := request(t.Context(), http.MethodGet, target, nil)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	return listenBy(t, h, r)
}

// listenBy opens the stream that a request asks for.
func listenBy(t testing.TB, h http.Handler, r *http.Request) *listener {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	l := &listener{t: t, header: http.Header{}, sent: make(chan string), left: ctx.Done(), over: make(chan struct{})}
	l.leave = func() {
		cancel()
		<-l.over
	}
	t.Cleanup(l.leave)
	go func() {
		defer close(l.over)
		h.ServeHTTP(l, r.WithContext(ctx))
	}()
	return l
}

// sseFrame is what a frame says.
type sseFrame struct {
	id   int64
	data string

	Seq   int64  `json:"seq"`
	RunID string `json:"run_id"`
	Event string `json:"event"`
}

// next returns the next frame, or false when the stream is over, or nothing came for a
// time.
func (l *listener) next(most time.Duration) (f sseFrame, ok bool) {
	wait := time.NewTimer(most)
	defer wait.Stop()
	for {
		block, rest, whole := strings.Cut(l.text, "\n\n")
		if whole {
			if l.text = rest; l.read(block, &f) {
				return f, true
			}
			continue
		}
		select {
		case text := <-l.sent:
			l.text += text
		case <-l.over:
			return f, false
		case <-wait.C:
			return f, false
		}
	}
}

// events names what comes before nothing does for a second, besides the hello.
func (l *listener) events() string {
	var names []string
	for _, f := range l.frames() {
		if f.Event != "hello" {
			names = append(names, f.Event)
		}
	}
	return strings.Join(names, " ")
}

// read reads a frame; false if it is none.
func (l *listener) read(block string, f *sseFrame) bool {
	for line := range strings.SplitSeq(block, "\n") {
		switch name, value, _ := strings.Cut(line, ": "); name {
		case "id":
			f.id, _ = strconv.ParseInt(value, 10, 64)
		case "data":
			f.data = value
		case "retry", "":
		default:
			l.t.Errorf("a stream has %q", line)
		}
	}
	if f.data == "" {
		return false
	}
	if err := json.Unmarshal([]byte(f.data), f); err != nil {
		l.t.Errorf("%s: %v", f.data, err)
	}
	return true
}

// reader is a client that follows a stream over many connections.
type reader struct {
	target string
	last   string // id of the last frame
	got    []sseFrame
	left   int // how often it left
}

// take reads up to some frames over a connection, and leaves. It reports whether the
// stream was over by itself.
func (c *reader) take(t testing.TB, h http.Handler, most int, wait time.Duration) (over bool) {
	l := listen(t, h, c.target, c.last)
	defer l.leave()
	for range most {
		f, ok := l.next(wait)
		if !ok {
			select {
			case <-l.over:
				return true
			default:
			}
			break
		}
		if f.Event == "hello" { // of no id, so that what comes again is what came last
			continue
		}
		c.got, c.last = append(c.got, f), fmt.Sprint(f.id)
	}
	c.left++
	return false
}
