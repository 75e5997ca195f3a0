package api

import (
	"net/http"
	"net/netip"
	"sync"

	"github.com/cineforge/cineforge/resilience/budget"
)

// address is where a request comes from: the peer's address, whatever its headers say, and of
// an IPv6 address the network that one customer has. It is the zero value if there is none.
func address(r *http.Request) netip.Prefix {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	ip, bits := peer.Addr().Unmap().WithZone(""), 64
	if ip.Is4() {
		bits = 32
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// attempts bounds the tries of each address to show what it doesn't know: a burst, and what
// comes back each second. It is safe for concurrent use.
type attempts struct {
	mu sync.Mutex
	by map[netip.Prefix]*budget.Bucket // guarded by mu; those that are not full
}

const (
	attemptsBurst  = 10
	attemptsPerSec = 0.5
	// mostAddresses bounds how many addresses are known at a time.
	mostAddresses = 4096
)

// take counts a try of an address, and reports whether it had one left.
func (a *attempts) take(from netip.Prefix) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.by[from]
	if b == nil {
		a.makeRoom()
		b = budget.New(budget.Options{Cap: attemptsBurst, Start: attemptsBurst, PerSecond: attemptsPerSec})
		a.by[from] = b
	}
	return b.Take(1)
}

// makeRoom forgets who has all tries again, or else who has most of them.
func (a *attempts) makeRoom() {
	if a.by == nil {
		a.by = map[netip.Prefix]*budget.Bucket{}
	}
	if len(a.by) < mostAddresses {
		return
	}
	var calmest netip.Prefix
	level := -1.0
	for from, b := range a.by {
		l := b.Level()
		if l >= attemptsBurst {
			delete(a.by, from)
		}
		if l > level {
			calmest, level = from, l
		}
	}
	delete(a.by, calmest)
}

// crowd bounds how many are there at a time: in all, and of each address, so that no address
// takes all places. It is safe for concurrent use.
type crowd struct {
	most int

	mu sync.Mutex
	n  int
	by map[netip.Prefix]int // guarded by mu, as n is; addresses of which somebody is there
}

// enter takes a place, until leave is called; false if there is none.
func (c *crowd) enter(from netip.Prefix) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	each := max(c.most/2, 1)
	if c.n >= c.most || from.IsValid() && c.by[from] >= each {
		return nil, false
	}
	if c.by == nil {
		c.by = map[netip.Prefix]int{}
	}
	c.n++
	c.by[from]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n--
		if c.by[from]--; c.by[from] == 0 {
			delete(c.by, from)
		}
	}, true
}
