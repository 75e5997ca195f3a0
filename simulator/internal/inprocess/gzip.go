package inprocess

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// decompress changes a response as net/http's Transport does: if the request does not
// say which encodings it accepts, a body in gzip is decompressed as it is read.
func decompress(resp *http.Response) {
	r := resp.Request
	asked := r.Header.Get("Accept-Encoding") == "" && r.Header.Get("Range") == "" && r.Method != http.MethodHead
	if !asked || resp.ContentLength == 0 || !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return
	}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.Body = &gzipBody{compressed: resp.Body}
	resp.ContentLength = -1
	resp.Uncompressed = true
}

// gzipBody is a body that is decompressed as it is read.
type gzipBody struct {
	compressed io.ReadCloser
	plain      *gzip.Reader // nil before the first Read
	err        error        // of the gzip header
	closed     atomic.Bool
}

func (b *gzipBody) Read(p []byte) (int, error) {
	if b.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.plain == nil && b.err == nil {
		b.plain, b.err = gzip.NewReader(b.compressed)
	}
	if b.err != nil {
		return 0, b.err
	}
	return b.plain.Read(p)
}

func (b *gzipBody) Close() error {
	b.closed.Store(true)
	return b.compressed.Close()
}
