package wire_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/wire"
)

// script is what answers at an address: it greets each connection, and answers the first
// request with some bytes and the end of the connection.
type script struct{ greets, answers string }

func (s script) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		defer server.Close() //nolint:errcheck // the test is over
		if s.greets != "" {  // writing nothing to a pipe waits for a reader
			io.WriteString(server, s.greets) //nolint:errcheck // whether it is heard does not matter
		}
		if _, err := http.ReadRequest(bufio.NewReader(server)); err != nil {
			return
		}
		io.WriteString(server, s.answers) //nolint:errcheck // the same
	}()
	return client, nil
}

// fails asks what answers at an address, by way of a proxy if there is one.
func (s script) fails(t *testing.T, base string, proxy *url.URL) (f *failure.Error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		transport := wire.NewTransport().(*http.Transport)
		defer transport.CloseIdleConnections()
		transport.DialContext, transport.Proxy = s.dial, http.ProxyURL(proxy)
		r := wire.NewRoute(wire.Endpoint{Provider: "somebody", Model: "some-model", BaseURL: base, Transport: transport}, base)
		_, err := r.Ask(t.Context(), llm.Request{}, func(ctx context.Context, call *wire.Call) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/chat", http.NoBody)
			if err != nil {
				return err
			}
			resp, err := call.Client().Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			_, err = io.ReadAll(resp.Body)
			return err
		})
		f, _ = errors.AsType[*failure.Error](err)
	})
	if f == nil {
		t.Fatal("it does not fail")
	}
	return f
}

// A proxy that refuses the way is told from one that can't reach the provider, and its
// address is shown without what is secret in it.
func TestRoute_WhatAProxyAnswers(t *testing.T) {
	proxy := &url.URL{Scheme: "http", Host: "proxy.test:3128", User: url.UserPassword("me", "pass-word")}
	for status, want := range map[string]struct {
		retry bool
		says  string
	}{
		"407 Proxy Authentication Required": {false, "the proxy http://proxy.test:3128 wants to be signed in to"},
		"403 Forbidden":                     {false, "the proxy http://proxy.test:3128 does not let requests through to the provider"},
		"405 Method Not Allowed":            {false, "does not let requests through"},
		"429 Too Many Requests":             {true, "could not reach the provider"},
		"500 Internal Server Error":         {true, "could not reach the provider"},
		"502 Bad Gateway":                   {true, "the proxy http://proxy.test:3128 could not reach the provider"},
		"503 Service Unavailable":           {true, "could not reach the provider"},
		"504 Gateway Timeout":               {true, "could not reach the provider"},
	} {
		t.Run(status, func(t *testing.T) {
			s := script{answers: "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"}
			f := s.fails(t, "https://provider.test/v1", proxy)
			elsewhere := f.Effect.Scope != failure.ScopeNetwork || f.Reach != failure.Unreached
			if f.Class != failure.Connection || f.Effect.Retryable != want.retry || elsewhere {
				t.Errorf("%s, %+v, %s (%s)", f.Class, f.Effect, f.Reach, f.Rule)
			}
			if !strings.Contains(f.Message, want.says) || !strings.Contains(f.Hint, "HTTPS_PROXY") ||
				strings.Contains(f.Error(), "pass-word") {
				t.Errorf("it says %q", f.Error())
			}
		})
	}
}

// What speaks no HTTP will not learn it; what speaks it badly may do better the next time.
func TestRoute_WhatIsNoHTTP(t *testing.T) {
	const (
		ok    = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
		hint  = "HTTP/1.1 103 Early Hints\r\nLink: %s\r\n\r\n"
		chunk = ok + "Transfer-Encoding: chunked\r\n\r\n"
	)
	long := strings.Repeat("x", 10000)
	for name, tt := range map[string]struct {
		script
		class failure.Class
	}{
		"MySQL":                {script{greets: "J\x00\x00\x00\n8.0.36\x00\x08\x00\x00\x00connection refused\x00"}, failure.Connection},
		"SSH":                  {script{greets: "SSH-2.0-OpenSSH_9.6\r\n"}, failure.Connection},
		"an answer like SSH's": {script{answers: "SSH-2.0-OpenSSH_9.6\r\n"}, failure.Connection},
		"Redis":                {script{answers: "-ERR unknown command 'Host:', EOF\r\n"}, failure.Connection},
		"HTTP/2 in the clear":  {script{answers: "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x10\x00\x00\n\n"}, failure.Connection},
		"HTTP/0.9":             {script{answers: "<html>timed out</html>\n"}, failure.Connection},
		"no status":            {script{answers: "HTTP/1.1 abc OK\r\n\r\n"}, failure.Connection},
		"no version":           {script{answers: "HTTP/x 200 OK\r\n\r\n"}, failure.Connection},
		"a broken header":      {script{answers: "HTTP/1.1 200 OK\r\nno header\r\n\r\n"}, failure.ServerError},
		"a huge header":        {script{answers: ok + strings.Repeat("X-More: "+long+"\r\n", 60) + "\r\n"}, failure.ServerError},
		"endless 1xx":          {script{answers: strings.Repeat(fmt.Sprintf(hint, long), 600)}, failure.ServerError},
		"two lengths":          {script{answers: ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"}, failure.ServerError},
		"no length":            {script{answers: ok + "Content-Length: x\r\n\r\nabc"}, failure.ServerError},
		"another encoding":     {script{answers: ok + "Transfer-Encoding: gzip\r\n\r\nabc"}, failure.ServerError},
		"chunks without size":  {script{answers: chunk + "zz\r\ndata: {}\r\n"}, failure.ServerError},
		"chunks without end":   {script{answers: chunk + "3\r\nabcdef\r\n"}, failure.ServerError},
		"chunks with much":     {script{answers: chunk + "3;" + long + "\r\nabc\r\n"}, failure.ServerError},
	} {
		t.Run(name, func(t *testing.T) {
			f := tt.fails(t, "http://provider.test/v1", nil)
			if f.Class != tt.class || f.Effect.Retryable != (tt.class == failure.ServerError) {
				t.Errorf("%s, %+v (%s): %v", f.Class, f.Effect, f.Rule, f)
			}
			if tt.class == failure.Connection &&
				(!strings.Contains(f.Message, "does not speak HTTP") || !strings.Contains(f.Hint, "base URL")) {
				t.Errorf("it says %q", f.Error())
			}
		})
	}
}
