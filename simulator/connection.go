package simulator

import (
	"bytes"
	"net"
	"net/http"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/inprocess"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// unreachable plays faults of the connection. It says whether there was one.
func (h *handler) unreachable(f scenario.Fault) bool {
	kind := ""
	for _, k := range f.Kinds() {
		switch k {
		case "silent":
			h.out.noteFault(k)
			h.out.hang()
		case "reset", "refuse", "dns", "tls":
			kind = k
		}
	}
	if kind == "" {
		return false
	}
	h.out.noteFault(kind)
	if x, inProcess := h.out.w.(*inprocess.Exchange); inProcess {
		h.out.end(func(*Call) {})
		x.Break(kind)
		return true
	}
	h.out.end(func(c *Call) {
		if kind != "reset" {
			c.Note = "played as reset: a server that listens can't play " + kind
		}
	})
	conn := h.out.hijack()
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // makes the close a reset; without it, it is at least a close
	}
	_ = conn.Close() // the connection is gone either way
	return true
}

// switchProtocols answers that the connection speaks another protocol from now on, and
// says nothing in it. net/http leaves such a connection to its client: it does not end
// with the request's context, but when the client closes the body.
func (h *handler) switchProtocols() {
	h.out.note(func(c *Call) { c.Status = http.StatusSwitchingProtocols })
	header := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}}
	if x, inProcess := h.out.w.(*inprocess.Exchange); inProcess {
		x.Switch(header)
		h.out.abort()
	}
	conn := h.out.hijack()
	defer func() { _ = conn.Close() }() // the client has closed it, or it ends here
	head := bytes.NewBufferString("HTTP/1.1 " + inprocess.StatusLine(http.StatusSwitchingProtocols) + "\r\n")
	_ = header.Write(head) // a buffer takes everything
	head.WriteString("\r\n")
	if _, err := head.WriteTo(conn); err == nil {
		h.out.awaitClose(conn)
	}
	h.out.abort()
}
