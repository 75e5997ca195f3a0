package client_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/run/event"
)

// What is followed by topics comes once, in the order of the log, over connections that break, and
// while the server has no room for a stream.
func TestLog_FollowMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, app.Config{}, api.Options{})
		var full atomic.Int64
		h := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if n := full.Add(1); r.URL.Path == "/api/events/stream" && n%3 == 0 {
				rw.Header().Set("Content-Type", "application/problem+json")
				rw.WriteHeader(http.StatusServiceUnavailable)
				fmt.Fprint(rw, `{"status":503,"code":"too_many_streams"}`) //nolint:errcheck // the client has left
				return
			}
			w.handler.ServeHTTP(rw, r)
		})
		steady := onPipes(t, h, client.Options{}, func(c net.Conn) (net.Conn, error) { return c, nil })
		bytes := 0
		var cuts atomic.Int64
		c := onPipes(t, h, client.Options{}, func(c net.Conn) (net.Conn, error) {
			bytes = (bytes*7 + 1500) % 4096
			return &cutting{Conn: c, left: bytes + 600, cuts: &cuts}, nil
		})
		first, err := steady.Projects.Create(t.Context(), client.NewProject{Slug: "before", DisplayName: "Before"})
		if err != nil {
			t.Fatal(err)
		}
		const n = 60
		got := make(chan []string)
		go func() {
			var names []string
			for e, err := range c.Log.Follow(t.Context(), client.EventsQuery{Topics: []event.Topic{event.TopicProjects}}, client.FromNow) {
				if err != nil {
					t.Error(err)
					break
				}
				if names = append(names, e.Body.(event.ProjectCreated).ProjectID); len(names) == n {
					break
				}
			}
			got <- names
		}()
		time.Sleep(10 * time.Second)
		var want []string
		for i := range n {
			p, err := steady.Projects.Create(t.Context(), client.NewProject{Slug: fmt.Sprint("p", i), DisplayName: "x"})
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, p.ProjectID)
			time.Sleep(200 * time.Millisecond)
		}
		if names := <-got; !slices.Equal(names, want) || slices.Contains(names, first.ProjectID) {
			t.Errorf("%v\nwant %v", names, want)
		}
		if cuts.Load() < 5 {
			t.Errorf("%d cuts", cuts.Load())
		}
		page, err := steady.Log.Events(t.Context(), client.EventsQuery{Kinds: []string{"project_created"}}, 0, 2)
		if err != nil || len(page.Events) != 2 || !page.More || page.Positions[1] != page.Position {
			t.Errorf("%+v %v", page, err)
		}
		for e, err := range steady.Log.Follow(t.Context(), client.EventsQuery{ProjectID: "p3"}, 0) {
			if err != nil || e.Position == 0 || e.Message == "" {
				t.Errorf("%+v %v", e, err)
			}
			break
		}
		for _, err := range steady.Log.Follow(t.Context(), client.EventsQuery{Kinds: []string{"none"}}, 0) {
			if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != http.StatusUnprocessableEntity {
				t.Error(err)
			}
		}
	})
}
