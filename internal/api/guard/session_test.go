package guard

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// A session lasts 30 days, and not longer.
func TestSessions_LastAMonth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s sessions
		_, cookie := s.begin("anna")
		of, ok := s.find(cookie)
		time.Sleep(30*24*time.Hour - time.Second)
		if _, still := s.find(cookie); !ok || !still || of.name != "anna" {
			t.Error("it ended early")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if _, still := s.find(cookie); still || of.Err() == nil {
			t.Error("it goes on")
		}
		s.begin("")
		if len(s.all) != 1 {
			t.Error("what is over is kept:", len(s.all))
		}
	})
}

// There are bounded many sessions: the oldest one ends.
func TestSessions_AreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s sessions
		_, first := s.begin("")
		time.Sleep(time.Second)
		_, second := s.begin("")
		for range maxSessions - 1 {
			time.Sleep(time.Second)
			s.begin("")
		}
		if _, ok := s.find(first); ok || len(s.all) != maxSessions {
			t.Errorf("%d sessions, the oldest one: %t", len(s.all), ok)
		}
		if _, ok := s.find(second); !ok {
			t.Error("another than the oldest one was ended")
		}
		s.endAll()
	})
}

// However many addresses try, few are kept, and an address that goes on to try is not forgotten for them.
func TestTriesByAddress_AreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a triesByAddress
		one := prefix(t, "198.51.100.7:1")
		for a.take(one) {
		}
		for i := range maxAddresses + 200 {
			a.take(prefix(t, fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&0xff, i&0xff)))
		}
		if len(a.by) > maxAddresses {
			t.Error(len(a.by))
		}
		if a.take(one) {
			t.Error("many addresses give one its tries back")
		}
	})
}

func prefix(t *testing.T, remote string) netip.Prefix {
	t.Helper()
	p := Address(&http.Request{RemoteAddr: remote})
	if !p.IsValid() {
		t.Fatal(remote)
	}
	return p
}
