package deletion

import (
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/cineforge/cineforge/artifact"
)

// References selects the digests that artifacts are made of, that projects have as inputs,
// and that runs outside the lines of ?1 work with. Whatever else comes to refer to content
// has to be named here.
const References = `SELECT digest FROM artifacts UNION SELECT digest FROM inputs UNION
	SELECT coalesce(json_extract(body, part.value), '') FROM runs JOIN events ON run_id = runs.id AND seq = 1,
		json_each('["$.recipe_digest", "$.input_digest"]') AS part
	WHERE runs.root NOT IN (SELECT value FROM json_each(?1))`

// Unreferenced returns those of some content that nothing refers to, as of a transaction.
func Unreferenced(tx *sql.Tx, some []artifact.Blob) ([]artifact.Blob, error) {
	var digests []artifact.Digest
	for _, b := range some {
		digests = append(digests, b.Digest)
	}
	list, err := json.Marshal(digests)
	if err != nil {
		return nil, err
	}
	found, err := tx.Query(`SELECT value FROM json_each(?2) WHERE value IN (`+References+`)`, "[]", string(list))
	if err != nil {
		return nil, err
	}
	needed, err := collect(found, func() (d artifact.Digest, err error) { return d, found.Scan(&d) })
	return slices.DeleteFunc(slices.Clone(some), func(b artifact.Blob) bool { return slices.Contains(needed, b.Digest) }), err
}

// collect reads all rows.
func collect[T any](found *sql.Rows, scan func() (T, error)) (all []T, err error) {
	defer found.Close()
	for found.Next() {
		one, err := scan()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, found.Err()
}

// content removes the content that was referred to, and that nothing refers to any more.
func (r *removal) content() error {
	list, err := json.Marshal(r.digests)
	if err != nil {
		return err
	}
	found, err := r.tx.Query(`SELECT digest, length(data) FROM blobs WHERE digest IN (SELECT value FROM json_each(?))`, string(list))
	if err != nil {
		return err
	}
	there, err := collect(found, func() (b artifact.Blob, err error) { return b, found.Scan(&b.Digest, &b.Size) })
	if err != nil {
		return err
	}
	gone, err := Unreferenced(r.tx, there)
	if err != nil {
		return err
	}
	for _, b := range gone {
		for _, t := range r.tables { // what is known of the content alone
			if t.has("digest") && !t.has("project_id") {
				if err := r.exec(new(int), `DELETE FROM `+t.name+` WHERE digest = ?`, b.Digest); err != nil {
					return err
				}
			}
		}
		r.Blobs++
		r.Bytes += b.Size
	}
	return nil
}
