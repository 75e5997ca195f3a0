package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/internal/storage"
)

// tallyLimit bounds how many events are looked at, the last ones.
const tallyLimit = 200_000

// Tally counts the attempts since a time, of runs whose id does not begin with a prefix.
// What was given up by the caller counts as neither.
func (h *Health) Tally(ctx context.Context, since time.Time, except string) ([]storage.AttemptCount, error) {
	rows, err := h.db.read.QueryContext(ctx, `
		SELECT json_extract(body, '$.provider') AS p, json_extract(body, '$.model') AS m,
			sum(name = 'attempt_finished'), sum(name = 'attempt_failed')
		FROM events
		WHERE position > (SELECT coalesce(max(position), 0) FROM events) - ? AND ts >= ?
			AND name IN ('attempt_finished', 'attempt_failed') AND substr(run_id, 1, length(?)) <> ?
			AND coalesce(json_extract(body, '$.error_class'), '') <> 'canceled'
		GROUP BY p, m ORDER BY p, m`, tallyLimit, since.UnixMilli(), except, except)
	if err != nil {
		return nil, fmt.Errorf("count attempts: %w", err)
	}
	defer rows.Close()
	var all []storage.AttemptCount
	for rows.Next() {
		var c storage.AttemptCount
		if err := rows.Scan(&c.Provider, &c.Model, &c.Answered, &c.Failed); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}
