package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// Journal is which process works on which run, and what is signalled to runs.
type Journal struct{ db *database }

var _ storage.Journal = (*Journal)(nil)

// Claim takes a run, unless another claim of it is alive. The new epoch voids all older claims.
func (j *Journal) Claim(ctx context.Context, id string, ttl time.Duration) (durable.Claim, error) {
	if err := j.db.writable(); err != nil {
		return durable.Claim{}, err
	}
	if err := j.db.presence.Show(); err != nil {
		return durable.Claim{}, why(j.db.file, err)
	}
	claim, err := j.claim(ctx, id, ttl)
	if errors.Is(err, durable.ErrHeld) {
		if freed, reapErr := j.reap(ctx); reapErr == nil && freed {
			return j.claim(ctx, id, ttl)
		}
	}
	return claim, err
}

func (j *Journal) claim(ctx context.Context, id string, ttl time.Duration) (durable.Claim, error) {
	claim := durable.Claim{Run: id}
	err := j.db.update(ctx, func(tx *sql.Tx) error {
		if err := j.db.known(tx); err != nil {
			return err
		}
		now := time.Now()
		err := tx.QueryRow(`UPDATE runs SET epoch = epoch + 1, claim_until = ?, holder = ?, wake_at = 0
			WHERE id = ? AND (claim_until <= ? OR claim_until > ?) RETURNING epoch`,
			now.Add(ttl).UnixMilli(), j.db.presence.ID(), id, now.UnixMilli(), farOff(now)).Scan(&claim.Epoch)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var exists bool
		if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?)`, id).Scan(&exists); err != nil {
			return err
		}
		if !exists {
			return run.ErrNotFound
		}
		return durable.ErrHeld
	})
	return claim, err
}

// farOff is a time up to which no claim lives. One that does was made before the clock
// went back, by a process that had another clock, and counts for nothing.
func farOff(now time.Time) int64 { return now.Add(10 * time.Minute).UnixMilli() }

// Renew keeps a claim alive.
func (j *Journal) Renew(ctx context.Context, claim durable.Claim, ttl time.Duration) error {
	return j.db.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.Exec(`UPDATE runs SET claim_until = ? WHERE id = ? AND epoch = ?`,
			time.Now().Add(ttl).UnixMilli(), claim.Run, claim.Epoch)
		if err != nil {
			return fmt.Errorf("renew the claim on run %s: %w", claim.Run, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, durable.ErrLost)
		}
		return nil
	})
}

// Release gives a claim back. A run that got a signal meanwhile goes on at
// once, unless it waits for a person.
func (j *Journal) Release(ctx context.Context, claim durable.Claim, wake time.Time) error {
	err := j.db.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE runs SET claim_until = 0,
			wake_at = CASE WHEN ?1 < ?2 AND EXISTS (SELECT 1 FROM signals WHERE run_id = runs.id) THEN 0 ELSE ?1 END, wake_set = ?3
			WHERE id = ?4 AND epoch = ?5`, wakeMilli(wake), int64(math.MaxInt64), time.Now().UnixMilli(), claim.Run, claim.Epoch)
		return err
	})
	j.db.tell(err)
	return err
}

// wakeMilli is a time as wake_at holds it: 0 for the zero time, the largest number for Never.
func wakeMilli(t time.Time) int64 {
	switch {
	case t.IsZero():
		return 0
	case !t.Before(local.Never):
		return math.MaxInt64
	}
	return t.UnixMilli()
}

// Due returns runs that are to go on, that no process has claimed and that this one can
// go on with; see Carry. Claims of processes that are gone count as given back.
func (j *Journal) Due(ctx context.Context, n int) (due []local.DueRun, next time.Time, err error) {
	if err := j.db.stillKnown(ctx); err != nil {
		return nil, next, err
	}
	if _, err := j.reap(ctx); err != nil {
		return nil, next, err
	}
	now := time.Now().UnixMilli()
	// What was to wait at a time that is still to come was given it before the clock went
	// back. The projects take turns, so that one with very many runs does not hide the others'.
	rows, err := j.db.read.QueryContext(ctx, `SELECT id, project_id FROM (
			SELECT id, project_id, wake_at, position, row_number() OVER (PARTITION BY project_id ORDER BY wake_at, position) AS turn
			FROM runs WHERE ended = 0 AND (wake_at <= ?1 OR wake_set > ?1 AND wake_at < ?2)
				AND (claim_until <= ?1 OR claim_until > ?3) AND `+carried+`)
		ORDER BY turn, wake_at, position LIMIT ?5`, now, int64(math.MaxInt64), farOff(time.Now()), j.reached(), n)
	if err != nil {
		return nil, next, fmt.Errorf("list the runs that are due: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var d local.DueRun
		if err := rows.Scan(&d.Run, &d.Group); err != nil {
			return nil, next, err
		}
		due = append(due, d)
	}
	if err := rows.Err(); err != nil {
		return nil, next, err
	}
	rows.Close() // there may be one connection only
	next, err = j.nextDue(ctx, now)
	return due, next, err
}

// nextDue returns when the next run will be due after a time.
func (j *Journal) nextDue(ctx context.Context, now int64) (time.Time, error) {
	var at sql.NullInt64
	err := j.db.read.QueryRowContext(ctx, `SELECT min(max(wake_at, claim_until)) FROM runs
		WHERE ended = 0 AND wake_at < ?1 AND (wake_at > ?2 OR claim_until > ?3) AND `+carried, int64(math.MaxInt64), now, now,
		j.reached()).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("look when the next run is due: %w", err)
	}
	if !at.Valid {
		return local.Never, nil
	}
	return time.UnixMilli(at.Int64), nil
}

