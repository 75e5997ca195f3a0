// Package blobtest has the checks that every [artifact.Blobs] passes.
package blobtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cineforge/cineforge/artifact"
)

// Run checks an implementation. Open returns an empty one, once for each check.
func Run(t *testing.T, open func(t *testing.T) artifact.Blobs) {
	for name, check := range map[string]func(t *testing.T, b artifact.Blobs){
		"content comes back as it was": comesBack,
		"what is there stays":          stays,
		"the caller's bytes are free":  isCopied,
		"what is missing is not found": isMissing,
		"all content is listed":        isListed,
		"what is removed is gone":      isRemoved,
		"many store at once":           atOnce,
		"a context that is done":       isDone,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

func put(t *testing.T, b artifact.Blobs, content ...string) (digests []artifact.Digest) {
	t.Helper()
	var data [][]byte
	for _, c := range content {
		data = append(data, []byte(c))
		digests = append(digests, artifact.DigestOf([]byte(c)))
	}
	if err := b.Put(t.Context(), data...); err != nil {
		t.Fatal(err)
	}
	return digests
}

func want(t *testing.T, b artifact.Blobs, digest artifact.Digest, content string) {
	t.Helper()
	if got, err := b.Get(t.Context(), digest); err != nil || string(got) != content {
		t.Errorf("%q came back as %.40q (%v)", fmt.Sprintf("%.40s", content), got, err)
	}
}

func comesBack(t *testing.T, b artifact.Blobs) {
	content := []string{"", "hello", "\x00\xff\x00", strings.Repeat("long ", 1<<18)}
	for i, d := range put(t, b, content...) {
		want(t, b, d, content[i])
	}
	if err := b.Put(t.Context(), nil); err != nil {
		t.Errorf("no bytes: %v", err)
	}
	if err := b.Put(t.Context()); err != nil {
		t.Errorf("no content: %v", err)
	}
}

func stays(t *testing.T, b artifact.Blobs) {
	d := put(t, b, "same", "same")
	want(t, b, put(t, b, "same")[0], "same")
	if len(list(t, b)) != 1 || d[0] != d[1] {
		t.Errorf("one content is listed as %v", list(t, b))
	}
}

func isCopied(t *testing.T, b artifact.Blobs) {
	data := []byte("mine")
	if err := b.Put(t.Context(), data); err != nil {
		t.Fatal(err)
	}
	d := artifact.DigestOf(data)
	data[0] = 'f'
	want(t, b, d, "mine")
	got, err := b.Get(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	got[0] = 'f'
	want(t, b, d, "mine")
}

func isMissing(t *testing.T, b artifact.Blobs) {
	for _, d := range []artifact.Digest{artifact.DigestOf([]byte("none")), "", "sha256:", "no digest", "../../etc/passwd"} {
		if _, err := b.Get(t.Context(), d); !errors.Is(err, artifact.ErrNotFound) {
			t.Errorf("%q: %v", d, err)
		}
	}
}

func list(t *testing.T, b artifact.Blobs) (all []artifact.Blob) {
	t.Helper()
	for one, err := range b.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b artifact.Blob) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
	return all
}

func isListed(t *testing.T, b artifact.Blobs) {
	if all := list(t, b); len(all) != 0 {
		t.Errorf("of nothing: %v", all)
	}
	const n = 1100
	sizes := map[artifact.Digest]int64{}
	var content []string
	for i := range n {
		content = append(content, strings.Repeat("x", i))
	}
	for i, d := range put(t, b, content...) {
		sizes[d] = int64(i)
	}
	all := list(t, b)
	for _, one := range all {
		if size, there := sizes[one.Digest]; !there || size != one.Size {
			t.Errorf("%s is listed with %d bytes, and has %d", one.Digest, one.Size, size)
		}
	}
	if len(slices.Compact(all)) != n {
		t.Errorf("%d of %d are listed", len(all), n)
	}
	for _, err := range b.List(t.Context()) {
		if err != nil {
			t.Error(err)
		}
		break // may be left at any time
	}
}

func isRemoved(t *testing.T, b artifact.Blobs) {
	d := put(t, b, "one", "two", "three")
	if err := b.Remove(t.Context(), d[0], d[2], artifact.DigestOf([]byte("never there"))); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []artifact.Digest{d[0], d[2]} {
		if _, err := b.Get(t.Context(), gone); !errors.Is(err, artifact.ErrNotFound) {
			t.Errorf("%s: %v", gone, err)
		}
	}
	want(t, b, d[1], "two")
	want(t, b, put(t, b, "one")[0], "one")
}

func atOnce(t *testing.T, b artifact.Blobs) {
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			content := fmt.Sprint("content ", i%5)
			if err := b.Put(t.Context(), []byte(content)); err != nil {
				t.Error(err)
				return
			}
			want(t, b, artifact.DigestOf([]byte(content)), content)
		})
	}
	all.Wait()
	if n := len(list(t, b)); n != 5 {
		t.Errorf("%d contents are listed", n)
	}
}

func isDone(t *testing.T, b artifact.Blobs) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Put(ctx, []byte("late")); !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v", err)
	}
	if _, err := b.Get(ctx, artifact.DigestOf([]byte("late"))); err == nil {
		t.Error("what was put after the end is there")
	}
}
