package simulator

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/wire"
)

// response is what one call is answered with, as it is sent, and the log's entry of the call.
// Its methods end the call by a panic with [http.ErrAbortHandler] once the client is gone.
type response struct {
	w       http.ResponseWriter
	gone    <-chan struct{}   // closed when the client goes away
	headers map[string]string // that a fault adds

	began   time.Time
	call    *Call
	journal *journal
	observe func(Call) // may be nil
}

// note changes the log's entry of the call.
func (r *response) note(change func(*Call)) { r.journal.change(r.call, change) }

// noteFault notes that a rule's fault was applied, by its name.
func (r *response) noteFault(fault string) { r.note(func(c *Call) { c.Fault = fault }) }

// end closes the log's entry of the call. Only the first end counts; it comes before the last
// byte is sent, so that a client that has seen the end of an answer sees it in the log.
func (r *response) end(how func(*Call)) {
	first := false
	ended := r.journal.change(r.call, func(c *Call) {
		if c.Ended {
			return
		}
		first = true
		how(c)
		c.Ended, c.Duration = true, time.Since(r.began)
		if c.Fault == "" {
			c.Rule = "" // the rule had no effect
		}
	})
	if first && r.observe != nil {
		r.observe(ended)
	}
}

// abort notes that the client went away, even if the last byte was on its way, and ends the
// call.
func (r *response) abort() {
	r.end(func(c *Call) { c.ClientLeft = true })
	panic(http.ErrAbortHandler) // a clean end would look complete to a client that still reads
}

// writeFailed takes back that an answer went out to its end.
func (r *response) writeFailed() {
	r.note(func(c *Call) {
		c.Complete = false
		c.ClientLeft = true
	})
}

// pause waits until a time, unless the client goes away.
func (r *response) pause(until time.Time) {
	select {
	case <-r.gone:
		r.abort()
	default:
	}
	wait := time.Until(until)
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.gone:
		r.abort()
	}
}

// hang waits until the client goes away.
func (r *response) hang() {
	<-r.gone
	r.abort()
}

// open sends status and headers. A negative length is not known yet.
func (r *response) open(status int, header http.Header, length int) {
	h := r.w.Header()
	for name, values := range header {
		h[name] = values
	}
	for name, value := range r.headers {
		if !framing[strings.ToLower(name)] {
			h.Set(name, value)
		}
	}
	if length >= 0 {
		h.Set("Content-Length", fmt.Sprint(length))
	}
	r.note(func(c *Call) {
		c.Status = status
		c.RequestID = h.Get("request-id") + h.Get("x-request-id")
	})
	r.w.WriteHeader(status)
}

// framing are the headers that say how a body is sent, which only the server can say.
var framing = map[string]bool{
	"content-length": true, "transfer-encoding": true, "connection": true, "trailer": true, "upgrade": true, "keep-alive": true,
}

// reply sends a whole answer.
func (r *response) reply(reply wire.Reply) {
	r.open(reply.Status, reply.Header, len(reply.Body))
	r.end(func(c *Call) { c.Complete = true })
	r.writeLast(reply.Body)
}

// writeLast sends the last bytes of an answer, after its end was noted.
func (r *response) writeLast(data []byte) {
	if _, err := r.w.Write(data); err != nil {
		r.writeFailed()
	}
}

// transmit sends bytes at once. If the client is gone it ends the call.
func (r *response) transmit(data []byte) {
	if _, err := r.w.Write(data); err != nil {
		r.abort()
	}
	r.flush()
}

func (r *response) flush() {
	_ = http.NewResponseController(r.w).Flush() // a writer that does not buffer needs none
}

// pingEvery is how often a silent stream gives a sign of life.
const pingEvery = 10 * time.Second

// keepAlive waits until a time. A ping that is not nil is sent every pingEvery.
func (r *response) keepAlive(until time.Time, ping []byte) {
	for ping != nil && time.Until(until) > pingEvery {
		r.pause(time.Now().Add(pingEvery))
		r.transmit(ping)
	}
	r.pause(until)
}

// hijack takes the connection from the server. Where that can't be done it aborts.
func (r *response) hijack() net.Conn {
	conn, _, err := http.NewResponseController(r.w).Hijack()
	if err != nil {
		r.note(func(c *Call) { c.Note = "played as an aborted connection: " + err.Error() })
		panic(http.ErrAbortHandler)
	}
	return conn
}

// awaitClose waits until the client closes a hijacked connection, or the server ends.
func (r *response) awaitClose(conn net.Conn) {
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-r.gone:
			_ = conn.Close() // ends the copy
		case <-done:
		}
	}()
	_, _ = io.Copy(io.Discard, conn) // it ends in any case
}