// Signal sends a signal to a run, which is then due if no process works on it. It
// returns durable.ErrLost if the run has ended.
func (j *Journal) Signal(ctx context.Context, id string, signal durable.Signal) error {
	err := j.db.update(ctx, func(tx *sql.Tx) error {
		var ended bool
		err := tx.QueryRow(`UPDATE runs SET wake_at = CASE WHEN wake_at = ? THEN wake_at ELSE 0 END WHERE id = ? RETURNING ended`,
			int64(math.MaxInt64), id).Scan(&ended)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return run.ErrNotFound
		case err != nil:
			return err
		case ended:
			return durable.ErrLost
		}
		_, err = tx.Exec(`INSERT INTO signals (run_id, name, ts, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			id, signal.Kind, time.Now().UnixMilli(), signal.Note)
		return err
	})
	j.db.tell(err)
	if err != nil {
		return fmt.Errorf("signal %s to run %s: %w", signal.Kind, id, err)
	}
	return nil
}

// WakeAll makes all runs due that wait for a time.
func (j *Journal) WakeAll(ctx context.Context) error {
	err := j.db.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE runs SET wake_at = ?1, wake_set = ?1 WHERE ended = 0 AND wake_at > ?1 AND wake_at < ?2 AND epoch > 0`,
			time.Now().UnixMilli(), int64(math.MaxInt64))
		if err != nil {
			return fmt.Errorf("let waiting runs go on: %w", err)
		}
		return nil
	})
	j.db.tell(err)
	return err
}

// Signals returns what is said to a run and was not heard yet.
func (j *Journal) Signals(ctx context.Context, id string) ([]durable.Signal, error) {
	rows, err := j.db.read.QueryContext(ctx, `SELECT name, note FROM signals WHERE run_id = ? ORDER BY ts`, id)
	if err != nil {
		return nil, fmt.Errorf("read the signals of run %s: %w", id, err)
	}
	defer rows.Close()
	var all []durable.Signal
	for rows.Next() {
		var one durable.Signal
		if err := rows.Scan(&one.Kind, &one.Note); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Ack takes a signal away.
func (j *Journal) Ack(ctx context.Context, claim durable.Claim, kind durable.SignalKind) error {
	return j.db.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM signals WHERE run_id = ? AND name = ?
			AND EXISTS (SELECT 1 FROM runs WHERE id = run_id AND epoch = ?)`, claim.Run, kind, claim.Epoch)
		return err
	})
}

// Changed returns a channel that is closed when this process has made a run, given
// one back, or said something to one.
func (j *Journal) Changed() <-chan struct{} {
	j.db.mu.Lock()
	defer j.db.mu.Unlock()
	return j.db.woken
}

// tell closes the channel of Changed, if there was no error.
func (d *database) tell(err error) {
	if err != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.woken)
	d.woken = make(chan struct{})
}

// Serve shows that this process works on whatever is due, until the store is closed.
func (j *Journal) Serve() error { return why(j.db.file, j.db.presence.Serve()) }

// Served reports whether another process works on whatever is due.
func (j *Journal) Served() bool { return j.db.presence.Served() }

// Worked reports whether a process that lives works on a run.
func (j *Journal) Worked(ctx context.Context, id string) (bool, error) {
	var holder string
	var until int64
	err := j.db.read.QueryRowContext(ctx, `SELECT holder, claim_until FROM runs WHERE id = ?`, id).Scan(&holder, &until)
	if errors.Is(err, sql.ErrNoRows) {
		err = run.ErrNotFound
	}
	if err != nil {
		return false, fmt.Errorf("look who works on run %s: %w", id, err)
	}
	now := time.Now()
	return until > now.UnixMilli() && until <= farOff(now) && !slices.Contains(j.db.presence.Gone(), holder), nil
}

// reap gives back the claims of processes that are gone. It reports whether there were any.
func (j *Journal) reap(ctx context.Context) (freed bool, err error) {
	if j.db.readOnly() {
		return false, nil
	}
	for _, id := range j.db.presence.Gone() {
		err := j.db.update(ctx, func(tx *sql.Tx) error {
			res, err := tx.Exec(`UPDATE runs SET claim_until = 0 WHERE holder = ? AND claim_until > 0`, id)
			if err != nil {
				return fmt.Errorf("give back the claims of a process that is gone: %w", err)
			}
			n, err := res.RowsAffected()
			freed = freed || n > 0
			return err
		})
		if err != nil {
			return freed, err
		}
		j.db.presence.Forget(id)
	}
	return freed, nil
}
