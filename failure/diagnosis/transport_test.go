package diagnosis_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/failure/diagnosis"
)

func TestOf_ErrorsOfTheNetwork(t *testing.T) {
	op := func(op string, err error) error {
		return &url.Error{Op: "Post", URL: "https://api.example.com/v1/messages", Err: &net.OpError{Op: op, Net: "tcp", Err: err}}
	}
	sys := func(call string, err error) error { return os.NewSyscallError(call, err) }
	for _, tt := range []struct {
		name  string
		err   error
		class failure.Class
		retry bool
		scope failure.Scope
	}{
		{"DNS", op("dial", &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}), failure.Connection, true,
			failure.ScopeNetwork},
		{"DNS in time", op("dial", &net.DNSError{Err: "i/o timeout", Name: "api.example.com", IsTimeout: true}), failure.Timeout, true,
			failure.ScopeNetwork},
		{"refused", op("dial", sys("connect", syscall.ECONNREFUSED)), failure.Connection, true, failure.ScopeNetwork},
		{"reset", op("read", sys("read", syscall.ECONNRESET)), failure.Connection, true, failure.ScopeNetwork},
		{"broken pipe", op("write", sys("write", syscall.EPIPE)), failure.Connection, true, failure.ScopeNetwork},
		{"no route", op("dial", sys("connect", syscall.EHOSTUNREACH)), failure.Connection, true, failure.ScopeNetwork},
		{"no connection in time", op("dial", os.ErrDeadlineExceeded), failure.Timeout, true, failure.ScopeNetwork},
		{"nothing read in time", op("read", os.ErrDeadlineExceeded), failure.Timeout, true, failure.ScopeProvider},
		{"certificate", &url.Error{Op: "Post", Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}, failure.Connection,
			false, failure.ScopeNetwork},
		{"host name", &url.Error{Op: "Post", Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}}, failure.Connection, false,
			failure.ScopeNetwork},
		{"TLS alert", op("remote error", tls.AlertError(40)), failure.Connection, true, failure.ScopeNetwork},
		{"TLS handshake", errors.New("net/http: TLS handshake timeout"), failure.Timeout, true, failure.ScopeNetwork},
		{"cut off", fmt.Errorf("read body: %w", io.ErrUnexpectedEOF), failure.Connection, true, failure.ScopeNetwork},
		{"closed at once", &url.Error{Op: "Post", Err: io.EOF}, failure.Connection, true, failure.ScopeNetwork},
		{"going away", errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR"), failure.Connection,
			true, failure.ScopeNetwork},
		{"stream error", errors.New("stream error: stream ID 5; INTERNAL_ERROR; received from peer"), failure.Connection, true,
			failure.ScopeNetwork},
		{"our deadline", &url.Error{Op: "Post", Err: context.DeadlineExceeded}, failure.Timeout, true, failure.ScopeProvider},
		{"silent", fmt.Errorf("post: %w", diagnosis.ErrSilent), failure.Timeout, true, failure.ScopeProvider},
		{"stalled", diagnosis.ErrStalled, failure.Timeout, true, failure.ScopeProvider},
		{"too long", diagnosis.ErrLong, failure.Timeout, true, failure.ScopeProvider},
		{"incomplete", diagnosis.ErrIncomplete, failure.Connection, true, failure.ScopeNetwork},
		{"malformed", errors.Join(diagnosis.ErrMalformed, errors.New("invalid character")), failure.BadOutput, true, failure.ScopeModel},
		{"ended on its way", &url.Error{Op: "Post", Err: context.Canceled}, failure.Connection, true, failure.ScopeNetwork},
		{"a report of giving up", diagnosis.Reported("context canceled"), failure.Canceled, false, failure.ScopeRequest},
		{"the same of a live call", errors.New("context canceled"), failure.Unknown, true, failure.ScopeRequest},
		{"https to a server of http", &url.Error{Op: "Post", Err: http.ErrSchemeMismatch}, failure.Connection, false, failure.ScopeNetwork},
		{"no TLS in what came", &url.Error{Op: "Post", Err: tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}},
			failure.Connection, false, failure.ScopeNetwork},
		{"an alert of TLS in place of HTTP",
			errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x15\x03\x01\x00\x02\x02\x16"`), failure.Connection,
			false, failure.ScopeNetwork},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := diagnosis.Of(diagnosis.Evidence{Provider: "anthropic", Err: tt.err})
			if f.Class != tt.class || f.Effect.Retryable != tt.retry || f.Effect.Scope != tt.scope {
				t.Errorf("%s, %+v (%s)", f.Class, f.Effect, f.Rule)
			}
			if !errors.Is(f, tt.err) {
				t.Error("the cause is lost")
			}
		})
	}
}

// What is not HTTP, or bad HTTP, is known by what net/http says of it, whatever that quotes.
func TestOf_WhatIsNoHTTP(t *testing.T) {
	for name, tt := range map[string]struct {
		err   error
		class failure.Class
		retry bool
	}{
		"a proxy's password":  {&url.Error{Op: "Post", Err: &diagnosis.ProxyError{Status: 407}}, failure.Connection, false},
		"a proxy's rule":      {&url.Error{Op: "Post", Err: &diagnosis.ProxyError{Status: 403}}, failure.Connection, false},
		"a proxy lost":        {&url.Error{Op: "Post", Err: &diagnosis.ProxyError{Status: 502}}, failure.Connection, true},
		"a report of a proxy": {diagnosis.Reported("Tunnel connection failed: 407 Proxy Authentication Required"), failure.Connection, false},
		"no HTTP":             {errors.New(`net/http: malformed HTTP response "-ERR EOF, x509: timed out"`), failure.Connection, false},
		"bad HTTP":            {errors.New("malformed chunked encoding"), failure.ServerError, true},
	} {
		f := diagnosis.Of(diagnosis.Evidence{Provider: "anthropic", Err: tt.err})
		if f.Class != tt.class || f.Effect.Retryable != tt.retry {
			t.Errorf("%s: %s, %+v (%s)", name, f.Class, f.Effect, f.Rule)
		}
	}
}

// A caller that gives up says nothing about anybody, whatever the call looks like
// by then, and whatever it gives as its reason.
func TestOf_CancellationCountsAgainstNothing(t *testing.T) {
	for _, e := range []diagnosis.Evidence{
		{Err: errors.New("the group failed")},
		{Status: 529, Body: `{"type":"error","error":{"type":"overloaded_error"}}`},
		{Status: 200, Stream: true, Err: io.ErrUnexpectedEOF},
	} {
		e.Canceled = true
		if f := diagnosis.Of(e); f.Class != failure.Canceled || f.Effect.OtherProvider {
			t.Errorf("%+v: %s, %+v", e, f.Class, f.Effect)
		}
	}
}

// What a stream said before it broke is worth more than that it broke.
func TestOf_AStreamsErrorOutranksItsEnd(t *testing.T) {
	f := diagnosis.Of(diagnosis.Evidence{Provider: "anthropic", Status: 200, Stream: true, Err: io.ErrUnexpectedEOF,
		Body: "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"})
	if f.Class != failure.Overloaded {
		t.Errorf("%s (%s)", f.Class, f.Rule)
	}
}
