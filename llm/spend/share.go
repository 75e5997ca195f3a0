package spend

import "sync"

// Share bounds what is spent on calls that are made to save time by a share of what is
// spent on all calls. The zero value is ready; it is safe for concurrent use.
type Share struct {
	mu    sync.Mutex // guards what follows
	all   float64
	extra float64
}

// Add adds the cost of a call, which may be an extra one.
func (s *Share) Add(usd float64, extra bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all += usd
	if extra {
		s.extra += usd
	}
}

// Allows reports whether an extra call that costs usd stays within a share of all costs.
func (s *Share) Allows(usd, share float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.extra+usd <= share*(s.all+usd)
}
