package simulator_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/cineforge/cineforge/simulator/scenario"
)

// gzipped returns a text in gzip, of bytes that a scenario can hold.
func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTransport_DecompressesAsNetHTTPDoes(t *testing.T) {
	const text = `{"error": {"message": "no"}}`
	for where, b := range benches(t,
		scenario.Fault{Status: 500, Body: gzipped(t, text),
			Headers: map[string]string{"Content-Encoding": "GZip", "Content-Type": "application/json"}}) {
		for accept, want := range map[string]string{"": text, "gzip": gzipped(t, text), "identity": gzipped(t, text)} {
			r := b.request(t.Context(), apiNamed("chat"), apiNamed("chat").body(prompt, false))
			if accept != "" {
				r.Header.Set("Accept-Encoding", accept)
			}
			resp, err := b.client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			plain := accept == ""
			if err != nil || string(body) != want || resp.Uncompressed != plain || (resp.Header.Get("Content-Encoding") == "") != plain ||
				(resp.ContentLength == -1) != plain {
				t.Errorf("%s, accepting %q: %q, %+v, %v", where, accept, body, resp, err)
			}
			if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || err == nil || plain && errors.Is(err, io.EOF) {
				t.Errorf("%s, accepting %q: a closed body gives %d bytes, %v", where, accept, n, err)
			}
		}
	}
	for where, b := range benches(t, scenario.Fault{Status: 500, Body: text, Headers: map[string]string{"Content-Encoding": "gzip"}}) {
		if got := b.ask(t.Context(), apiNamed("chat")); !errors.Is(got.err, gzip.ErrHeader) || got.status != 500 {
			t.Errorf("%s: %v", where, got)
		}
	}
	for where, b := range benches(t, scenario.Fault{Status: http.StatusNoContent, Headers: map[string]string{"Content-Encoding": "gzip"}}) {
		if got := b.ask(t.Context(), apiNamed("chat")); got.err != nil || got.raw != "" || got.header.Get("Content-Encoding") == "" {
			t.Errorf("%s: %v", where, got)
		}
	}
}
