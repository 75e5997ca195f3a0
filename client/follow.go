package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/resilience/backoff"
	"github.com/cineforge/cineforge/run/event"
)

const (
	// silence is after how long without any data a connection counts as dead. A server sends
	// something every 15 seconds.
	silence = 45 * time.Second
	// maxLine is how long a line of a stream may be, in bytes.
	maxLine = 16 << 20
)

// Follow yields the events of a run after a seq, 0 for all of them: each once, in order, until
// the last one of the run. When the connection breaks or the server is away it tries again, for
// as long as ctx lasts, with longer pauses while nothing comes. An error that another try
// can't overcome is yielded at the end, and so is that ctx is done.
func (r *Runs) Follow(ctx context.Context, runID string, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f := newFollower(r.conn, after, "runs", runID, "events", "stream")
		f.given = after > 0
		f.take = func(_ int64, e Event) error {
			switch {
			case e.Seq <= f.last:
				return nil
			case e.Seq > f.last+1:
				return fmt.Errorf("the server at %s left out events of run %s: %d follows %d", f.conn.base, runID, e.Seq, f.last)
			}
			f.last = e.Seq
			f.over = !yield(e, nil) || event.Terminal(e.Body)
			return nil
		}
		f.poll = func(ctx context.Context) (more bool, err error) {
			events, err := r.Events(ctx, runID, f.last, pollPage)
			for _, e := range events {
				if err := f.take(e.Seq, e); err != nil || f.over {
					return false, err
				}
			}
			return len(events) == pollPage, err
		}
		if err := f.follow(ctx); err != nil {
			yield(Event{}, err)
		}
	}
}

// newFollower returns a follower of the stream at a path, from behind an id.
func newFollower(conn *connection, after int64, path ...string) *follower {
	return &follower{
		conn: conn, path: path, last: after, backoff: backoff.Policy{Base: 500 * time.Millisecond, Cap: 15 * time.Second},
	}
}

// follower is a stream that is being followed.
type follower struct {
	conn    *connection
	path    []string
	query   url.Values
	last    int64                                            // the id of the event that was yielded last
	given   bool                                             // whether the stream begins behind it, and not with what happens from now on
	take    func(id int64, e Event) error                    // yields an event that was read, unless it was; sets last and over
	hello   func(h Hello)                                    // is given the first frame of a stream of topics
	poll    func(ctx context.Context) (more bool, err error) // takes what has happened by now, where there is no room for a stream
	over    bool                                             // the last event was yielded, or the caller wants no more
	backoff backoff.Policy
	failed  int  // connections in a row that brought nothing
	cut     bool // Options.Trouble was called with an error
}

// errSilent means that nothing came over a connection.
var errSilent = fmt.Errorf("no data for %v", silence)

// follow follows over as many connections as it takes. It returns an error that another
// connection would not overcome.
func (f *follower) follow(ctx context.Context) error {
	for {
		before, began := f.last, time.Now()
		err := f.connect(ctx)
		if f.over {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !isTemporary(err) {
			return err
		}
		if f.failed++; f.last > before || time.Since(began) > f.backoff.Cap {
			f.failed = 1 // this connection brought something
		}
		if err := f.pause(ctx, err); err != nil {
			return err
		}
	}
}

// isTemporary reports whether the next connection may overcome what ended one; nil is an end
// without a reason.
func isTemporary(err error) bool {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Status >= http.StatusInternalServerError || p.Status == http.StatusTooManyRequests || p.Status == http.StatusRequestTimeout
	}
	_, lost := errors.AsType[*UnreachableError](err)
	return err == nil || lost
}

// pause waits before the next connection.
func (f *follower) pause(ctx context.Context, why error) error {
	wait := f.backoff.Delay(f.failed, rand.Float64)
	if p, ok := errors.AsType[*Problem](why); ok && p.RetryAfter > 0 {
		wait = backoff.Hinted(p.RetryAfter, rand.Float64)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// connect follows over one connection.
func (f *follower) connect(ctx context.Context) error {
	ctx, drop := context.WithCancelCause(ctx)
	defer drop(nil)
	watch := time.AfterFunc(silence, func() { drop(&UnreachableError{Server: f.conn.base, Err: errSilent}) })
	defer watch.Stop()
	after := ""
	if f.given || f.last > 0 {
		after = strconv.FormatInt(f.last, 10)
	}
	resp, err := f.conn.send(ctx, request{
		method: http.MethodGet, path: f.path, query: f.query, header: map[string]string{
			"Accept": "text/event-stream", "Accept-Encoding": "identity", "Last-Event-ID": after,
		},
	})
	if p, ok := errors.AsType[*Problem](err); ok && p.Code == "too_many_streams" {
		if polled := f.pollAll(ctx); polled != nil {
			return polled
		}
		return err
	}
	if err != nil {
		f.report(err)
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	f.report(nil)
	if f.over = resp.StatusCode == http.StatusNoContent; f.over {
		return nil
	}
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		return fmt.Errorf("the server at %s answered with no stream of events", f.conn.base)
	}
	err = f.read(watchedReader{resp.Body, watch})
	if _, broken := errors.AsType[*brokenError](err); broken {
		return f.conn.lost(ctx, errors.Unwrap(err))
	}
	return err
}

// pollPage is how many events are asked for at once without a stream.
const pollPage = 500

// pollAll yields what has happened by now, where the server has no room for a stream.
func (f *follower) pollAll(ctx context.Context) error {
	for more := true; more && !f.over; {
		var err error
		if more, err = f.poll(ctx); err != nil {
			f.report(err)
			return err
		}
		f.report(nil)
	}
	return nil
}

// report calls Options.Trouble when trouble begins and when it ends.
func (f *follower) report(err error) {
	if cut := err != nil; isTemporary(err) && cut != f.cut {
		f.cut = cut
		f.conn.trouble(err)
	}
}

// brokenError means that a stream could not be read on.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return e.err.Error() }

func (e *brokenError) Unwrap() error { return e.err }

// watchedReader restarts a timer whenever something comes.
type watchedReader struct {
	io.Reader
	watch *time.Timer
}

// Read reads, and restarts the timer.
func (h watchedReader) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if n > 0 {
		h.watch.Reset(silence)
	}
	return n, err
}

// read yields the events of a stream to its end. An event without the empty line after it was
// cut off, and is ignored.
func (f *follower) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var data []byte
	var id int64
	for lines.Scan() {
		name, value, _ := bytes.Cut(lines.Bytes(), []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "":
			if len(lines.Bytes()) > 0 { // a comment
				continue
			}
			if err := f.event(id, data); err != nil || f.over {
				return err
			}
			data = data[:0]
		case "id":
			id, _ = strconv.ParseInt(string(value), 10, 64) //nolint:errcheck // 0 is none
		case "data":
			data = append(append(data, value...), '\n')
		case "retry":
			if ms, err := strconv.Atoi(string(value)); err == nil && ms > 0 {
				f.backoff.Base = min(time.Duration(ms)*time.Millisecond, f.backoff.Cap)
			}
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("the server at %s sent an event of more than %d MB", f.conn.base, maxLine>>20)
	case err != nil:
		return &brokenError{err}
	}
	return nil
}

// event takes the event of a frame.
func (f *follower) event(id int64, data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	var h Hello
	if f.hello != nil && json.Unmarshal(data, &h) == nil && h.Event == "hello" {
		f.hello(h)
		return nil
	}
	var e Event
	if err := json.Unmarshal(data, &e); err != nil {
		return fmt.Errorf("the server at %s sent an event that this program can't read: %w", f.conn.base, err)
	}
	return f.take(id, e)
}
