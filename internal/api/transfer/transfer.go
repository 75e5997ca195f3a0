// Package transfer is how answers travel: compressed for clients that accept it, and with headers by
// which a browser can ask whether what it has is still right.
package transfer

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

const (
	// least is how many bytes an answer has at least that is compressed.
	least = 1024

	// suffix marks the tag of an answer that was compressed: its bytes are others than those of the
	// plain one. Handlers never see it.
	suffix = `-gzip"`
)

// Handler compresses answers of next by gzip where a client accepts it: those of text, of a
// kilobyte or more, but for streams of events and those that set a cookie. What has an ETag is
// kept by the client alone, and only used after it has asked.
func Handler(next http.Handler) http.Handler {
	writers := &sync.Pool{New: func() any { return gzip.NewWriter(nil) }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &response{ResponseWriter: w, writers: writers, method: r.Method, accepted: accepts(r.Header.Values("Accept-Encoding"))}
		for _, name := range []string{"If-None-Match", "If-Match"} {
			if tags := r.Header.Get(name); strings.Contains(tags, suffix) {
				answer.known = name == "If-None-Match"
				r.Header.Set(name, strings.ReplaceAll(tags, suffix, `"`))
			}
		}
		next.ServeHTTP(answer, r)
		answer.finish() // not after a panic, which aborts the answer
	})
}

// Content is an answer that never changes. It is compressed once, when a client first accepts that.
type Content struct {
	plain  []byte
	zipped func() []byte // nil if it is too short for that
}

// Precompressed returns content to answer with.
func Precompressed(plain []byte) Content {
	if len(plain) < least {
		return Content{plain: plain}
	}
	return Content{plain, sync.OnceValue(func() []byte {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) //nolint:errcheck // the level is one
		z.Write(plain)                                        //nolint:errcheck // to memory
		z.Close()                                             //nolint:errcheck // the same
		return b.Bytes()
	})}
}

// Write answers a request with the content, whose media type and tag are set already.
func (c Content) Write(w http.ResponseWriter, r *http.Request, status int) {
	h := w.Header()
	body := c.plain
	if c.zipped != nil && isText(h.Get("Content-Type")) && accepts(r.Header.Values("Accept-Encoding")) {
		body = c.zipped()
		h.Set("Content-Encoding", "gzip")
		markTag(h)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body) //nolint:errcheck // the client has left
	}
}

// markTag marks the tag of an answer as that of a compressed one.
func markTag(h http.Header) {
	if tag := h.Get("ETag"); strings.HasSuffix(tag, `"`) {
		h.Set("ETag", strings.TrimSuffix(tag, `"`)+suffix)
	}
}

// accepts reports whether a client accepts gzip: by name, or with all that it does not name.
func accepts(values []string) bool {
	named, others := -1.0, -1.0
	for coding := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, params, _ := strings.Cut(coding, ";")
		q := 1.0
		if _, value, ok := strings.Cut(strings.ToLower(params), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil {
				q = 0
			}
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			named = q
		case "*":
			others = q
		}
	}
	if named >= 0 {
		return named > 0
	}
	return others > 0
}

// response is an answer, of which the beginning is kept until it is known how it travels.
type response struct {
	http.ResponseWriter
	writers  *sync.Pool
	method   string
	accepted bool
	known    bool // the client has a compressed answer, and asks whether it is still right

	status int          // 0 until it is set
	begun  bool         // the header is sent
	held   []byte       // the beginning of the body
	zip    *gzip.Writer // nil if the answer is not compressed
}

// Unwrap returns the wrapped writer, for [http.ResponseController].
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader notes the status. An answer that can't be compressed begins at once.
func (w *response) WriteHeader(status int) {
	switch {
	case status < http.StatusOK:
		w.ResponseWriter.WriteHeader(status)
		return
	case w.status != 0:
		return
	}
	w.status = status
	w.revalidates()
	if !w.mayCompress() {
		w.begin(false)
	}
}

// Write writes a part of the body.
func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", http.DetectContentType(p))
		}
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case w.zip != nil:
		return w.zip.Write(p)
	case w.begun:
		return w.ResponseWriter.Write(p)
	case len(w.held)+len(p) < least:
		w.held = append(w.held, p...)
		return len(p), nil
	}
	w.begin(true)
	if _, err := w.zip.Write(w.held); err != nil {
		return 0, err
	}
	w.held = nil
	return w.zip.Write(p)
}

// FlushError sends what was written so far.
func (w *response) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !w.begun {
		if err := w.plain(); err != nil {
			return err
		}
	}
	if w.zip != nil {
		if err := w.zip.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// plain begins an answer that is not compressed with what is held of it.
func (w *response) plain() error {
	w.begin(false)
	_, err := w.ResponseWriter.Write(w.held)
	w.held = nil
	return err
}

// finish sends the rest.
func (w *response) finish() {
	switch {
	case w.zip != nil:
		w.zip.Close() //nolint:errcheck // the client has left
		w.zip.Reset(nil)
		w.writers.Put(w.zip)
		w.zip = nil
	case w.status != 0 && !w.begun:
		w.Header().Set("Content-Length", strconv.Itoa(len(w.held)))
		w.plain() //nolint:errcheck // the client has left
	}
}

// begin sends the header.
func (w *response) begin(compressed bool) {
	w.begun = true
	h := w.Header()
	if isText(h.Get("Content-Type")) || w.status == http.StatusNotModified {
		h.Add("Vary", "Accept-Encoding")
	}
	if compressed || w.status == http.StatusNotModified && w.known {
		markTag(h)
	}
	if compressed {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		h.Del("Accept-Ranges")
		w.zip, _ = w.writers.Get().(*gzip.Writer)
		w.zip.Reset(w.ResponseWriter)
	}
	w.ResponseWriter.WriteHeader(w.status)
}

// mayCompress reports whether the answer is compressed if it is long enough.
func (w *response) mayCompress() bool {
	h := w.Header()
	switch {
	case !w.accepted, w.method == http.MethodHead, w.status == http.StatusNoContent, w.status == http.StatusNotModified,
		w.status == http.StatusPartialContent, h.Get("Content-Encoding") != "", h.Get("Set-Cookie") != "":
		return false
	}
	if length, err := strconv.Atoi(h.Get("Content-Length")); err == nil && length < least {
		return false
	}
	return isText(h.Get("Content-Type"))
}

// isText reports whether a media type is one that compression makes much shorter, and that is no
// stream, whose parts have to come at once.
func isText(mediaType string) bool {
	kind, _, _ := strings.Cut(mediaType, ";")
	switch kind = strings.ToLower(strings.TrimSpace(kind)); kind {
	case "text/event-stream":
		return false
	case "application/json", "application/x-ndjson", "application/javascript", "application/xml", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
}

// revalidates lets a client keep an answer that has a tag, and ask each time whether it is still
// right. Nobody between may keep it. An answer that says itself how long it may be kept stays.
func (w *response) revalidates() {
	h := w.Header()
	reads := w.method == http.MethodGet || w.method == http.MethodHead
	if reads && h.Get("ETag") != "" && h.Get("Cache-Control") == "no-store" {
		h.Set("Cache-Control", "private, no-cache")
	}
}
