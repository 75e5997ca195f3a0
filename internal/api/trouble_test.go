package api_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api"
	"github.com/cineforge/cineforge/internal/app"
)

// lockedBuffer is a log that can be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) lines(word string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), word)
}

// However many requests meet trouble of the store, its begin and its end are logged, and the
// first one is what makes the server not ready.
func TestAPI_TroubleIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		var s *site
		s = idle(t, api.Options{Log: slog.New(slog.NewTextHandler(&log, nil))},
			app.Config{StoreTrouble: func(err error) { s.watch.StoreTrouble(err) }})
		if err := s.store.Maintenance.Exec(t.Context(), "PRAGMA query_only = on"); err != nil {
			t.Fatal(err)
		}
		s.get("/api/ready").is(200)
		for range 20 {
			s.post("/api/projects/new", client.NewProject{Slug: "night-ferry"}).fails(503, "store_unavailable")
		}
		s.get("/api/ready").fails(503, "read_only")
		if n := log.lines("WARN"); n != 1 || log.lines("trouble=read_only") != 1 {
			t.Errorf("%d lines: %s", n, log.b.String())
		}
		if err := s.store.Maintenance.Exec(t.Context(), "PRAGMA query_only = off"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		s.get("/api/ready").is(200)
		if n := log.lines("WARN"); n != 2 || log.lines("again") != 1 {
			t.Errorf("%d lines: %s", n, log.b.String())
		}
	})
}

// Damage of one record makes the server no less ready, and is logged once.
func TestAPI_DamageIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		s := idle(t, api.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, app.Config{})
		s.project("night-ferry")
		up := into[client.Uploaded](s.upload("night-ferry", "a.fountain", []byte("INT. ROOM - DAY\n\nRain.\n")))
		if err := s.store.Maintenance.Exec(t.Context(), "UPDATE blobs SET data = x'00'"); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			s.get("/api/projects/night-ferry/inputs/"+up.StoredPath).fails(503, "store_unavailable")
		}
		s.get("/api/ready").is(200)
		if n := log.lines("WARN"); n != 1 {
			t.Errorf("%d lines: %s", n, log.b.String())
		}
	})
}
