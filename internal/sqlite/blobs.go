package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/run"
)

// Blobs is content by its digest. What a commit refers to is stored in its transaction.
type Blobs struct{ db *database }

var _ artifact.Blobs = (*Blobs)(nil)

// Put stores content under its digest, all of it or nothing.
func (b *Blobs) Put(ctx context.Context, data ...[]byte) error {
	return b.db.update(ctx, func(tx *sql.Tx) error { return putBlobs(tx, data) })
}

func putBlobs(tx *sql.Tx, data [][]byte) error {
	for _, d := range data {
		if err := putBlob(tx, artifact.DigestOf(d), d); err != nil {
			return err
		}
	}
	return nil
}

func putBlob(tx *sql.Tx, digest artifact.Digest, data []byte) error {
	if data == nil {
		data = []byte{} // nil would be stored as NULL
	}
	if _, err := tx.Exec(`INSERT INTO blobs (digest, data) VALUES (?, ?) ON CONFLICT DO NOTHING`, digest, data); err != nil {
		return fmt.Errorf("store %s: %w", digest, err)
	}
	return nil
}

// Get returns content by its digest.
func (b *Blobs) Get(ctx context.Context, digest artifact.Digest) ([]byte, error) {
	var data []byte
	err := b.db.read.QueryRowContext(ctx, `SELECT data FROM blobs WHERE digest = ?`, digest).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		err = run.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", digest, err)
	}
	if artifact.DigestOf(data) != digest {
		return nil, fmt.Errorf("read %s: %w", digest, why(b.db.file, run.ErrDamaged))
	}
	return data, nil
}

// List yields what is stored.
func (b *Blobs) List(ctx context.Context) iter.Seq2[artifact.Blob, error] {
	return func(yield func(artifact.Blob, error) bool) {
		for after := ""; ; {
			batch, err := b.listPage(ctx, after)
			if err != nil {
				yield(artifact.Blob{}, fmt.Errorf("list the content: %w", err))
				return
			}
			for _, one := range batch {
				if !yield(one, nil) {
					return
				}
				after = string(one.Digest)
			}
			if len(batch) < page {
				return
			}
		}
	}
}

func (b *Blobs) listPage(ctx context.Context, after string) ([]artifact.Blob, error) {
	found, err := b.db.read.QueryContext(ctx, `SELECT digest, length(data) FROM blobs WHERE digest > ? ORDER BY digest LIMIT ?`, after, page)
	if err != nil {
		return nil, err
	}
	return collect(found, func(row scanner) (one artifact.Blob, err error) {
		err = row.Scan(&one.Digest, &one.Size)
		return one, err
	})
}

// Remove removes content.
func (b *Blobs) Remove(ctx context.Context, digests ...artifact.Digest) error {
	return b.db.update(ctx, func(tx *sql.Tx) error { return removeBlobs(tx, digests) })
}

func removeBlobs(tx *sql.Tx, digests []artifact.Digest) error {
	for _, d := range digests {
		if _, err := tx.Exec(`DELETE FROM blobs WHERE digest = ?`, d); err != nil {
			return fmt.Errorf("remove %s: %w", d, err)
		}
	}
	return nil
}
