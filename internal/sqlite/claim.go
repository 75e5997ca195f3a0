package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cineforge/durable"
	"cineforge/run"
)

// Claim takes a run, unless another claim of it is alive. The new epoch voids all older claims.
func (s *Store) Claim(ctx context.Context, id string, ttl time.Duration) (durable.Claim, error) {
	claim := durable.Claim{Run: id}
	err := s.update(ctx, func(tx *sql.Tx) error {
		now := time.Now()
		err := tx.QueryRow(`UPDATE runs SET epoch = epoch + 1, claim_until = ?
			WHERE id = ? AND claim_until <= ? RETURNING epoch`,
			now.Add(ttl).UnixMilli(), id, now.UnixMilli()).Scan(&claim.Epoch)
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

// Renew keeps a claim alive.
func (s *Store) Renew(ctx context.Context, claim durable.Claim, ttl time.Duration) error {
	return s.update(ctx, func(tx *sql.Tx) error {
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

// Release gives a claim back.
func (s *Store) Release(ctx context.Context, claim durable.Claim) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE runs SET claim_until = 0 WHERE id = ? AND epoch = ?`, claim.Run, claim.Epoch)
		return err
	})
}
