package streams

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/cineforge/cineforge/internal/api/guard"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/feed"
)

const (
	// heartbeat is the interval of comments that keep a quiet stream alive.
	heartbeat = 15 * time.Second
	// writeTime is how long a client may take to take a frame.
	writeTime = 30 * time.Second
	// farewell is how long a client may take to take the last frame of a server that stops.
	farewell = 500 * time.Millisecond
)

// stream is a client that follows events. Its ids are places in one order.
type stream struct {
	w         http.ResponseWriter
	control   *http.ResponseController
	from      netip.Prefix                                                  // the client's address
	last      int64                                                         // the id of the last frame that was sent
	id        func(f *feed.Frame) int64                                     // of a frame in the stream's order
	wants     func(f *feed.Frame) bool                                      // whether the client follows what the frame is about
	hello     []byte                                                        // the data of the first frame; nil for none
	announces bool                                                          // whether it begins with its id, for clients that leave early
	commands  bool                                                          // whether hints name commands
	brief     bool                                                          // only what lists need of each event
	head      bool                                                          // only the headers are sent
	ends      bool                                                          // with the last frame of a run
	stored    func(ctx context.Context, after int64) ([]*feed.Frame, error) // the next frames in the store after an id, in order
}

// serve sends a client what is stored, and then what happens, until it leaves.
func (h *handler) serve(ctx context.Context, c *stream) error {
	release, ok := h.slots.Acquire(c.from)
	if !ok {
		return tooManyStreams()
	}
	defer release()
	c.commands = problem.NamesCommands(ctx)
	if err := c.open(); err != nil || c.head {
		return err
	}
	var buffer []*feed.Frame
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		place, err := h.tail.Now(ctx)
		if err != nil {
			return err
		}
		if over, err := c.catchUp(ctx); over || err != nil {
			return err
		}
		for {
			page := h.tail.After(place, buffer)
			if page.Lost {
				break // it was too slow, and reads from the store
			}
			place += len(page.Frames)
			buffer = page.Frames
			if over, err := c.deliver(page.Frames); over || err != nil {
				return err
			}
			if page.Ended {
				return c.sendIn(farewell, "retry: 1000\n\n") // the server stops; the client comes again
			}
			select {
			case <-page.More:
			case <-beat.C:
				if err := c.send(": still here\n\n"); err != nil {
					return err
				}
			case <-guard.SessionEnd(ctx):
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
}

// open sends the headers and the beginning of a stream.
func (c *stream) open() error {
	c.control = http.NewResponseController(c.w)
	c.control.SetReadDeadline(time.Time{}) //nolint:errcheck // tests have no connection
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy has to pass on each frame
	if c.head {
		return nil
	}
	begin := "retry: 2000\n"
	if c.hello != nil {
		begin += fmt.Sprintf("data: %s\n\n", c.hello)
	}
	if c.announces {
		begin += fmt.Sprintf("id: %d\n", c.last)
	}
	if c.announces || c.hello == nil {
		begin += "\n"
	}
	return c.send(begin)
}

func tooManyStreams() *problem.Refusal {
	p := problem.Refuse(http.StatusServiceUnavailable, "too_many_streams", "too many clients follow events",
		"try again later, or poll /events")
	p.Wait = 10
	return p
}

// catchUp sends what the store has and the client does not have.
func (c *stream) catchUp(ctx context.Context) (over bool, err error) {
	for {
		frames, err := c.stored(ctx, c.last)
		if err != nil || len(frames) == 0 {
			return false, err
		}
		if over, err := c.deliver(frames); over || err != nil {
			return over, err
		}
	}
}

// deliver sends the frames that the client does not have, in one write.
func (c *stream) deliver(frames []*feed.Frame) (over bool, err error) {
	var b strings.Builder
	for _, f := range frames {
		id := c.id(f)
		if over || !c.wants(f) || id <= c.last {
			continue
		}
		c.last = id
		data := f.Plain()
		if c.commands {
			data = f.Data
		}
		if c.brief {
			data = f.Brief()
		}
		fmt.Fprintf(&b, "id: %d\ndata: %s\n\n", id, data)
		over = c.ends && f.Last
	}
	if b.Len() == 0 {
		return over, nil
	}
	return over, c.send(b.String())
}

// send sends a text as it is.
func (c *stream) send(text string) error { return c.sendIn(writeTime, text) }

// sendIn sends within a time limit.
func (c *stream) sendIn(limit time.Duration, text string) error {
	c.control.SetWriteDeadline(time.Now().Add(limit)) //nolint:errcheck // tests have no connection
	if _, err := c.w.Write([]byte(text)); err != nil {
		return err
	}
	return c.control.Flush()
}
