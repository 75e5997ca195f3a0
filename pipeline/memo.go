package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// memo finds the answers to a stage's requests that are paid for already. It is safe for
// concurrent use.
type memo struct {
	store  run.Memo
	module string
	root   string
	chain  string // whose answers in other lines of runs serve; "" for none
	former string // its name in versions before
	shared string // the chain under which other lines may use what this one pays for

	mu   sync.Mutex // guards keys
	keys []string   // of the answers that were used
}

func newMemo(store run.Memo, state run.State, s recipe.PlannedStage, l Candidates) *memo {
	m := &memo{store: store, module: s.Module, root: state.RootRunID}
	if state.Drill != "" {
		return m // what is made up serves no other line
	}
	m.shared, m.former = chainOf(l)
	if !state.Force {
		m.chain = m.shared
	}
	return m
}

// chainOf names a chain by the models in it: the names that users give their providers, and the
// keys, are no part of it. Former is its name in versions before, under which
// answers may be stored.
func chainOf(l Candidates) (chain, former string) {
	var all, names []string
	for _, c := range l.Candidates {
		name := c.Provider + ":" + c.Name
		all = append(all, cmp.Or(c.Identity, name))
		names = append(names, name)
	}
	return strings.Join(all, ","), strings.Join(names, ",")
}

// formerly is the former name of the chain whose answers serve; "" for none.
func (m *memo) formerly() string {
	if m.chain == "" {
		return ""
	}
	return m.former
}

// serves names the runs whose answers serve the stage: other lines of runs of the same chain,
// or, if their answers are not used, the own line only.
func (m *memo) serves() string {
	if m.chain == "" {
		return "line " + m.root
	}
	return m.chain
}

// key names the content of a request as the module means it: whichever model is asked, and
// whichever scene of whichever script it is about, the same request has the same key.
func (m *memo) key(req llm.Request) string {
	content, err := json.Marshal(struct {
		Module, Role, System, Prompt, SchemaName string
		Schema                                   json.RawMessage
		MaxOutputTokens                          int
	}{
		Module:          m.module,
		Role:            string(req.Role),
		System:          req.System,
		Prompt:          req.Prompt,
		SchemaName:      req.Schema.Name(),
		Schema:          req.Schema.JSON(),
		MaxOutputTokens: req.MaxOutputTokens,
	})
	if err != nil {
		return "" // a schema that is no JSON does not compile
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// find returns the stored answer to a request; false if there is none that fits.
func (m *memo) find(ctx context.Context, req llm.Request) (run.Answer, bool, error) {
	a, err := m.store.Answer(ctx, run.AnswerKey{Key: req.Key, Root: m.root, Chain: m.chain, Former: m.formerly()})
	switch {
	case errors.Is(err, run.ErrNotFound):
		return a, false, nil
	case err != nil:
		return a, false, err
	}
	return a, req.Schema.Validate(a.JSON) == nil, nil
}

// use notes that the answer to a request is used.
func (m *memo) use(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys = append(m.keys, key)
}

// used lists the requests whose answers were used.
func (m *memo) used() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keys
}

// answers is what is kept of an answer: nothing if it costs nothing to get it again.
func (m *memo) answers(e chain.AttemptFinished) []run.Answer {
	if e.Response.Source != llm.AI || e.Key == "" {
		return nil
	}
	return []run.Answer{{
		Key:         e.Key,
		Chain:       m.shared,
		JSON:        e.Response.JSON,
		Source:      artifact.Source(e.Response.Source),
		Provider:    e.Provider,
		Model:       e.Model,
		ServedModel: e.Response.Model,
		RequestID:   e.Response.RequestID,
	}}
}

// suspendedWaits are the requests of a stage that waited when it was suspended.
func suspendedWaits(st run.StageState) map[chain.RequestID]chain.Wait {
	if st.Status != run.StageWaiting {
		return nil
	}
	all := map[chain.RequestID]chain.Wait{}
	for _, w := range st.Waits {
		if !w.Retry {
			id := chain.RequestID{Unit: w.Unit, Role: llm.Role(w.Role)}
			all[id] = chain.Wait{Round: w.Round, Until: due(w), Last: lastFault(st, w.Unit, w.Role)}
		}
	}
	return all
}

// due returns when a wait is over. If the clock went back since it began, it begins anew.
func due(w run.Wait) time.Time {
	return w.Until.Add(-max(time.Until(w.Since.Time), 0))
}

// lastFault returns how a request failed last, as far as the log says; nil if it did not.
func lastFault(st run.StageState, unit string, role event.Role) *health.Fault {
	for i := len(st.Attempts) - 1; i >= 0; i-- {
		a := st.Attempts[i]
		if a.Unit != unit || a.Role != role || a.Failure == nil || a.ErrorClass == failure.Canceled {
			continue
		}
		return &health.Fault{Provider: a.Provider, Model: a.Model, Err: a.Failure}
	}
	return nil
}
