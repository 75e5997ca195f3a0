// Package spend bounds what calls to models may cost.
//
// A [Budget] is a limit in USD. A call reserves what it is expected to cost before it
// begins, so that calls under way together don't exceed the limit, and settles what it
// has cost when it ends. [Budgets] are several that pay for every call, such as those of
// a run and of its stage.
package spend

import (
	"errors"
	"sync"
)

// ErrOverBudget is the error of a reservation that exceeds a budget.
var ErrOverBudget = errors.New("the cost budget does not allow it")

// Budget is a limit on what may be spent. It is safe for concurrent use.
type Budget struct {
	limit float64 // USD

	mu       sync.Mutex // guards what follows
	spent    float64
	reserved float64 // by calls under way
}

// NewBudget returns a budget of limit USD, of which some is spent already.
func NewBudget(limit, spent float64) *Budget { return &Budget{limit: limit, spent: spent} }

// Spent returns what was spent and what may be.
func (b *Budget) Spent() (spent, limit float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spent, b.limit
}

// Allows reports whether a call that costs usd can be paid for, with what calls under way
// have reserved.
func (b *Budget) Allows(usd float64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spent+b.reserved+usd <= b.limit
}

// Reserve sets usd aside for a call, or returns [ErrOverBudget]. What is reserved is to be
// settled.
func (b *Budget) Reserve(usd float64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+b.reserved+usd > b.limit {
		return ErrOverBudget
	}
	b.reserved += usd
	return nil
}

// Settle replaces what was reserved for a call by what it has cost.
func (b *Budget) Settle(reserved, usd float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reserved -= reserved
	b.spent += usd
}

// Budgets are budgets that each pay for every call.
type Budgets []*Budget

// Exceeded returns the first budget that does not allow a call that costs usd, nil if all do.
func (all Budgets) Exceeded(usd float64) *Budget {
	for _, b := range all {
		if !b.Allows(usd) {
			return b
		}
	}
	return nil
}

// Reserve sets usd aside in each budget, or in none and returns [ErrOverBudget].
func (all Budgets) Reserve(usd float64) error {
	for i, b := range all {
		if err := b.Reserve(usd); err != nil {
			for _, before := range all[:i] {
				before.Settle(usd, 0)
			}
			return err
		}
	}
	return nil
}

// Settle replaces what was reserved for a call in each budget by what it has cost.
func (all Budgets) Settle(reserved, usd float64) {
	for _, b := range all {
		b.Settle(reserved, usd)
	}
}
