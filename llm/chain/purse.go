package chain

import "sync"

// Purse is money that calls are paid from. It is safe for concurrent use.
type Purse struct {
	limit float64 // USD

	mu       sync.Mutex // guards what follows
	spent    float64
	reserved float64 // by calls under way
}

// NewPurse returns a purse of limit USD, of which some is spent.
func NewPurse(limit, spent float64) *Purse { return &Purse{limit: limit, spent: spent} }

// Spent returns what was spent and what may be.
func (p *Purse) Spent() (spent, limit float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent, p.limit
}

// has reports whether a call of at least usd can be paid for.
func (p *Purse) has(usd float64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent+p.reserved+usd <= p.limit
}

// reserve puts money aside, and reports whether there is that much.
func (p *Purse) reserve(usd float64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spent+p.reserved+usd > p.limit {
		return false
	}
	p.reserved += usd
	return true
}

// pay puts what a call has cost in the place of what was reserved for it.
func (p *Purse) pay(reserved, usd float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reserved -= reserved
	p.spent += usd
}

// affordable reports whether each purse can pay, and which can't.
func affordable(purses []*Purse, usd float64) (empty *Purse) {
	for _, p := range purses {
		if !p.has(usd) {
			return p
		}
	}
	return nil
}
