package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cineforge/cineforge/run"
)

// keepAnswers stores the answers of a change, and drops those that it forgets.
func (l *Log) keepAnswers(tx *sql.Tx, runID string, c run.Change) error {
	for _, a := range c.Answers {
		body, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("keep an answer of run %s: %w", runID, err)
		}
		if _, err := tx.Exec(`INSERT INTO answers (key, root, chain, source, run_id, body)
			SELECT ?, root, ?, ?, id, ? FROM runs WHERE id = ?
			ON CONFLICT (key, root) DO UPDATE SET chain = excluded.chain, source = excluded.source, run_id = excluded.run_id, body = excluded.body`,
			a.Key, a.Chain, a.Source, string(body), runID); err != nil {
			return fmt.Errorf("keep an answer of run %s: %w", runID, err)
		}
	}
	for _, key := range c.Forget {
		if _, err := tx.Exec(`DELETE FROM answers WHERE key = ? AND root = (SELECT root FROM runs WHERE id = ?)`, key, runID); err != nil {
			return fmt.Errorf("forget an answer of run %s: %w", runID, err)
		}
	}
	return nil
}

// Answer returns an answer to a question.
func (l *Log) Answer(ctx context.Context, q run.AnswerKey) (run.Answer, error) {
	a := run.Answer{Key: q.Key}
	var body []byte
	err := l.db.read.QueryRowContext(ctx, `SELECT chain, run_id, body FROM answers
		WHERE key = ? AND (root = ? OR chain IN (?, ?) AND chain <> '') ORDER BY root <> ? LIMIT 1`,
		q.Key, q.Root, q.Chain, q.Former, q.Root).Scan(&a.Chain, &a.RunID, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return a, run.ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	if err != nil {
		return a, fmt.Errorf("read an answer: %w", err)
	}
	return a, nil
}
