package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cineforge/cineforge/run"
)

// answer is a stored answer.
type answer struct {
	root, chain, by string
	body            []byte
}

func encodeAnswers(answers []run.Answer) (bodies [][]byte, err error) {
	for _, a := range answers {
		body, err := json.Marshal(a)
		if err != nil {
			return nil, fmt.Errorf("keep an answer: %w", err)
		}
		bodies = append(bodies, body)
	}
	return bodies, nil
}

// keepAnswers stores the answers of a change, and drops those that it forgets. The caller
// holds mu.
func (d *data) keepAnswers(r *record, c run.Change, bodies [][]byte) {
	drop := func(key string) {
		d.answers[key] = slices.DeleteFunc(d.answers[key], func(a answer) bool { return a.root == r.root })
	}
	for i, a := range c.Answers {
		drop(a.Key)
		d.answers[a.Key] = append(d.answers[a.Key], answer{root: r.root, chain: a.Chain, by: r.RunID, body: bodies[i]})
	}
	for _, key := range c.Forget {
		drop(key)
	}
}

// Answer returns an answer, one of the own line first.
func (l *Log) Answer(_ context.Context, q run.AnswerKey) (run.Answer, error) {
	l.data.mu.Lock()
	defer l.data.mu.Unlock()
	var found *answer
	for i, a := range l.data.answers[q.Key] {
		own := a.root == q.Root
		other := a.chain != "" && (a.chain == q.Chain || a.chain == q.Former)
		if own || other && found == nil {
			found = &l.data.answers[q.Key][i]
		}
		if own {
			break
		}
	}
	if found == nil {
		return run.Answer{Key: q.Key}, run.ErrNotFound
	}
	a := run.Answer{Key: q.Key, Chain: found.chain, RunID: found.by, Root: found.root}
	if err := json.Unmarshal(found.body, &a); err != nil {
		return a, fmt.Errorf("read an answer: %w", err)
	}
	return a, nil
}
