package guard

import (
	"net/http"
	"net/netip"
	"sync"

	"github.com/cineforge/cineforge/resilience/budget"
)

// Address returns where a request comes from: the peer's address, whatever its headers say, and
// for an IPv6 address the network that one customer has. It is the zero value if there is none.
func Address(r *http.Request) netip.Prefix {
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

// triesByAddress limits how often each address may show a wrong secret: a burst, and a rate.
// It is safe for concurrent use.
type triesByAddress struct {
	mu sync.Mutex
	by map[netip.Prefix]*budget.Bucket // guarded by mu; those that are not full
}

const (
	triesBurst     = 10
	triesPerSecond = 0.5
	// maxAddresses bounds how many addresses are remembered.
	maxAddresses = 4096
)

// take counts a try of an address, and reports whether one was left.
func (t *triesByAddress) take(from netip.Prefix) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.by[from]
	if b == nil {
		t.makeRoom()
		b = budget.New(budget.Options{Cap: triesBurst, Start: triesBurst, PerSecond: triesPerSecond})
		t.by[from] = b
	}
	return b.Take(1)
}

// makeRoom forgets the addresses that have all tries again, or else the one with most of them.
func (t *triesByAddress) makeRoom() {
	if t.by == nil {
		t.by = map[netip.Prefix]*budget.Bucket{}
	}
	if len(t.by) < maxAddresses {
		return
	}
	var fullest netip.Prefix
	level := -1.0
	for from, b := range t.by {
		l := b.Level()
		if l >= triesBurst {
			delete(t.by, from)
		}
		if l > level {
			fullest, level = from, l
		}
	}
	delete(t.by, fullest)
}

// Slots limits how much is held at a time: in all, and by each address, which gets half of the
// slots at most. It is safe for concurrent use.
type Slots struct {
	limit int

	mu   sync.Mutex // guards what follows
	held int
	by   map[netip.Prefix]int // the addresses that hold slots
}

// NewSlots returns so many free slots.
func NewSlots(limit int) *Slots { return &Slots{limit: limit, by: map[netip.Prefix]int{}} }

// Acquire takes a slot until release is called; false if there is none for the address.
func (s *Slots) Acquire(from netip.Prefix) (release func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	each := max(s.limit/2, 1)
	if s.held >= s.limit || from.IsValid() && s.by[from] >= each {
		return nil, false
	}
	s.held++
	s.by[from]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.held--
		if s.by[from]--; s.by[from] == 0 {
			delete(s.by, from)
		}
	}, true
}
