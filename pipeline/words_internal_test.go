package pipeline

import (
	"testing"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/run/event"
)

// The router and the log name the reasons and the roles by the same words.
func TestDecisionOf_WordsOfTheRouterAreThoseOfTheLog(t *testing.T) {
	for word, want := range map[chain.Reason]event.VerdictReason{
		health.Held: event.Held, health.CoolingDown: event.CoolingDown, health.BreakerOpen: event.BreakerIsOpen,
		health.Probing: event.Probing, chain.NotConfigured: event.NotConfigured, chain.SmallWindow: event.SmallWindow,
		chain.OverBudget: event.OverBudget, chain.Refused: event.Refused, chain.Failed: event.FailedInRound,
		chain.ProviderOut: event.ProviderOut, chain.Reserved: event.Reserved, chain.Behind: event.Behind,
	} {
		if string(word) != string(want) {
			t.Errorf("the router says %s, the log %s", word, want)
		}
	}
	for role, want := range map[llm.Role]event.Role{llm.Work: event.Work, llm.QA: event.QA, llm.Escalate: event.Escalate} {
		if string(role) != string(want) {
			t.Errorf("a request has the role %s, its event %s", role, want)
		}
	}
}
