package spend_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/cineforge/cineforge/llm/spend"
)

func TestBudget_CallsUnderWayCount(t *testing.T) {
	b := spend.NewBudget(0.10, 0.02)
	if err := b.Reserve(0.05); err != nil {
		t.Fatal(err)
	}
	if err := b.Reserve(0.05); !errors.Is(err, spend.ErrOverBudget) || b.Allows(0.05) {
		t.Fatalf("%v: more is reserved than is left", err)
	}
	b.Settle(0.05, 0.01)
	if spent, limit := b.Spent(); spent != 0.03 || limit != 0.10 || !b.Allows(0.05) {
		t.Fatalf("$%v of $%v", spent, limit)
	}
}

func TestBudgets_ReserveInAllOrNone(t *testing.T) {
	large, small := spend.NewBudget(1, 0), spend.NewBudget(0.1, 0)
	all := spend.Budgets{large, small}
	if err := all.Reserve(0.5); !errors.Is(err, spend.ErrOverBudget) || all.Exceeded(0.5) != small {
		t.Fatal(err)
	}
	if !large.Allows(1) {
		t.Fatal("what was reserved in the first one is not given back")
	}
	if err := all.Reserve(0.1); err != nil || all.Exceeded(0.1) != small || all.Exceeded(0) != nil {
		t.Fatal(err)
	}
	all.Settle(0.1, 0.05)
	for _, b := range all {
		if spent, _ := b.Spent(); spent != 0.05 {
			t.Errorf("$%v are spent", spent)
		}
	}
}

func TestBudget_IsNeverExceededTogether(t *testing.T) {
	b := spend.NewBudget(1, 0)
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if b.Reserve(0.125) == nil {
				b.Settle(0.125, 0.125)
			}
		})
	}
	wg.Wait()
	if spent, _ := b.Spent(); spent != 1 {
		t.Fatalf("$%v of $1 are spent", spent)
	}
}

func TestAverage_Mean(t *testing.T) {
	var a spend.Average
	if a.Mean() != 0 {
		t.Fatal(a.Mean())
	}
	a.Add(1)
	a.Add(2)
	if a.Mean() != 1.5 {
		t.Fatal(a.Mean())
	}
}

func TestShare_Allows(t *testing.T) {
	var s spend.Share
	if s.Allows(0.01, 0.03) || !s.Allows(0, 0.03) {
		t.Fatal("nothing is spent, so that nothing extra may be")
	}
	s.Add(1, false)
	if !s.Allows(0.03, 0.03) || s.Allows(0.04, 0.03) {
		t.Fatal("3 % of $1 may be spent")
	}
	s.Add(0.03, true)
	if s.Allows(0.01, 0.03) {
		t.Fatal("the share is spent")
	}
}
