package client

import (
	"context"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"github.com/cineforge/cineforge/run/event"
)

// Event is an event as a server gives it: with a message, what it says in one sentence.
type Event = event.Worded

// Log reads what happens on a server, in runs and beside them. It is safe for concurrent use.
type Log struct{ conn *connection }

// EventsQuery says which events are wanted. The zero value means all.
type EventsQuery struct {
	Topics    []event.Topic
	Kinds     []string // names of events
	Runs      []string
	ProjectID string
}

func (q EventsQuery) values() url.Values {
	v := url.Values{}
	var topics []string
	for _, t := range q.Topics {
		topics = append(topics, string(t))
	}
	for name, value := range map[string]string{
		"topics": strings.Join(topics, ","), "kinds": strings.Join(q.Kinds, ","), "runs": strings.Join(q.Runs, ","), "project": q.ProjectID,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// Hello is the first frame of a stream of topics.
type Hello struct {
	Event      string          `json:"event" enum:"hello"`
	ServerTime event.Timestamp `json:"server_time"`
	Version    string          `json:"version" doc:"Of the server's program."`
	Position   int64           `json:"position" doc:"The events of the stream stand behind it."`
	Head       int64           `json:"head" doc:"The end of the log: what stands between comes at once."`

	// PositionTime lets a client notice that its position belongs to another log, as after an
	// older copy of the database was put back.
	PositionTime *event.Timestamp `json:"position_ts" doc:"The ts of the event at position; null if there is none."`
}

// EventsPage is a page of the log of all events.
type EventsPage struct {
	Events    []Event `json:"events" nullable:"false"`
	Positions []int64 `json:"positions" nullable:"false" doc:"Of the events, in their order: the ids that a stream gives them."`
	Position  int64   `json:"position" doc:"Where the next page begins: its after."`
	More      bool    `json:"more" doc:"Whether there are further events by now."`
}

// PositionHeader is the header of a page in NDJSON that has its position.
const PositionHeader = "Cineforge-Position"

// Events returns a page of the log behind a position; a limit of 0 is the server's usual one.
func (l *Log) Events(ctx context.Context, q EventsQuery, after int64, limit int) (EventsPage, error) {
	v := q.values()
	v.Set("after", strconv.FormatInt(after, 10))
	if limit > 0 {
		v.Set("limit", strconv.Itoa(limit))
	}
	return get[EventsPage](ctx, l.conn, v, "events")
}

// FromNow is the position of a stream that begins with what happens from now on.
const FromNow = -1

// LogEvent is an event in its place in the log.
type LogEvent struct {
	Position int64
	Event
}

// Follow yields the events behind a position as they happen: each once, in the order of the log.
// When the connection breaks or the server is away it tries again, for as long as ctx lasts. An
// error that another try can't overcome is yielded at the end, and so is that ctx is done. A
// stream without topics has all of them.
func (l *Log) Follow(ctx context.Context, q EventsQuery, after int64) iter.Seq2[LogEvent, error] {
	return func(yield func(LogEvent, error) bool) {
		if len(q.Topics) == 0 {
			q.Topics = event.Topics()
		}
		f := newFollower(l.conn, max(after, 0), "events", "stream")
		f.query = q.values()
		f.given = after >= 0
		f.hello = func(h Hello) {
			if !f.given || h.Position < f.last { // or a backup was put back
				f.last = h.Position
				f.given = true
			}
		}
		f.take = func(id int64, e Event) error {
			if id > f.last {
				f.last = id
				f.over = !yield(LogEvent{id, e}, nil)
			}
			return nil
		}
		f.poll = func(ctx context.Context) (more bool, err error) {
			page, err := l.Events(ctx, q, f.last, pollPage)
			for i, e := range page.Events {
				if err := f.take(page.Positions[i], e); err != nil || f.over {
					return false, err
				}
			}
			return page.More, err
		}
		if err := f.follow(ctx); err != nil {
			yield(LogEvent{}, err)
		}
	}
}
