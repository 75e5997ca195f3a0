package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Carry says which routes this process can reach. Runs that need others are not due here
// any more; without it every run is due.
func (j *Journal) Carry(routes []string) {
	list, err := json.Marshal(routes)
	if err != nil {
		return // strings can always be written
	}
	j.db.carries.Store(string(list))
}

// reached is the list of routes that Carry was given, "" if it was not called.
func (j *Journal) reached() string {
	list, _ := j.db.carries.Load().(string)
	return list
}

// carried is the condition that this process can go on with a run: for each stage that is
// to be done it can reach one of the routes. Its parameter is the JSON list of routes, ""
// for all.
const carried = `(?4 = '' OR NOT EXISTS (SELECT 1 FROM routes WHERE run_id = runs.id
	GROUP BY stage HAVING NOT max(route IN (SELECT value FROM json_each(?4)))))`

// Uncarried returns at most n runs that would go on by themselves, that no process works on and
// that this process can't go on with, newest first.
func (j *Journal) Uncarried(ctx context.Context, n int) ([]run.Summary, error) {
	if _, err := j.reap(ctx); err != nil {
		return nil, err
	}
	now := time.Now()
	found, err := j.db.read.QueryContext(ctx, summaries+`WHERE r.id IN (SELECT id FROM runs
		WHERE ended = 0 AND wake_at < ?1 AND (claim_until <= ?2 OR claim_until > ?3) AND NOT `+carried+`
		ORDER BY position DESC LIMIT ?5) ORDER BY r.position DESC`,
		int64(math.MaxInt64), now.UnixMilli(), farOff(now), j.reached(), n)
	if err != nil {
		return nil, fmt.Errorf("list the runs that nobody carries: %w", err)
	}
	return collect(found, scanSummary)
}

// followRoutes keeps the routes of a run as an event leaves them.
func followRoutes(tx *sql.Tx, runID string, body event.Body) error {
	var err error
	forget := func(condition string, stage any) {
		if err == nil {
			_, err = tx.Exec(`DELETE FROM routes WHERE run_id = ?1 AND `+condition, runID, stage)
		}
	}
	switch b := body.(type) {
	case event.PipelineStarted:
		err = needRoutes(tx, runID, b.Candidates)
	case event.RunResumed:
		if b.Candidates != nil {
			forget(`?2 IS NULL`, nil)
			err = errors.Join(err, needRoutes(tx, runID, b.Candidates), unlike(tx, runID))
		}
		for _, id := range b.Confirmed {
			forget(`stage = ?2`, id)
		}
	case event.StageFinished:
		forget(`stage = ?2`, b.StageID)
	case event.StageSkippedReused:
		forget(`stage = ?2`, b.StageID)
	case event.StageFailed: // all that is left is to end the run
		forget(`?2 IS NULL`, nil)
	case event.PipelineFinished, event.DryRunValidated:
		forget(`?2 IS NULL`, nil)
	}
	if err != nil {
		return fmt.Errorf("keep the routes of run %s: %w", runID, err)
	}
	return nil
}

func needRoutes(tx *sql.Tx, runID string, pinned map[string][]event.Candidate) error {
	for stage, candidates := range pinned {
		for _, c := range candidates {
			if _, err := tx.Exec(`INSERT INTO routes (run_id, stage, route) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
				runID, stage, c.Route()); err != nil {
				return err
			}
		}
	}
	return nil
}

// unlike notes that a run is not any more what it was asked for.
func unlike(tx *sql.Tx, runID string) error {
	_, err := tx.Exec(`UPDATE runs SET asked = '' WHERE id = ?`, runID)
	return err
}

// notUnderWay returns a *run.UnderWayError if a run that was asked for in the same way is
// under way, or was only interrupted.
func notUnderWay(tx *sql.Tx, asked artifact.Digest) error {
	if asked == "" {
		return nil
	}
	var by string
	var paused bool
	// The reason of its last pause counts only while it is paused.
	err := tx.QueryRow(`SELECT id, paused FROM (
		SELECT id, position, wake_at = 9223372036854775807 AND claim_until = 0 AS paused,
			(SELECT iif(json_valid(body), json_extract(body, '$.reason'), '') FROM events
			WHERE run_id = runs.id AND name = 'stage_paused' ORDER BY seq DESC LIMIT 1) AS reason
		FROM runs WHERE asked = ?1 AND asked <> '' AND ended = 0)
		WHERE NOT paused OR reason = ?2 ORDER BY position DESC LIMIT 1`, asked, event.Interrupted).Scan(&by, &paused)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = &run.UnderWayError{RunID: by, Paused: paused}
	}
	return fmt.Errorf("create a run: %w", err)
}
