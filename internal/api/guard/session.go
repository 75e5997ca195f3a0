package guard

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"sync"
	"time"
)

// sessionAge is how long a login lasts.
const sessionAge = 30 * 24 * time.Hour

// maxSessions bounds the sessions of a server; the oldest one ends for a new one.
const maxSessions = 1000

// sessions holds the open sessions of this process by the digest of their cookie's value. They
// end with the process, so that an ended session can't come back, and a new token ends those
// of the old one. It is safe for concurrent use.
type sessions struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]session
}

// session is a login. Its context is done when it ends.
type session struct {
	context.Context //nolint:containedctx // it ends with the session, and is handed on as its requests' own
	cancel          context.CancelFunc
	began           time.Time
	name            string // of the token that it was opened with
}

// begin opens a session with a token of a name, and returns it and the value of its cookie.
func (s *sessions) begin(name string) (opened session, cookie string) {
	b := make([]byte, 32)
	rand.Read(b) //nolint:errcheck // never fails
	cookie = hex.EncodeToString(b)
	key := sha256.Sum256([]byte(cookie))
	ctx, cancel := context.WithTimeout(context.Background(), sessionAge)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[[sha256.Size]byte]session{}
	}
	maps.DeleteFunc(s.all, func(_ [sha256.Size]byte, old session) bool { return old.Err() != nil })
	if len(s.all) >= maxSessions {
		all := slices.Collect(maps.Values(s.all))
		slices.MinFunc(all, func(a, b session) int { return a.began.Compare(b.began) }).cancel()
		maps.DeleteFunc(s.all, func(_ [sha256.Size]byte, old session) bool { return old.Err() != nil })
	}
	opened = session{Context: ctx, cancel: cancel, began: time.Now(), name: name}
	s.all[key] = opened
	return opened, cookie
}

// find returns the session of a cookie; its context is done when the session ends.
func (s *sessions) find(cookie string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.all[sha256.Sum256([]byte(cookie))]
	return found, ok && found.Err() == nil
}

// end ends the session of a cookie, if there is one.
func (s *sessions) end(cookie string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(cookie))
	if found, ok := s.all[key]; ok {
		found.cancel()
		delete(s.all, key)
	}
}

// endAll ends all sessions.
func (s *sessions) endAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.all {
		old.cancel()
	}
	clear(s.all)
}
