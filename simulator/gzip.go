package simulator

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
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
	resp.Body, resp.ContentLength, resp.Uncompressed = &gzipBody{compressed: resp.Body}, -1, true
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

// A gzip bomb expands to bombSize bytes. It repeats one compressed block of bombBlock
// bytes, so that neither is ever held.
const (
	bombSize  = 1 << 30
	bombBlock = 1 << 20
)

// gzipBomb sends a body of about 1 MB that expands to 1 GB of spaces.
func (p *performance) gzipBomb(status int, header http.Header) {
	header = header.Clone()
	header.Set("Content-Encoding", "gzip")
	p.open(status, header, -1)
	p.transmit([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff")) // deflate, no flags, no time
	plain := bytes.Repeat([]byte{' '}, bombBlock)
	block, checksum := deflated(plain), uint32(0)
	for range bombSize / bombBlock {
		p.transmit(block)
		checksum = crc32.Update(checksum, crc32.IEEETable, plain)
	}
	end := []byte{1, 0, 0, 0xff, 0xff} // an empty last block
	end = binary.LittleEndian.AppendUint32(end, checksum)
	end = binary.LittleEndian.AppendUint32(end, bombSize)
	p.end(func(c *Call) { c.Complete = true })
	if _, err := p.w.Write(end); err != nil {
		p.lost()
	}
}

// deflated returns data as complete blocks of deflate, none of which is the last.
func deflated(data []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		panic(fmt.Sprintf("simulator: %v", err)) // a buffer takes everything
	}
	return b.Bytes()
}
